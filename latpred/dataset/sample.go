package dataset

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/space"
)

// sample reads a row. ok is false if it is left out.
func (in *Reader) sample(row []string) (s Sample, ok bool, err error) {
	if !in.filter.keeps(row) {
		return s, false, nil
	}
	if s.Arch, err = in.arch(row); err != nil {
		return s, false, err
	}
	if !in.filter.keepsFamily(s.Arch.Family.ID) {
		return s, false, nil
	}
	if ok, err = in.latency(&s, row); !ok || err != nil {
		return s, false, err
	}
	if err := in.rest(&s, row); err != nil {
		return s, false, err
	}
	in.used++
	return s, true, nil
}

// arch reads the architecture, of one column or of several.
func (in *Reader) arch(row []string) (a space.Arch, err error) {
	c := in.columns
	var text string
	at := c.arch
	if c.genes != nil {
		at, text = c.genes.first(), c.genes.text(row, c.resolution)
	} else {
		text = strings.TrimSpace(row[at])
	}
	if a, err = space.Parse(text); err != nil && c.genes == nil && text != "" {
		if full := withResolution(text, in.resolution(row)); full != "" {
			if b, again := space.Parse(full); again == nil {
				a, err = b, nil
			}
		}
	}
	if err == nil {
		err = space.Validate(a)
	}
	if err == nil && c.resolution != none {
		if told := in.resolution(row); told != "" && told != strconv.Itoa(a.Resolution) && strings.Trim(told, "0123456789") == "" {
			at, err = c.resolution, fmt.Errorf("resolution %s, but the architecture says %d", told, a.Resolution)
		}
	}
	if err != nil && strings.TrimSpace(row[at]) == in.header[at] {
		err = errors.New("the header once more: are two tables in one file?")
	}
	if err != nil {
		return a, in.fail(at, err)
	}
	return a, nil
}

// resolution is what a row, or the options, tell of the resolution beside the architecture.
func (in *Reader) resolution(row []string) string {
	if in.columns.resolution != none {
		return whole(strings.TrimPrefix(strings.TrimSpace(row[in.columns.resolution]), "r"))
	}
	if in.options.Resolution > 0 {
		return strconv.Itoa(in.options.Resolution)
	}
	return ""
}

// withResolution adds a resolution to a text that has none; "": it has one, or no place.
func withResolution(text, resolution string) string {
	switch {
	case resolution == "" || strings.Trim(resolution, "0123456789") != "":
		return ""
	case strings.HasPrefix(text, "d"):
		return "r" + resolution + " " + text
	case strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}"):
		return strings.TrimRight(strings.TrimSuffix(text, "}"), ", ") + `, "r": ` + resolution + "}"
	}
	return ""
}

// latency reads the latency. ok is false if the row is left out.
func (in *Reader) latency(s *Sample, row []string) (ok bool, err error) {
	c := in.columns
	if c.latency == none {
		return true, nil
	}
	cell := row[c.latency]
	line := 0
	if in.Latency {
		line, _ = in.table.Place(c.latency)
	}
	of, err := in.unit(row)
	if err != nil && in.Latency {
		return false, err
	}
	ms, told, err := in.decimals.time(cell, of, line)
	if !in.Latency {
		if err == nil {
			s.LatencyMs = ms
		}
		return true, nil
	}
	if in.decimals.separator == ',' && err != errGap && in.cutBehind(row) {
		return false, in.fail(c.latency, fmt.Errorf("%s,%s: does a decimal comma separate cells? Write a decimal point, or semicolons between the columns", cell, row[c.latency+1]))
	}
	if err == errGap {
		in.gaps.add(line, cell)
		return false, nil
	}
	if err != nil {
		return false, in.fail(c.latency, err)
	}
	s.LatencyMs = ms
	in.tally.add(row, told, s.Arch.Family.ID)
	return true, nil
}

// cutBehind reports whether digits follow the latency in a column without a name, as where
// commas separate cells and decimals alike.
func (in *Reader) cutBehind(row []string) bool {
	next := in.columns.latency + 1
	if next >= len(row) || strings.TrimSpace(in.header[next]) != "" {
		return false
	}
	cell := strings.TrimSpace(row[next])
	return cell != "" && strings.Trim(cell, "0123456789") == ""
}

// unit is the unit of a row's latency, by the header or by a column of units.
func (in *Reader) unit(row []string) (unit, error) {
	for i, of := range in.columns.conditions {
		if of != ofUnits {
			continue
		}
		cell := strings.TrimSpace(row[i])
		u, ok := unitOf(cell)
		switch {
		case cell == "":
		case !ok:
			return u, in.fail(i, fmt.Errorf("%s is no unit of time", shown(cell)))
		case in.columns.unit.name != "" && in.columns.unit.name != u.name:
			return u, in.fail(i, fmt.Errorf("%s, but the column %s is in %s", shown(cell), shown(in.header[in.columns.latency]), in.columns.unit.name))
		default:
			return u, nil
		}
	}
	return in.columns.unit, nil
}

// rest reads what else a row tells of a measurement.
func (in *Reader) rest(s *Sample, row []string) error {
	c := in.columns
	if c.std != none {
		if err := in.std(s, row); err != nil {
			return in.fail(c.std, err)
		}
	}
	if cell := optional(row, c.runs); cell != "" {
		n, err := parseWhole(cell)
		if err != nil {
			return in.fail(c.runs, fmt.Errorf("%s is no number of runs", shown(cell)))
		}
		s.Runs = n
	}
	if cell := optional(row, c.date); cell != "" {
		var err error
		if s.MeasuredAt, err = parseTime(cell); err != nil && in.header[c.date] == "measured_at" {
			return in.fail(c.date, err)
		} else if err != nil {
			in.undated++
		}
	}
	for i, column := range in.tally.columns {
		if c.exact[column] && c.conditions[column] == ofDevices && s.Device == "" {
			s.Device = in.tally.of[i].intern(strings.TrimSpace(row[column]))
		}
	}
	return nil
}

// optional is a cell of a column that may not be there, and "" for a gap.
func optional(row []string, column int) string {
	if column == none {
		return ""
	}
	cell := strings.TrimSpace(row[column])
	if gapWords[strings.ToLower(cell)] {
		return ""
	}
	return cell
}

// std reads the standard deviation, in the latency's unit where its name tells none.
func (in *Reader) std(s *Sample, row []string) error {
	cell := optional(row, in.columns.std)
	if cell == "" {
		return nil
	}
	of := in.columns.stdUnit
	if of.name == "" {
		var err error
		if of, err = in.unit(row); err != nil {
			return nil // it is told of the latency
		}
	}
	line, _ := in.table.Place(in.columns.std)
	ms, _, err := in.decimals.time(cell, of, line)
	if err == errGap { // 0 is fine
		if strings.HasPrefix(cell, "-") || strings.HasPrefix(cell, "−") {
			return fmt.Errorf("standard deviation %s is negative", cell)
		}
		return nil
	}
	s.StdMs = ms
	return err
}

// parseWhole reads a whole number, also one with empty decimals, as data frames write it.
func parseWhole(text string) (int, error) {
	n, err := strconv.Atoi(whole(text))
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is negative", n)
	}
	return n, err
}

// timeLayouts are the dates that are read: RFC 3339, and what Python prints. Those without a
// zone are UTC.
var timeLayouts = []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", time.DateOnly}

func parseTime(text string) (t time.Time, err error) {
	for _, layout := range timeLayouts {
		if t, err = time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	_, err = time.Parse(time.RFC3339, text)
	return time.Time{}, err
}
