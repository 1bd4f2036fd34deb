package main

import "github.com/ofalat/ofalat/latpred/experiment"

// printClaims prints what became of the paper's claims by the record.
func (c *reproduceCmd) printClaims(out *output) error {
	recorded, err := c.recorded()
	if err != nil {
		return err
	}
	if out.JSON() {
		return out.Emit(experiment.Judge(recorded))
	}
	out.Printf("%s", experiment.ClaimsMarkdown(recorded))
	return nil
}
