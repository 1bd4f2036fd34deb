package kernelext

import (
	"fmt"
	"math"
)

// Comparison is a value of the paper beside ours; NaN where there is none.
type Comparison struct {
	Quantity, Unit string
	Paper, Ours    float64
}

// Compare shows values of the paper beside ours, with the difference as a part of
// the paper's, signed and coloured.
func Compare(rows []Comparison) {
	var cells [][]any
	for _, r := range rows {
		cells = append(cells, []any{r.Quantity, r.Unit, r.Paper, r.Ours, Difference{Value: r.Ours, Reference: r.Paper}})
	}
	Table([]string{"quantity", "unit", "paper", "ours", "difference"}, cells)
}

// Difference is a table's cell: how far Value lies from Reference, in percent of
// Reference. It is blue where it is lower and orange where it is higher, stronger
// the further it is, which colour-blind readers tell apart; the sign says the
// same. A dash where one is NaN or Reference is 0.
type Difference struct{ Value, Reference float64 }

// part is the difference as a part of the reference; NaN or infinite where there
// is none.
func (d Difference) part() float64 { return (d.Value - d.Reference) / math.Abs(d.Reference) }

func (d Difference) String() string { return d.field().text }

// Differences below even are not coloured, from strong on they are as strong as
// can be.
const even, strong = 0.02, 0.5

func (d Difference) field() field {
	p := d.part()
	if math.IsNaN(p) || math.IsInf(p, 0) {
		return field{text: "–", number: true, value: math.NaN()}
	}
	f := field{text: percent(p), number: true, value: p}
	if size := math.Abs(p); size >= even {
		colour := "0, 114, 178" // Okabe and Ito's blue
		if p > 0 {
			colour = "213, 94, 0" // and their vermillion
		}
		f.tint = fmt.Sprintf("rgba(%s, %.2f)", colour, 0.12+0.28*min(1, size/strong))
	}
	return f
}

// percent writes a signed part with a precision that fits its size.
func percent(part float64) string {
	switch p := 100 * part; {
	case math.Abs(p) < 0.05:
		return "±0.0 %"
	case math.Abs(p) < 100:
		return fmt.Sprintf("%+.1f %%", p)
	case math.Abs(p) < 1000:
		return fmt.Sprintf("%+.0f %%", p)
	default:
		return fmt.Sprintf("×%s", decimal(1+part))
	}
}
