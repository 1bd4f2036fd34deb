package merge

import (
	"math"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"gonum.org/v1/gonum/stat"
)

// Report says what merged journals are made of. Shares and deviations are fractions.
type Report struct {
	What      string    `json:"what"`                // as in the journals' headers
	Space     string    `json:"space"`               // id
	Device    string    `json:"device"`              // id in the labels, which says that they were divided, see measure.Journal.Normalised
	Reference string    `json:"reference,omitempty"` // journal whose scale is the common one; "": the mean of the sessions, weighted by their units
	Rows      int       `json:"rows"`                // networks or layers, each once
	Sessions  []Session `json:"sessions"`            // those that are left out come first
	Doubled   Doubled   `json:"doubled"`
	Noise     Noise     `json:"noise"`

	MissingShards []string          `json:"missing_shards,omitempty"` // that the campaign has, such as "3/8 of nets"
	Warnings      []latpred.Warning `json:"warnings,omitempty"`
}

// Session is what one process measured.
type Session struct {
	Journal string    `json:"journal"`
	Shard   string    `json:"shard,omitempty"`
	Began   time.Time `json:"began"`
	Rows    int       `json:"rows"`               // units
	Groups  int       `json:"groups"`             // finished
	Rounds  int       `json:"rounds"`             // of these groups, quiet or not
	LeftOut string    `json:"left_out,omitempty"` // why; "": it is joined, and has the fields below

	Scale    float64   `json:"scale,omitempty"`     // its slowness about the common scale, 1 is as fast
	Low      float64   `json:"scale_low,omitempty"` // ends of the 95 % interval
	High     float64   `json:"scale_high,omitempty"`
	Drift    float64   `json:"drift"`                     // standard deviation of its groups' slowness about its scale
	Factors  []float64 `json:"factor_by_group,omitempty"` // by which each group's times are divided
	Label    float64   `json:"cv_of_labels"`              // noise of a label, from odd and even rounds
	Disagree float64   `json:"anchors_disagree"`          // root mean square in which its anchors' ratios differ from the others'
}

// Noise is how far labels of one network differ over the sessions, from the anchors: their
// coefficient of variation over all groups, root mean square over the anchors. It is 0 where
// it can't be known.
type Noise struct {
	Before float64 `json:"before"` // as measured
	// After is that after dividing each anchor by what the other anchors tell. These are fewer
	// than those that labels are divided by: an upper bound.
	After  float64 `json:"after"`
	Single float64 `json:"single"` // of a label in a session without drift: the least there is
	Drift  float64 `json:"drift"`  // standard deviation of groups about their session
	Apart  float64 `json:"apart"`  // standard deviation of the anchors' ratios between sessions
}

// left is a session that is left out.
func (s *session) left(why string) Session {
	out := s.about()
	out.LeftOut = why
	return out
}

// about is what a session is, joined or not.
func (s *session) about() Session {
	out := Session{Journal: s.from, Began: s.began, Rows: s.rows, Groups: len(s.groups)}
	if s.from == s.journal.Name() {
		out.Shard = s.journal.Header.Shard.String()
	}
	for _, g := range s.groups {
		out.Rounds += g.Rounds
	}
	v, _ := labelNoise([]*session{s})
	out.Label = math.Sqrt(v)
	return out
}

// describe fills in the report of joined sessions.
func (m *Merged) describe(joined []*session, f fitted, o Options) {
	r := &m.Report
	var apart []float64
	if len(joined) > 1 {
		apart, _ = disagreements(joined, f.label, ofJournal(joined, o.Reference))
	}
	for i, s := range joined {
		out := s.about()
		out.Scale, out.Low, out.High = math.Exp(f.scales[i]), math.Exp(f.scales[i]-f.widths[i]), math.Exp(f.scales[i]+f.widths[i])
		for _, c := range f.factors[i] {
			out.Factors = append(out.Factors, math.Exp(c))
		}
		if len(out.Factors) > 1 {
			out.Drift = stat.StdDev(f.factors[i], nil)
		}
		if apart != nil {
			out.Disagree = apart[i]
		}
		if math.Abs(f.scales[i]) > strange {
			r.warn("%s is %.2f times as slow as the common scale: is it the same device?", s, out.Scale)
		}
		r.Sessions = append(r.Sessions, out)
	}
	for _, results := range m.results {
		r.Rows += len(results)
	}
	r.Noise = Noise{Single: math.Sqrt(f.label), Drift: math.Sqrt(f.drift), Apart: math.Sqrt(f.anchor)}
	anchors := len(joined[0].logs[0]) // in common
	if anchors > 1 {
		r.Noise.Before, r.Noise.After = noise(joined, f)
	}
	r.Doubled = doubled(m.labels)
	if d := &r.Doubled; d.Units > 0 {
		d.Expected = f.ofLabel(anchors)
		if d.Expected > 0 && d.Differ > 2*d.Expected {
			r.warn("labels of units that were measured twice differ by %.2g %% after joining, where %.2g %% is expected: the anchors don't tell all that differs", 100*d.Differ, 100*d.Expected)
		}
	}
}

// strange is a logarithm of a scale that no two devices of one kind differ in.
const strange = .25

// ofLabel is the standard deviation of a label on the common scale: its own noise, what a
// network differs from the anchors in, and what is left of its group's drift.
func (c components) ofLabel(anchors int) float64 {
	left := 0.
	if c.drift > 0 {
		left = 1 / (1/c.drift + float64(anchors)/c.label)
	}
	return math.Sqrt(c.label + c.anchor + left)
}

// noise compares the anchors over all groups, before and after joining by the other anchors.
func noise(joined []*session, f fitted) (before, after float64) {
	logs := logsOf(joined)
	anchors := len(logs[0][0])
	for a := range anchors {
		var rest [][][]float64
		var own [][]float64
		for _, groups := range logs {
			var without [][]float64
			var values []float64
			for _, row := range groups {
				others := append(append([]float64{}, row[:a]...), row[a+1:]...)
				without, values = append(without, others), append(values, row[a])
			}
			rest, own = append(rest, without), append(own, values)
		}
		by := fit(rest, f.label, f.labelDF, f.common)
		var raw, divided []float64
		for s, values := range own {
			for g, v := range values {
				raw, divided = append(raw, v), append(divided, v-by.factors[s][g])
			}
		}
		if len(raw) > 1 {
			before += stat.Variance(raw, nil) / float64(anchors)
			after += stat.Variance(divided, nil) / float64(anchors)
		}
	}
	return math.Sqrt(before), math.Sqrt(after)
}
