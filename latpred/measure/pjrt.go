package measure

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/space"
)

// Options of a Runner.
type Options struct {
	Batch       int         // images at once; 0: 1
	Formulation Formulation // "": Convolutions on CUDA, Products elsewhere
	Precision   Precision   // "": F32, or TF32 on a GPU whose backend was not opened with Settings.Exact
	Autotune    string      // level of autotuning that the backend was opened with, for labels; see backend.Settings
}

// Runner compiles networks and single layers on a GoMLX backend. Weights are placed on
// the device once and shared by all that use them; Close frees them. It is safe for
// concurrent use, but subjects that run at the same time disturb each other's times.
type Runner struct {
	be      *backend.Backend
	options Options

	mu      sync.Mutex
	weights map[string][]placed // by weightsName
}

// placed is an array on the device.
type placed struct {
	buffer compute.Buffer
	dims   []int
}

// NewRunner makes a runner on be. It errs on a negative batch, on an unknown
// formulation, and on a precision that be was not opened for.
func NewRunner(be *backend.Backend, o Options) (*Runner, error) {
	if o.Batch == 0 {
		o.Batch = 1
	}
	if o.Formulation == "" {
		o.Formulation = Products
		if be.Kind == backend.CUDA {
			o.Formulation = Convolutions
		}
	}
	if o.Precision == "" {
		o.Precision = F32
		if be.Kind == backend.CUDA && !be.Exact {
			o.Precision = TF32
		}
	}
	if o.Batch < 0 || !slices.Contains(Formulations(), o.Formulation) {
		return nil, fmt.Errorf("measure: batch %d, formulation %q: want at least 1, and one of %v", o.Batch, o.Formulation, Formulations())
	}
	if err := o.Precision.possible(be); err != nil {
		return nil, err
	}
	return &Runner{be: be, options: o, weights: map[string][]placed{}}, nil
}

// Options returns the options in force, with defaults resolved.
func (r *Runner) Options() Options { return r.options }

// Network compiles a network of s. It errs if a is not in s, has a layer that can't be
// built, or fails to compile.
func (r *Runner) Network(s *space.Space, a space.Arch) (Subject, error) {
	if err := s.Validate(a); err != nil {
		return nil, err
	}
	return r.compile(a.String(), s.Layers(a), []array{image(r.options.Batch, a.Resolution)}, false)
}

// Layer compiles a single layer. It has an input array for each of the layer's inputs,
// and their sum is part of what is timed.
func (r *Runner) Layer(l space.Layer) (Subject, error) {
	name := "activations"
	var inputs []array
	for i := range max(1, len(l.From)) {
		if i > 0 {
			name = fmt.Sprint("activations", i)
		}
		inputs = append(inputs, activations(name, r.options.Batch, l.InSize, l.In))
	}
	l.From = nil
	return r.compile(fmt.Sprintf("%s of %d×%d×%d", place(l, 0), l.InSize, l.InSize, l.In), []space.Layer{l}, inputs, false)
}

// Outputs runs a network of s once on the made-up image and returns the output of every
// layer, flattened, in NHWC order.
func (r *Runner) Outputs(s *space.Space, a space.Arch) ([][]float32, error) {
	if err := s.Validate(a); err != nil {
		return nil, err
	}
	c, err := r.compile(a.String(), s.Layers(a), []array{image(r.options.Batch, a.Resolution)}, true)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	buffers, err := c.execute()
	if err != nil {
		return nil, err
	}
	defer finalise(buffers)
	out := make([][]float32, len(buffers))
	for i, b := range buffers {
		shape, err := b.Shape()
		if err != nil {
			return nil, err
		}
		if out[i], err = r.options.Precision.read(b, shape.Size()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Close frees the weights. Subjects must not be run after it.
func (r *Runner) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, list := range r.weights {
		for _, p := range list {
			_ = p.buffer.Finalize() // nothing can be done about it
		}
		delete(r.weights, name)
	}
}

// once returns the arrays that are on the device under a name. The first call makes them
// with make and places them.
func (r *Runner) once(name string, make func() []array) ([]placed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if list, ok := r.weights[name]; ok {
		return list, nil
	}
	var list []placed
	for _, a := range make() {
		b, err := r.be.BufferFromFlatData(0, r.options.Precision.flat(a.values), shapes.Make(r.options.Precision.dtype(), a.dims...))
		if err != nil {
			return nil, fmt.Errorf("measure: placing %s on the device: %w", a.name, err)
		}
		list = append(list, placed{b, a.dims})
	}
	r.weights[name] = list
	return list, nil
}

// compiled is an executable with its inputs on the device.
type compiled struct {
	name   string
	graph  *graph.Graph
	inputs []compute.Buffer
}

// compile builds and compiles a network of layers. A layer that reads −1, see sources,
// reads the sum of inputs. With every, all layers are outputs; otherwise only the last.
// Panics of GoMLX become errors here.
func (r *Runner) compile(name string, layers []space.Layer, inputs []array, every bool) (c *compiled, err error) {
	defer func() {
		if p := recover(); p != nil {
			c, err = nil, fmt.Errorf("measure: compiling %s: %v", name, p)
		}
	}()
	if err := check(layers); err != nil {
		return nil, err
	}
	g := graph.NewGraph(r.be.Backend, name)
	c = &compiled{name: name, graph: g}
	parameters := func(name string, make func() []array) (nodes []*graph.Node) {
		list, err := r.once(name, make)
		if err != nil {
			panic(err)
		}
		for _, p := range list {
			c.inputs = append(c.inputs, p.buffer)
			nodes = append(nodes, graph.Parameter(g, fmt.Sprintf("p%d", len(c.inputs)), shapes.Make(r.options.Precision.dtype(), p.dims...)))
		}
		return nodes
	}
	var in, outputs []*graph.Node
	for _, a := range inputs {
		in = append(in, parameters(fmt.Sprint(a.name, a.dims), func() []array { return []array{a} })...)
	}
	for i, l := range layers {
		var reads []*graph.Node
		for _, from := range sources(l, i) {
			if from < 0 {
				reads = append(reads, in...)
			} else {
				reads = append(reads, outputs[from])
			}
		}
		at := place(l, i)
		outputs = append(outputs, r.options.Formulation.layer(reads, l, func(o op) []*graph.Node {
			return parameters(fmt.Sprint(weightsName(at, o), o.epsilon, o.pooled, o.norm), func() []array { return weightsOf(at, o) })
		}))
	}
	if !every {
		outputs = outputs[len(outputs)-1:]
	}
	if err := g.Compile(outputs...); err != nil {
		g.Finalize()
		return nil, fmt.Errorf("measure: compiling %s: %w", name, err)
	}
	return c, nil
}

// Run executes once and returns the milliseconds from the call to the end of the
// computation. Outputs stay on the device; freeing them is not timed.
func (c *compiled) Run(ctx context.Context) (ms float64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	start := time.Now()
	out, err := c.execute()
	ms = float64(time.Since(start).Nanoseconds()) / 1e6
	finalise(out)
	return ms, err
}

func (c *compiled) execute() (out []compute.Buffer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("measure: running %s: %v", c.name, p)
		}
	}()
	if out, err = c.graph.Executable().Execute(c.inputs, nil, 0); err != nil {
		return nil, fmt.Errorf("measure: running %s: %w", c.name, err)
	}
	return out, nil
}

func finalise(buffers []compute.Buffer) {
	for _, b := range buffers {
		_ = b.Finalize() // nothing can be done about it
	}
}

// Close frees the executable, not the weights.
func (c *compiled) Close() { c.graph.Finalize() }
