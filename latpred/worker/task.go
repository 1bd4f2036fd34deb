package worker

import (
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// Task is what a child measures, as JSON on its input.
type Task struct {
	Backend  string           // kind, see backend.Options
	Threads  int              // of the CPU plugin
	Settings backend.Settings // of XLA
	Options  measure.Options  // of the runner

	Space    string         // id
	Hardware string         // for the device's name; "": the processor's
	Config   measure.Config // the protocol; Config.Limit counts from the start of Supervisor.Run
	// NoAnchors, TakeTurns and LockFile are as in measure.Device; LockFile of "" stands for
	// the device's in the user's cache.
	NoAnchors, TakeTurns bool
	LockFile             string
	Normalise            string // checked before measuring, see measure.Device.Normaliser

	Jobs []Job // done in order
}

// Job is a campaign, or the check of a machine.
type Job struct {
	Archs      []space.Arch  // networks to measure
	Seed       uint64        // that they were drawn with
	Resolution int           // whose layers are to be measured; 0: networks are
	Shard      measure.Shard // part of them that is measured; zero: all
	Journal    string        // file
	Check      int           // rounds of a check; 0: it is a campaign
}

// Outcome is what a child told of the device and of a check.
type Outcome struct {
	Header measure.Header // of the device, see measure.Device; zero if it was not opened
	Quiet  *measure.Quiet // of the last check; nil: there was none
}

// message is a line from the child.
type message struct {
	Log      string            `json:",omitempty"` // for the user
	Opened   *measure.Header   `json:",omitempty"` // the device is open
	Begin    string            `json:",omitempty"` // a network or layer that is now compiled
	End      string            `json:",omitempty"` // it is compiled, or failed with an error
	Running  string            `json:",omitempty"` // one that runs for the first time
	Starts   *Job              `json:",omitempty"` // a job begins; its networks are left out of the message
	Job      int               `json:",omitempty"` // of Starts and Progress
	Progress *measure.Progress `json:",omitempty"`
	Quiet    *measure.Quiet    `json:",omitempty"` // without its Units, which are in Units
	Units    []string          `json:",omitempty"`
	Done     *result           `json:",omitempty"` // the last message
}

// result is how the child's work ended.
type result struct {
	Error string // "": well
	Limit bool   // with measure.ErrLimit
	Asked bool   // with measure.ErrEnough
}

func (r *result) error() error {
	switch {
	case r.Limit:
		return measure.ErrLimit
	case r.Asked:
		return measure.ErrEnough
	case r.Error != "":
		return errors.New(r.Error)
	}
	return nil
}

// CrashError reports that the child ended by itself, or had to be ended.
type CrashError struct {
	What  string   // "opening the backend", "compiling", "running" or "measuring"
	Units []string // the networks or layers that may be the cause; nil: not known
	How   string   // "crashed: …", "was not compiled within …"
	Log   string   // file with all that the child printed; "": none
}

// Error names the first of the units and what the child printed.
func (e *CrashError) Error() string {
	text := e.What
	if len(e.Units) > 0 {
		text += " " + e.Units[0]
	}
	if len(e.Units) > 1 {
		text += fmt.Sprintf(" (or one of %d others at the same time)", len(e.Units)-1)
	}
	text += ": the measuring process " + e.How
	if e.Log != "" {
		text += "; all it said is in " + e.Log
	}
	return text
}
