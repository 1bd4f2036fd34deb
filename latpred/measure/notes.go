package measure

import (
	"fmt"
	"sync"
	"time"
)

// Notes passes on what is noticed while measuring with other programs, each kind of thing
// once. A nil *Notes tells nobody. It is safe for concurrent use.
type Notes struct {
	say  func(text string)
	mu   sync.Mutex
	said map[string]bool
}

// NewNotes gives notes to say.
func NewNotes(say func(text string)) *Notes { return &Notes{say: say, said: map[string]bool{}} }

// Once says a text, unless one of its kind was said before.
func (n *Notes) Once(kind, format string, args ...any) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.said[kind] {
		n.said[kind] = true
		n.say(fmt.Sprintf(format, args...))
	}
}

// Times that no device takes for a network of OFA's spaces: its fifty kernels take the
// fastest GPU more than the first, and the slowest microcontroller takes less than the
// second.
const (
	leastMs = .1
	mostMs  = 10 * 60 * 1000
)

// Plausible notes, once each, that a printed time is longer than the call that printed it
// took, or that no device takes it. unit is the one that was printed; "" is none.
func (n *Notes) Plausible(ms float64, unit string, took time.Duration) {
	wall := float64(took) / float64(time.Millisecond)
	wanted := "milliseconds are wanted; another unit is read where it stands behind the number, as in 13402.6 us"
	if unit != "" {
		wanted = "is " + unit + " the right unit?"
	}
	if ms > 1.1*wall+1 {
		n.Once("longer than the call", "a time of %.6g ms was printed by a call that took %.3g ms: %s", ms, wall, wanted)
	}
	switch {
	case ms < leastMs:
		n.Once("too short", "a time of %.6g ms was printed, and no device runs a network so fast: %s", ms, wanted)
	case ms > mostMs:
		n.Once("too long", "a time of %.6g ms was printed, over ten minutes for a run: %s", ms, wanted)
	}
}
