package kernelext

import (
	"fmt"
	"math"
)

// Comparison is a value of the paper and ours.
type Comparison struct {
	Quantity, Unit string
	Paper, Ours    float64 // in Unit; NaN: there is none
}

// Compare shows a table of the paper's values and ours, with their Difference in percent
// of the paper's.
func Compare(rows []Comparison) {
	var cells [][]any
	for _, r := range rows {
		cells = append(cells, []any{r.Quantity, r.Unit, r.Paper, r.Ours, Difference{Value: r.Ours, Reference: r.Paper}})
	}
	Table([]string{"quantity", "unit", "paper", "ours", "difference"}, cells)
}

// Difference is a cell of a Table: the difference of Value from Reference in percent of
// Reference, signed. Its background is blue if Value is lower and orange if it is higher,
// stronger for larger differences; colour-blind readers can tell the two apart. It is a
// dash if either is NaN or Reference is 0.
type Difference struct{ Value, Reference float64 }

// part is the difference as a fraction of the reference; NaN or infinite if it is
// undefined.
func (d Difference) part() float64 { return (d.Value - d.Reference) / math.Abs(d.Reference) }

func (d Difference) String() string { return d.field().text }

// Differences below the fraction even are not coloured; from strong on, the colour is at
// its strongest.
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

// percent writes a signed fraction in percent, with a precision that fits its size.
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
