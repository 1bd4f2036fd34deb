package loops

// instructions is the instruction set that the loops use. Loops are called directly, not
// through function values, for which the compiler would allocate args on the heap.
type instructions int

const (
	plain instructions = iota
	avx2
	avx512
)

func (i instructions) String() string { return [...]string{"plain Go", "AVX2", "AVX-512"}[i] }

// best is the instruction set in use, the fastest of this processor.
var best = available()[0]

// Name returns the instruction set in use: "AVX-512", "AVX2" or "plain Go".
func Name() string { return best.String() }

// Vectors reports whether the loops use vector instructions, not plain Go.
func Vectors() bool { return best != plain }

// burnt keeps the compiler from eliminating the computation of Burn.
var burnt float32

// Burn does n rounds of independent multiply-adds on registers, as fast as the processor
// can, and returns the number of floating-point operations, two for each multiply-add.
// Divided by its time, that is the peak rate of one core. It must not be called
// concurrently without vector instructions.
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

// burnSums is the number of independent vector sums that a round of Burn adds to.
const burnSums = 24
