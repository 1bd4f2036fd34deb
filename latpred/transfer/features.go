package transfer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// references is the number of random networks over which features are centred.
const references = 2000

// Features describes the networks of a space as vectors. Columns are centred and scaled over
// 2,000 random networks of the space, the same each time, so that each block has a mean
// squared length of 1. Constant columns are left out, and those that are proportional to an
// earlier one of their block. Features are safe for concurrent use.
type Features struct {
	Space *space.Space

	shape     shape
	first     [Blocks + 1]int // first column of each block
	keep      []int           // raw column of each column
	centre    []float64       // of each column
	scale     []float64       // of each column
	reference *mat.Dense      // features of the random networks
	times     *times          // further columns; nil: there are none
}

var known sync.Map // by *space.Space: func() *Features

// FeaturesOf gives the features of a space. They are worked out once, in some tens of
// milliseconds.
func FeaturesOf(s *space.Space) *Features {
	once, _ := known.LoadOrStore(s, sync.OnceValue(func() *Features { return newFeatures(s) }))
	return once.(func() *Features)()
}

func newFeatures(s *space.Space) *Features {
	archs, layers := referencesOf(s), make([][]space.Layer, references)
	graph, largest := false, 0.0
	for i := range archs {
		layers[i] = s.Macro.Layers(archs[i])
		graph = graph || slices.Contains(neededOf(layers[i]), false)
		for k := range layers[i] {
			largest = max(largest, movedShuffled(&layers[i][k]))
		}
	}
	f := &Features{Space: s, shape: shapeOf(s, graph, largest)}
	raw := mat.NewDense(references, f.shape.begin[Blocks], nil)
	for i, a := range archs {
		f.shape.fill(raw.RawRowView(i), a, layers[i])
	}
	for b := range Blocks {
		f.first[b] = len(f.keep)
		f.choose(b, raw)
	}
	f.first[Blocks] = len(f.keep)
	f.reference = mat.NewDense(references, len(f.keep), nil)
	for i := range references {
		f.standardise(f.reference.RawRowView(i), raw.RawRowView(i))
	}
	return f
}

// referencesOf draws the random networks over which features are centred.
func referencesOf(s *space.Space) []space.Arch {
	rng, archs := random.Stream(1, "reference networks"), make([]space.Arch, references)
	for i := range archs {
		archs[i] = s.Sample(rng)
	}
	return archs
}

const (
	sameColumn  = 1 - 1e-9 // correlation above which a column says nothing new
	leastSpread = 1e-9     // standard deviation below which a column is constant
)

// choose keeps the columns of a block that vary and say something new, and scales them.
func (f *Features) choose(b Block, raw *mat.Dense) {
	var kept [][]float64 // standardised
	var square float64
	for c := f.shape.begin[b]; c < f.shape.begin[b+1]; c++ {
		column := mat.Col(nil, c, raw)
		mean := floats.Sum(column) / references
		floats.AddConst(-mean, column)
		sd := floats.Norm(column, 2) / math.Sqrt(references)
		if sd <= leastSpread*(1+math.Abs(mean)) {
			continue
		}
		floats.Scale(1/sd, column)
		if isAmong(column, kept) {
			continue
		}
		kept = append(kept, column)
		scale := 1.0
		if b == Physics || b == StagePhysics {
			scale = 1 / sd // units differ: each column counts alike
		}
		square += sd * sd * scale * scale
		f.keep, f.centre, f.scale = append(f.keep, c), append(f.centre, mean), append(f.scale, scale)
	}
	if square > 0 {
		floats.Scale(1/math.Sqrt(square), f.scale[f.first[b]:])
	}
}

// isAmong reports whether a standardised column is one of kept, whatever its sign.
func isAmong(column []float64, kept [][]float64) bool {
	for _, k := range kept {
		if math.Abs(floats.Dot(k, column)) > sameColumn*references {
			return true
		}
	}
	return false
}

func (f *Features) standardise(dst, raw []float64) {
	for k, c := range f.keep {
		dst[k] = (raw[c] - f.centre[k]) * f.scale[k]
	}
}

// Columns is the number of features.
func (f *Features) Columns() int {
	if f.times == nil {
		return len(f.keep)
	}
	return len(f.keep) + f.times.columns()
}

// Range gives the columns of a block, from first to before end.
func (f *Features) Range(b Block) (first, end int) { return f.first[b], f.first[b+1] }

// PhysicsNames lists what the columns of Physics are.
func (f *Features) PhysicsNames() (names []string) {
	first, end := f.Range(Physics)
	for _, c := range f.keep[first:end] {
		names = append(names, physicsName(c))
	}
	return names
}

// Row writes the features of a to dst, of length Columns. It errs if a is not in the space.
func (f *Features) Row(dst []float64, a space.Arch) error {
	if len(dst) != f.Columns() {
		panic(fmt.Sprintf("transfer: room for %d features, want %d", len(dst), f.Columns()))
	}
	if err := f.Space.Validate(a); err != nil {
		return err
	}
	raw := make([]float64, f.shape.begin[Blocks])
	f.shape.fill(raw, a, f.Space.Macro.Layers(a))
	f.standardise(dst, raw)
	if f.times != nil {
		return f.times.fill(dst[len(f.keep):], a)
	}
	return nil
}

// Rows gives the features of networks, a row each. It errs if there are none, or if one is not
// in the space.
func (f *Features) Rows(archs []space.Arch) (*mat.Dense, error) {
	if len(archs) == 0 {
		return nil, errors.New("no networks")
	}
	out := mat.NewDense(len(archs), f.Columns(), nil)
	for i, a := range archs {
		if err := f.Row(out.RawRowView(i), a); err != nil {
			return nil, fmt.Errorf("architecture %d: %w", i, err)
		}
	}
	return out, nil
}
