package loops

// instructions say which of a processor's instructions the loops use. Loops are called
// by name, not by value: args that an unknown function takes would be on the heap.
type instructions int

const (
	plain instructions = iota
	avx2
	avx512
)

func (i instructions) String() string { return [...]string{"plain Go", "AVX2", "AVX-512"}[i] }

// best are the instructions in use, the fastest of this processor.
var best = available()[0]

// Name says which instructions are in use: "AVX-512", "AVX2" or "plain Go".
func Name() string { return best.String() }

// Vectors reports whether they are vector instructions.
func Vectors() bool { return best != plain }

// burnt keeps the compiler from leaving out what Burn computes.
var burnt float32

// Burn does n rounds of independent multiply-adds on registers, as fast as the
// processor can, and returns how many operations that were, two for each. It is
// for measuring the processor.
func Burn(n int) (operations int) {
	if lanes := burn(n); lanes > 0 {
		return n * burnSums * 2 * lanes
	}
	var a, b, c, d, e, f, g, h float32
	x, y := float32(n), burnt
	for range n {
		a += x * y
		b += x * y
		c += x * y
		d += x * y
		e += x * y
		f += x * y
		g += x * y
		h += x * y
	}
	burnt = a + b + c + d + e + f + g + h
	return n * 8 * 2
}

// burnSums is how many independent sums a round of Burn adds to.
const burnSums = 24
