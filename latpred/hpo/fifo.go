package hpo

import "fmt"

type fifo struct {
	board
	max int
}

// FIFO returns a scheduler that trains every trial to epoch max, in order. It watches no
// metric: a trial has diverged only if its report says so. It panics if max is below 1.
func FIFO(configs []Config, max int) Scheduler {
	if max < 1 {
		panic(fmt.Sprintf("hpo: FIFO to epoch %d", max))
	}
	return &fifo{newBoard(configs), max}
}

func (f *fifo) String() string { return fmt.Sprintf("FIFO to epoch %d", f.max) }

func (f *fifo) Next() (Task, bool) {
	if trial, ok := f.first(Waiting); ok {
		return f.hand(trial, f.max)
	}
	return Task{}, false
}

func (f *fifo) Observe(r Report) error {
	t, err := f.check(r)
	if err != nil {
		return err
	}
	if r.Diverged {
		t.update(r, Diverged)
	} else {
		t.update(r, Completed)
	}
	return nil
}

func (f *fifo) Done() bool {
	_, waiting := f.first(Waiting)
	_, running := f.first(Running)
	return !waiting && !running
}
