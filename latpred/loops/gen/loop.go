package main

import (
	"fmt"
	"strconv"
)

// What the loops are unrolled by. Package loops has constants of these names; it
// doesn't compile where they differ.
const (
	lanes    = 16        // columns of the narrow loops: a vector of AVX-512
	tile     = 5 * lanes // columns of the wide ones
	wholeRow = 25        // vectors of a row that multiplySampled keeps in registers
	burnSums = 24        // multiply-adds of a round of burn; AVX2 takes two rounds for it
)

// loop is a template and what it is executed for.
type loop struct {
	Template  string
	base      string // of its name
	Parameter string // type of its argument; "": a number of rounds
	Bits      int    // of a vector
	Columns   int    // that it takes at once; 0: any number
	Pair      bool   // a line is of two rows
	InPlace   bool   // values are in a matrix
}

// files lists what is written.
func files() []file {
	multiply, gradient, inPlace := file{name: "multiply"}, file{name: "gradient", header: "gradientHeader"}, file{name: "gradientinplace", header: "gradientHeader"}
	for _, bits := range []int{512, 256} {
		for _, columns := range []int{tile, lanes} {
			l := loop{Template: "multiply", base: "multiplyRows", Parameter: "args", Bits: bits, Columns: columns}
			multiply.loops = append(multiply.loops, l)
			if l.base, l.Pair = "multiplyPairs", true; bits == 512 {
				multiply.loops = append(multiply.loops, l)
			}
			l = loop{Template: "gradient", base: "gradientStep", Parameter: "args", Bits: bits, Columns: columns}
			gradient.loops = append(gradient.loops, l)
			l.base, l.InPlace = "gradientStepInPlace", true
			inPlace.loops = append(inPlace.loops, l)
		}
	}
	return []file{multiply, gradient, inPlace,
		{name: "sampled", loops: []loop{
			{Template: "sampled", base: "multiplySampled", Parameter: "args", Bits: 512},
			{Template: "sampledWhole", base: "multiplySampled", Parameter: "args", Bits: 512, Columns: wholeRow * lanes},
			{Template: "sampled", base: "multiplySampled", Parameter: "args", Bits: 256},
		}},
		{name: "compress", loops: []loop{
			{Template: "compressRow", base: "compressRow", Parameter: "compressArgs", Bits: 512},
			{Template: "compressRow", base: "compressPair", Parameter: "compressArgs", Bits: 512, Pair: true},
			{Template: "compressColumns", base: "compressColumns", Parameter: "compressArgs", Bits: 512},
		}},
		{name: "burn", loops: []loop{
			{Template: "burn", base: "burn", Bits: 512, Columns: burnSums * 512 / 32},
			{Template: "burn", base: "burn", Bits: 256, Columns: burnSums / 2 * 256 / 32},
		}},
	}
}

// Name is the loop's: multiplyRows80x512 takes 80 columns in vectors of 512 bits.
func (l loop) Name() string {
	if l.Columns == 0 || l.Parameter == "" {
		return l.base + strconv.Itoa(l.Bits)
	}
	return fmt.Sprintf("%s%dx%d", l.base, l.Columns, l.Bits)
}

// Bytes is the size of a vector.
func (l loop) Bytes() int { return l.Bits / 8 }

// Wide reports whether the loop takes a tile, for which it fetches what is next.
func (l loop) Wide() bool { return l.Columns == tile }

// Sums are registers for all columns, the first ones; SecondSums and Loaded are as
// many that follow them.
func (l loop) Sums() []register       { return l.registers(0) }
func (l loop) SecondSums() []register { return l.registers(1) }
func (l loop) Loaded() []register     { return l.registers(2) }

func (l loop) registers(set int) []register {
	list := make([]register, l.Columns*4/l.Bytes())
	for i := range list {
		list[i] = register{l.Bits, set*len(list) + i, i * l.Bytes()}
	}
	return list
}

// Scratch is register k from the end.
func (l loop) Scratch(k int) register {
	if l.Bits == 512 {
		return register{l.Bits, 31 - k, 0}
	}
	return register{l.Bits, 15 - k, 0}
}

// Reg is register k.
func (l loop) Reg(k int) register { return register{l.Bits, k, 0} }

// FourSums are the sums of as many entries at once, Pointers where their rows are, and
// Others those of all but the first.
func (l loop) FourSums() []register {
	return []register{l.Reg(0), l.Reg(1), l.Reg(2), l.Reg(3)}
}
func (l loop) Pointers() []string { return []string{"R8", "R9", "R10", "R11"} }
func (l loop) Others() []string   { return l.Pointers()[1:] }

// Turn is the sum, of four behind those of a row, that vector i of it is added to.
func (l loop) Turn(i int) register { return l.Reg(wholeRow + i%4) }

// CacheLines are the bytes at which cache lines of the columns begin.
func (l loop) CacheLines() (at []string) {
	for b := 0; b < 4*l.Columns; b += 64 {
		at = append(at, offset(b))
	}
	return at
}

// register is a vector register, and the byte of a row's columns that it is for.
type register struct{ bits, number, Byte int }

func (r register) String() string {
	if r.bits == 512 {
		return "Z" + strconv.Itoa(r.number)
	}
	return "Y" + strconv.Itoa(r.number)
}

// At is Byte as an operand's offset.
func (r register) At() string { return offset(r.Byte) }

// Plus is the number of the register k further on.
func (r register) Plus(k int) int { return r.number + k }

// Clear is the instruction that makes the register 0.
func (r register) Clear() string {
	if r.bits == 512 {
		return fmt.Sprintf("VPXORQ %s, %[1]s, %[1]s", r)
	}
	return fmt.Sprintf("VPXOR %s, %[1]s, %[1]s", r)
}

// offset leaves 0 out.
func offset(b int) string {
	if b == 0 {
		return ""
	}
	return strconv.Itoa(b)
}
