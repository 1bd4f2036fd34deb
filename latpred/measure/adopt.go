package measure

import (
	"errors"
	"slices"
)

// Agrees errs if a journal with header h can't go on under another: if they differ in more than
// Machine, and what both know of Software. It shows both.
func (h Header) Agrees(other Header) error { return agree(h, other) }

// Adopt appends to j, which is open for measuring, the finished groups and the failures of
// another journal that j lacks, and returns how many groups these are. It does not compare
// the headers. All lines are written at once; if a kill leaves the first of them, adopting
// the same journal again adds the rest. The groups get new numbers.
func (j *Journal) Adopt(other *Journal) (groups int, err error) {
	if j.file == nil {
		return 0, errors.New("measure: adopting into a journal that is not open for measuring")
	}
	var lines []any
	var adopted []*group
	for _, failure := range other.failures {
		if !slices.Contains(j.failures, failure) {
			lines, j.failures = append(lines, line{Failed: &failure}), append(j.failures, failure)
		}
	}
	for _, g := range other.finished() {
		own := j.find(g)
		if own == nil {
			copied := *g
			own = &copied
			own.Group, own.rounds, own.begun = len(j.groups)+len(adopted), nil, true
			lines, adopted = append(lines, line{Group: own}), append(adopted, own)
		}
		missing := g.rounds[min(len(own.rounds), len(g.rounds)):]
		if len(missing) > 0 {
			groups++
		}
		for _, r := range missing {
			r.Group = own.Group
			own.rounds, lines = append(own.rounds, r), append(lines, line{Round: &r})
		}
	}
	j.groups = append(j.groups, adopted...)
	if len(lines) == 0 {
		return 0, nil
	}
	return groups, j.file.Append(lines...)
}

// Has reports whether j has all finished groups of another journal, with their rounds.
func (j *Journal) Has(other *Journal) bool {
	for _, g := range other.finished() {
		if own := j.find(g); own == nil || len(own.rounds) < len(g.rounds) {
			return false
		}
	}
	return true
}

// find returns j's group that is another journal's g, with all or the first of its rounds;
// nil if there is none.
func (j *Journal) find(g *group) *group {
	for _, own := range j.groups {
		if own.Session.Equal(g.Session) && slices.Equal(own.Anchors, g.Anchors) && slices.Equal(own.Units, g.Units) &&
			(len(own.rounds) == 0 || own.rounds[0].At.Equal(g.rounds[0].At)) {
			return own
		}
	}
	return nil
}
