package instrument_test

import (
	"context"
	"fmt"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/pool/instrument"
)

// A worker offers a program of its owner's; plans name it and never say what it is.
func ExampleNew() {
	d, err := instrument.New(instrument.Options{Runners: campaign.Runners{"mine": {Exec: "my-board {}", Timeout: time.Minute}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	facts, err := d.Facts(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for name, hash := range facts.Runners {
		fmt.Println(name, len(hash) > 0)
	}
	// Output:
	// mine true
}
