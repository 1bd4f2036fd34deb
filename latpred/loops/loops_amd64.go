package loops

import "golang.org/x/sys/cpu"

// available lists the instruction sets that this processor has, the fastest first.
func available() []instructions {
	var list []instructions
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasPOPCNT {
		list = append(list, avx512)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		list = append(list, avx2)
	}
	return append(list, plain)
}

func multiplyRows(columns int, a *args) {
	switch {
	case a.second != nil && columns == tile: // AVX-512 alone has pairs
		multiplyPairs80x512(a)
	case a.second != nil:
		multiplyPairs16x512(a)
	case best == avx512 && columns == tile:
		multiplyRows80x512(a)
	case best == avx512:
		multiplyRows16x512(a)
	case best == avx2 && columns == tile:
		multiplyRows80x256(a)
	case best == avx2:
		multiplyRows16x256(a)
	default:
		a.multiplyRows(columns)
	}
}

func gradientStep(columns int, a *args) {
	switch {
	case best == plain:
		a.gradientStep(columns)
	case a.inPlace:
		gradientStepInPlace(columns, a)
	case best == avx512 && columns == tile:
		gradientStep80x512(a)
	case best == avx512:
		gradientStep16x512(a)
	case columns == tile:
		gradientStep80x256(a)
	default:
		gradientStep16x256(a)
	}
}

func gradientStepInPlace(columns int, a *args) {
	switch {
	case best == avx512 && columns == tile:
		gradientStepInPlace80x512(a)
	case best == avx512:
		gradientStepInPlace16x512(a)
	case columns == tile:
		gradientStepInPlace80x256(a)
	default:
		gradientStepInPlace16x256(a)
	}
}

// wholeRow is the length in vectors of the rows for which multiplySampled has a loop
// of its own: 400 columns, as the published network's hidden layers have.
const wholeRow = 25

func multiplySampled(a *args) {
	switch {
	case best == avx512 && a.vectors == wholeRow:
		multiplySampled400x512(a)
	case best == avx512:
		multiplySampled512(a)
	case best == avx2:
		multiplySampled256(a)
	default:
		a.multiplySampled()
	}
}

func compressRow(a *compressArgs) {
	switch {
	case a.second != nil:
		compressPair512(a)
	case best == avx512:
		compressRow512(a)
	default:
		a.compressRow()
	}
}

func compressColumns(a *compressArgs) {
	if best == avx512 && a.rows <= 2*columnBlock {
		compressColumns512(a)
		return
	}
	a.compressColumns()
}

// burn does n rounds of burnSums vector multiply-adds and returns the number of floats in
// a vector; 0 if it did nothing.
func burn(n int) (lanes int) {
	switch {
	case n <= 0:
		return 0
	case best == avx512:
		burn512(n)
		return 16
	case best == avx2:
		burn256(2 * n) // half of them a round
		return 8
	}
	return 0
}
