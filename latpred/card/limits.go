package card

import "fmt"

// limits says what the predictor is not for.
func limits(c *Card) []string {
	device := text(c.Device)
	if device == "" {
		device = "the device that was measured"
	}
	list := []string{
		fmt.Sprintf("It is for %s as it was measured: another runtime, batch, precision, clock or temperature is another device.", device),
		fmt.Sprintf("It is for sub-networks of %s. The same choices in a supernet of another width are other networks.", text(c.SpaceName)),
	}
	if c.Assumed {
		list = append(list, "Nobody told the width of the networks that it was made from: if it is not that of this space, counts of multiply-accumulates and searches by accuracy are of other networks.")
	}
	if n := len(c.Resolutions); n > 0 {
		list = append(list, fmt.Sprintf("It was made from resolutions %d to %d; what lies outside is refused or extrapolated.", c.Resolutions[0], c.Resolutions[n-1]))
	}
	switch {
	case c.Backing == nil:
		list = append(list, "It has no intervals, or does not tell what they rest on.")
	case c.Backing.Assumed:
		list = append(list, fmt.Sprintf("Its intervals rest on %d %s and on an assumed distribution of errors; by themselves the rows support levels up to %s.", c.Backing.N, text(c.Backing.Of), percent(c.Backing.Highest())))
	default:
		list = append(list, fmt.Sprintf("Its intervals rest on %d %s and support levels up to %s.", c.Backing.N, text(c.Backing.Of), percent(c.Backing.Highest())))
	}
	return append(list, "A latency says nothing about accuracy, energy or memory.")
}
