package campaign

import (
	"context"
	"fmt"
	"os"
	"time"
)

// State is where a shard stands.
type State string

const (
	Complete State = "complete" // all its units are in its journal
	Running  State = "running"  // a process measures it
	Waiting  State = "waiting"  // the engine has it and will start it
	Failed   State = "failed"   // its last process failed; to resume tries again
	Away     State = "away"     // its process ended well, but its journal is not in this folder
	Stopped  State = "stopped"  // nobody is about it: not submitted, cancelled, or ended early
)

// Task is what an engine knows of a shard.
type Task struct {
	ID     string `json:"id"`               // the engine's name for it
	State  State  `json:"state"`            // Complete: its process ended well, whatever the journal has
	Node   string `json:"node,omitempty"`   // where it runs, or ran
	Reason string `json:"reason,omitempty"` // in the engine's words: why it waits or failed
}

// active reports whether the engine will still do something about the shard.
func (t Task) active() bool { return t.State == Running || t.State == Waiting }

// Engine runs the shards of campaigns.
type Engine interface {
	// Submit hands shards over, at least one, and returns the engine's name for that: what
	// Tasks and Cancel take.
	Submit(ctx context.Context, f *Folder, shards []int) (id string, err error)
	// Tasks returns what the engine knows of the shards of a submission. One that it has
	// forgotten is not there.
	Tasks(ctx context.Context, f *Folder, id string) (map[int]Task, error)
	// Cancel ends the tasks of a submission. Journals keep what they have.
	Cancel(ctx context.Context, f *Folder, id string) error
}

// ShardStatus is a shard in a Status.
type ShardStatus struct {
	Shard int   `json:"shard"`
	State State `json:"state"`
	Progress
	Task    *Task      `json:"task,omitempty"`    // the last that an engine knows; nil: none
	Updated *time.Time `json:"updated,omitempty"` // when its journal was last written to; nil: never
}

// Status is how far a campaign is.
type Status struct {
	Name   string        `json:"name"`
	Dir    string        `json:"dir"`
	Engine string        `json:"engine,omitempty"` // of the last submission; "": there was none
	Units  int           `json:"units"`            // measured
	Of     int           `json:"of"`
	Shards []ShardStatus `json:"shards"`
}

// Count returns how many shards are in a state.
func (s Status) Count(state State) (n int) {
	for _, sh := range s.Shards {
		if sh.State == state {
			n++
		}
	}
	return n
}

// Left lists the shards that are neither complete nor with an engine.
func (s Status) Left() (shards []int) {
	for _, sh := range s.Shards {
		if sh.State == Failed || sh.State == Stopped {
			shards = append(shards, sh.Shard)
		}
	}
	return shards
}

// Status joins the journals with what the engines know, which are found by their names.
// Whether a shard is complete, its journal alone decides.
func (f *Folder) Status(ctx context.Context, engines map[string]Engine) (Status, error) {
	s := Status{Name: f.Plan.Name, Dir: f.Dir, Of: f.Units}
	tasks, last, err := f.tasks(ctx, engines)
	if err != nil {
		return s, err
	}
	s.Engine = last
	for shard := 1; shard <= f.Plan.Shards; shard++ {
		p, err := f.Progress(shard)
		if err != nil {
			return s, err
		}
		sh := ShardStatus{Shard: shard, State: Stopped, Progress: p}
		if t, ok := tasks[shard]; ok {
			sh.Task = &t
			switch {
			case t.State != Complete:
				sh.State = t.State
			case p.Rounds == 0:
				sh.State = Away
			} // else it ended well, but was asked to end early
		}
		if p.Complete() {
			sh.State = Complete
		}
		if info, err := os.Stat(f.Journal(shard)); err == nil {
			at := info.ModTime().UTC()
			sh.Updated = &at
		}
		s.Units += p.Units
		s.Shards = append(s.Shards, sh)
	}
	return s, nil
}

// tasks asks the engines. Of a shard that was submitted several times the last task counts,
// unless an earlier one is active.
func (f *Folder) tasks(ctx context.Context, engines map[string]Engine) (tasks map[int]Task, last string, err error) {
	list, err := f.Submissions()
	if err != nil {
		return nil, "", err
	}
	tasks = map[int]Task{}
	for _, sub := range list {
		e, ok := engines[sub.Engine]
		if !ok {
			return nil, "", fmt.Errorf("%s: submitted to %q, which is no engine here", f.Dir, sub.Engine)
		}
		known, err := e.Tasks(ctx, f, sub.ID)
		if err != nil {
			return nil, "", err
		}
		for shard, t := range known {
			if old, ok := tasks[shard]; !ok || t.active() || !old.active() {
				tasks[shard] = t
			}
		}
		last = sub.Engine
	}
	return tasks, last, nil
}
