package measure_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
)

// slow makes units whose preparation takes a time of the bubble's clock.
func slow(m *machine, takes time.Duration, names ...string) []measure.Unit {
	list := m.units(names...)
	for i, u := range list {
		list[i].Prepare = func(ctx context.Context) (measure.Subject, error) {
			time.Sleep(takes)
			return u.Prepare(ctx)
		}
	}
	return list
}

// Under a limit that is too short for a whole group, groups are so small that most of the
// time gives labels. Each network takes 13 s to prepare and .1 s for each of 36 runs; there
// is time for (110 − 3·13/2)/(13/2 + 2.3) ≈ 10, of which anchors take some in each group.
func TestGroupsFitTheLimit(t *testing.T) {
	for _, anchors := range []int{0, 3} {
		synctest.Test(t, func(t *testing.T) {
			m := newMachine()
			m.ms = func(string, int) (float64, error) { time.Sleep(100 * time.Millisecond); return 1, nil }
			j := journal(t, filepath.Join(t.TempDir(), "j"))
			defer j.Close()
			c := measure.Campaign{
				Units: slow(m, 13*time.Second, names(100)...), Anchors: slow(m, 13*time.Second, []string{"x", "y", "z"}[:anchors]...), Journal: j,
				Config: measure.Config{Rounds: 3, Extra: -1, Runs: 5, Compilers: 2, Limit: 110 * time.Second},
			}
			start := time.Now()
			if err := c.Run(t.Context()); !errors.Is(err, measure.ErrLimit) {
				t.Errorf("%v", err)
			}
			// The worker's supervisor ends it on time; by itself it ends after the group.
			if took := time.Since(start); len(j.Results()) < 6 || took > 160*time.Second {
				t.Errorf("%d anchors: %d networks in %v", anchors, len(j.Results()), took)
			}
		})
	}
}

// Anchors are prepared at the same time as the first group, and a group ends when the
// patience does.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		path := filepath.Join(t.TempDir(), "j")
		j := journal(t, path)
		defer j.Close()
		config := small
		config.Group, config.Compilers, config.Patience = 24, 4, 25*time.Second
		c := measure.Campaign{Units: slow(m, 10*time.Second, names(12)...), Anchors: slow(m, 10*time.Second, "x", "y"), Journal: j, Config: config}
		start := time.Now()
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 40*time.Second { // 14 units by fours
			t.Errorf("it took %v", took)
		}
		text, err := os.ReadFile(path)
		if err != nil || strings.Count(string(text), `"begin"`) != 2 || len(j.Results()) != 12 {
			t.Errorf("%v, %d networks:\n%s", err, len(j.Results()), text)
		}
	})
}

// What failed once comes last and alone; what failed twice is left out.
func TestFailures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	if err := measure.Fail(path, header(), measure.Failure{Unit: "net0", How: "crashed"}, measure.Failure{Unit: "net1", How: "crashed"}, measure.Failure{Unit: "net1", How: "hung"}); err != nil {
		t.Fatal(err)
	}
	m := newMachine()
	var order []string
	m.ms = func(key string, _ int) (float64, error) { order = append(order, key); return 1, nil }
	j := journal(t, path)
	config := small
	config.Runs, config.Rounds = 1, 3
	c := measure.Campaign{Units: m.units(names(4)...), Journal: j, Config: config}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "net2 net3 net2 net3 net2 net3 net0 net0 net0" {
		t.Errorf("measured in the order %s", got)
	}
	if left := j.LeftOut(); len(left) != 1 || left[0].Unit != "net1" || left[0].How != "hung" {
		t.Errorf("left out: %+v", left)
	}
	j.Close()
	if j, err := measure.ReadJournalFile(path); err != nil || len(j.Failures()) != 3 || len(j.Results()) != 3 {
		t.Errorf("read again: %v", err)
	}
}

// A group that can't be finished, since one of its units fails, does not keep the others
// from being measured.
func TestUnfinishedGroupWithFailures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	m := newMachine()
	m.ms = func(string, int) (float64, error) {
		if m.total == 7 { // in the first group's second round
			return 0, errors.New("boom")
		}
		return 1, nil
	}
	run := func() error {
		j := journal(t, path)
		defer j.Close()
		c := measure.Campaign{Units: m.units(names(2)...), Journal: j, Config: small}
		return c.Run(t.Context())
	}
	if err := run(); err == nil {
		t.Fatal("no error")
	}
	if err := measure.Fail(path, header(), measure.Failure{Unit: "net0"}, measure.Failure{Unit: "net0"}); err != nil {
		t.Fatal(err)
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	j, err := measure.ReadJournalFile(path)
	if err != nil || len(j.Results()) != 1 || j.Results()[0].Key != "net1" {
		t.Errorf("%v, %+v", err, j.Results())
	}
}
