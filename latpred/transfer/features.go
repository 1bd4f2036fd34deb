package transfer

import (
	"fmt"
	"math"
	"sync"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Block is a group of features that share a prior.
type Block int

// The blocks of features.
const (
	Physics Block = iota // costs of the layers: see package documentation
	Choices              // how many slots have each choice
	Stages               // the same for each stage; only where there are several
	Slots                // which choice each slot has
	Blocks               // the number of blocks
)

// references is the number of random networks over which features are centred.
const references = 2000

// Features describes the networks of a space as vectors. Columns are centred and scaled over
// 2,000 random networks of the space, the same each time, so that each block has a mean
// squared length of 1. Constant columns, and those that say what an earlier one of their
// block says, are left out. Features are safe for concurrent use.
type Features struct {
	Space *space.Space

	graph     bool            // some layers are not live: blocks have columns of the live ones too
	begin     [Blocks + 1]int // first raw column of each block
	first     [Blocks + 1]int // first column of each block
	keep      []int           // raw column of each column
	centre    []float64       // of each column
	scale     []float64       // of each column
	names     []string        // of each raw column of Physics
	reference *mat.Dense      // rows of the random networks
}

var known sync.Map // by *space.Space: func() *Features

// FeaturesOf gives the features of a registered space. They are worked out once, in some
// tens of milliseconds.
func FeaturesOf(s *space.Space) *Features {
	once, _ := known.LoadOrStore(s, sync.OnceValue(func() *Features { return newFeatures(s) }))
	return once.(func() *Features)()
}

func newFeatures(s *space.Space) *Features {
	f := &Features{Space: s}
	rng := random.Stream(1, "reference networks")
	archs := make([]space.Arch, references)
	layers := make([][]space.Layer, references)
	for i := range archs {
		archs[i] = s.Sample(rng)
		layers[i] = s.Macro.Layers(archs[i])
		f.graph = f.graph || hasDead(layers[i])
	}
	f.layout()
	raw := mat.NewDense(references, f.begin[Blocks], nil)
	for i, a := range archs {
		f.raw(raw.RawRowView(i), a, layers[i])
	}
	f.choose(raw)
	f.reference = mat.NewDense(references, len(f.keep), nil)
	for i := range references {
		f.standardise(f.reference.RawRowView(i), raw.RawRowView(i))
	}
	return f
}

func hasDead(layers []space.Layer) bool {
	var g graph
	g.read(layers, make([]float64, len(layers)))
	for _, l := range g.live {
		if !l {
			return true
		}
	}
	return false
}

// layout numbers the raw columns.
func (f *Features) layout() {
	family, times := f.Space.Family, 1
	physics := costs
	f.names = append(f.names, costNames[:]...)
	if f.graph {
		times = 2
		physics = 2*costs + 2
		for _, n := range costNames {
			f.names = append(f.names, "live "+n)
		}
		f.names = append(f.names, "connected", "longest way")
	}
	stages := len(family.Stages)
	if stages == 1 {
		stages = 0
	}
	f.begin[Choices] = physics
	f.begin[Stages] = f.begin[Choices] + times*family.Choices()
	f.begin[Slots] = f.begin[Stages] + stages*family.Choices()
	f.begin[Blocks] = f.begin[Slots] + times*family.Slots()*family.Choices()
}

// raw writes the raw columns of a network with the given layers to dst.
func (f *Features) raw(dst []float64, a space.Arch, layers []space.Layer) {
	clear(dst)
	var g graph
	var liveSlot [space.MaxSlots]bool
	if f.graph {
		g.read(layers, make([]float64, len(layers)))
	}
	for i := range layers {
		l := &layers[i]
		c := cost(l)
		floats.Add(dst[:costs], c[:])
		if f.graph && (l.Slot < 0 || g.live[i]) {
			floats.Add(dst[costs:2*costs], c[:])
		}
		if f.graph && l.Slot >= 0 && g.live[i] {
			liveSlot[l.Slot] = true
		}
	}
	if f.graph {
		if g.connected {
			dst[2*costs] = 1
		}
		dst[2*costs+1] = g.depth
	}
	family := f.Space.Family
	n := family.Choices()
	for slot := range family.Slots() {
		if !a.Active(slot) {
			continue
		}
		c := int(a.Choice[slot]) - 1
		dst[f.begin[Choices]+c]++
		if f.begin[Slots] > f.begin[Stages] {
			dst[f.begin[Stages]+family.Stage(slot)*n+c]++
		}
		dst[f.begin[Slots]+slot*n+c] = 1
		if liveSlot[slot] {
			dst[f.begin[Choices]+n+c]++
			dst[f.begin[Slots]+(family.Slots()+slot)*n+c] = 1
		}
	}
}

// sameColumn is the correlation above which a column says nothing new.
const sameColumn = 1 - 1e-9

// choose keeps the columns that vary and say something new, and scales each block.
func (f *Features) choose(raw *mat.Dense) {
	n, _ := raw.Dims()
	for b := range Blocks {
		f.first[b] = len(f.keep)
		var kept [][]float64 // standardised
		var square float64
		for c := f.begin[b]; c < f.begin[b+1]; c++ {
			column := mat.Col(nil, c, raw)
			mean := floats.Sum(column) / float64(n)
			floats.AddConst(-mean, column)
			sd := floats.Norm(column, 2) / math.Sqrt(float64(n))
			if sd <= 1e-9*(1+math.Abs(mean)) {
				continue
			}
			floats.Scale(1/sd, column)
			if b == Physics || f.graph { // elsewhere columns differ by construction
				same := false
				for _, k := range kept {
					same = same || math.Abs(floats.Dot(k, column)) > sameColumn*float64(n)
				}
				if same {
					continue
				}
				kept = append(kept, column)
			}
			scale := 1.0
			if b == Physics {
				scale = 1 / sd // each column counts alike
			}
			square += sd * sd * scale * scale
			f.keep, f.centre, f.scale = append(f.keep, c), append(f.centre, mean), append(f.scale, scale)
		}
		for k := f.first[b]; k < len(f.keep); k++ {
			f.scale[k] /= math.Sqrt(square)
		}
	}
	f.first[Blocks] = len(f.keep)
}

func (f *Features) standardise(dst, raw []float64) {
	for k, c := range f.keep {
		dst[k] = (raw[c] - f.centre[k]) * f.scale[k]
	}
}

// Columns is the number of features.
func (f *Features) Columns() int { return len(f.keep) }

// Range gives the columns of a block, from first to before end.
func (f *Features) Range(b Block) (first, end int) { return f.first[b], f.first[b+1] }

// PhysicsNames lists what the columns of Physics are.
func (f *Features) PhysicsNames() (names []string) {
	for _, c := range f.keep[:f.first[Choices]] {
		names = append(names, f.names[c])
	}
	return names
}

// Row writes the features of a to dst, of length Columns. It errs if a is not in the space.
func (f *Features) Row(dst []float64, a space.Arch) error {
	if len(dst) != len(f.keep) {
		panic(fmt.Sprintf("transfer: room for %d features, want %d", len(dst), len(f.keep)))
	}
	if err := f.Space.Validate(a); err != nil {
		return err
	}
	raw := make([]float64, f.begin[Blocks])
	f.raw(raw, a, f.Space.Macro.Layers(a))
	f.standardise(dst, raw)
	return nil
}

// Rows gives the features of networks, a row each. It errs if one is not in the space.
func (f *Features) Rows(archs []space.Arch) (*mat.Dense, error) {
	if len(archs) == 0 {
		return nil, fmt.Errorf("no networks")
	}
	out := mat.NewDense(len(archs), len(f.keep), nil)
	for i, a := range archs {
		if err := f.Row(out.RawRowView(i), a); err != nil {
			return nil, fmt.Errorf("architecture %d: %w", i, err)
		}
	}
	return out, nil
}
