package kernelext

import "iter"

// Progress is a display that says how far a loop is: a bar, the rate, the time
// left.
type Progress struct{ live *Live }

// NewProgress starts a display of total steps; 0 where that is not known yet.
// Done must be called.
func NewProgress(label string, total int) *Progress { return &Progress{NewLive(label, total)} }

// Set says that step steps are done.
func (p *Progress) Set(step int) { p.live.Add(step) }

// SetOf says that step steps of total are done, where the total was not known
// beforehand.
func (p *Progress) SetOf(step, total int) {
	p.live.mu.Lock()
	p.live.total = total
	p.live.mu.Unlock()
	p.Set(step)
}

// Done shows the final state.
func (p *Progress) Done() { p.live.Done() }

// Each counts from 0 to n-1 and shows how far it is:
//
//	for i := range kernelext.Each("networks", len(archs)) {
//
// It ends early, and says so, when the cell is interrupted.
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
