package loops

import "golang.org/x/sys/cpu"

//go:noescape
func accumulate80x512(a *args)

//go:noescape
func accumulate16x512(a *args)

//go:noescape
func accumulatePair80x512(a *args)

//go:noescape
func accumulatePair16x512(a *args)

//go:noescape
func descend80x512(a *args)

//go:noescape
func descend16x512(a *args)

//go:noescape
func dots512(a *args)

//go:noescape
func dots400(a *args)

//go:noescape
func listRow512(a *listArgs)

//go:noescape
func listPair512(a *listArgs)

//go:noescape
func listColumns512(a *listArgs)

//go:noescape
func accumulate80x256(a *args)

//go:noescape
func accumulate16x256(a *args)

//go:noescape
func descend80x256(a *args)

//go:noescape
func descend16x256(a *args)

//go:noescape
func dots256(a *args)

// available lists the loops that this processor can run, the fastest first.
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

func accumulate(columns int, a *args) {
	switch {
	case a.second != nil && columns == wide: // AVX-512 alone has pairs
		accumulatePair80x512(a)
	case a.second != nil:
		accumulatePair16x512(a)
	case best == avx512 && columns == wide:
		accumulate80x512(a)
	case best == avx512:
		accumulate16x512(a)
	case best == avx2 && columns == wide:
		accumulate80x256(a)
	case best == avx2:
		accumulate16x256(a)
	default:
		a.accumulate(columns)
	}
}

func descend(columns int, a *args) {
	switch {
	case best == avx512 && columns == wide:
		descend80x512(a)
	case best == avx512:
		descend16x512(a)
	case best == avx2 && columns == wide:
		descend80x256(a)
	case best == avx2:
		descend16x256(a)
	default:
		a.descend(columns)
	}
}

func dots(a *args) {
	switch {
	case best == avx512 && a.vectors == 25: // of the published network
		dots400(a)
	case best == avx512:
		dots512(a)
	case best == avx2:
		dots256(a)
	default:
		a.dots()
	}
}

func listRow(a *listArgs) {
	if a.second != nil {
		listPair512(a)
		return
	}
	if best == avx512 {
		listRow512(a)
		return
	}
	a.listRow()
}

func listColumns(a *listArgs) {
	if best == avx512 && a.rows <= 2*blockOfColumn {
		listColumns512(a)
		return
	}
	a.listColumns()
}

func burn512(n int)

func burn256(n int)

// burn gives the number of floats in each of 24 multiply-adds a round, 0 where it
// did nothing.
func burn(n int) (lanes int) {
	switch {
	case n <= 0:
		return 0
	case best == avx512:
		burn512(n)
		return 16
	case best == avx2:
		burn256(2 * n) // twelve a round
		return 8
	}
	return 0
}
