package kernelext

import "iter"

// Progress displays the progress of a loop: a bar, the rate and the remaining time. It is
// safe for concurrent use.
type Progress struct{ live *Live }

// NewProgress starts a display of total steps; 0 stands for a total that is not known yet.
// The caller must call Done.
func NewProgress(label string, total int) *Progress { return &Progress{NewLive(label, total)} }

// Set sets the number of steps done.
func (p *Progress) Set(step int) { p.live.Add(step) }

// SetOf sets the number of steps done and the total, if that was not known at the start.
func (p *Progress) SetOf(step, total int) {
	p.live.mu.Lock()
	p.live.total = total
	p.live.mu.Unlock()
	p.Set(step)
}

// Done ends the display and shows its final state.
func (p *Progress) Done() { p.live.Done() }

// Each yields 0 to n-1 and displays the progress:
//
//	for i := range kernelext.Each("networks", len(archs)) {
//
// It ends early, and the display says so, when the cell is interrupted.
func Each(label string, n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		p := NewProgress(label, n)
		defer p.Done()
		ctx := Context()
		for i := range n {
			if ctx.Err() != nil || !yield(i) {
				return
			}
			p.Set(i + 1)
		}
	}
}
