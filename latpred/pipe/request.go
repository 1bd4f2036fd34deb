package pipe

import (
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
)

// What a Request asks for.
const (
	Open     = "open"     // opens the predictor Name, of networks of Space, and tells of it as Opened
	Close    = "close"    // forgets the predictors IDs
	Predict  = "predict"  // latencies of networks by predictor ID, ms
	Bounds   = "bounds"   // of all networks the lower, then of all the upper ends of intervals of probability Level, ms; +Inf: none
	Accuracy = "accuracy" // of networks of OFA's five stages, as a fraction, see package accuracy; no ID is needed
	Describe = "describe" // networks in other forms, a list of Description; no ID is needed; rows are those of OFA's five stages
)

// Request is the head of a request.
type Request struct {
	Do    string  `json:"do"`
	Name  string  `json:"name,omitempty"`  // of a predictor that ships, or a file
	Space string  `json:"space,omitempty"` // ID; "": that of the predictor, see serve.Open
	ID    int     `json:"id,omitempty"`
	IDs   []int   `json:"ids,omitempty"`
	Rows  bool    `json:"rows,omitempty"` // the networks are rows of bytes, not JSON
	Level float64 `json:"level,omitempty"`
}

// Answer is the head of an answer. The body has numbers, or for Open an object and for Describe a
// list, in JSON; it is empty after an error.
type Answer struct {
	Error    string   `json:"error,omitempty"`    // the request failed: why
	Mistake  bool     `json:"mistake,omitempty"`  // it asked for what there is not, and would fail again
	Warnings []string `json:"warnings,omitempty"` // of Bounds: whether measurements support the level
}

// Opened tells of a predictor; it is the answer to Open.
type Opened struct {
	ID          int                `json:"id"`
	Kind        string             `json:"kind"`
	Space       string             `json:"space"`         // ID of the space of its networks
	Assumed     bool               `json:"space_assumed"` // the space is a guess, see serve.Device
	Family      string             `json:"family"`        // ID
	OFA         bool               `json:"ofa"`           // rows have OFA's values, not choices
	Slots       int                `json:"slots"`
	Stages      int                `json:"stages"`
	Resolutions []int              `json:"resolutions"` // that searches draw
	Intervals   bool               `json:"intervals"`   // it is of a kind that has them
	Provenance  latpred.Provenance `json:"provenance"`
}

// Description is a network in several forms; a list of them is the answer to Describe.
type Description struct {
	Arch space.Arch       `json:"arch"`          // the canonical text
	OFA  *space.OFAConfig `json:"ofa,omitempty"` // absent: it is of another family
}
