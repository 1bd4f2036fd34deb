package experiment

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"github.com/ofalat/ofalat/latpred/upstream"
	"gonum.org/v1/gonum/mat"
)

// Settings of the tasks.
const (
	transferRows      = 20   // measurements of a target
	transferSourceN   = 800  // rows of a source
	transferSets      = 4    // random sets of a source's rows, which draws take in turn
	transferPool      = 400  // random networks that a design chooses from
	transferIntervals = 1000 // rows that errors and intervals are judged on
)

// transferSpace has HELP's measurements in one space.
type transferSpace struct {
	features *transfer.Features
	rows     *mat.Dense           // features of all networks
	ms       map[string][]float64 // by device
	fitted   map[string]*transfer.Source
}

// openTransferSpace gathers the devices of a space: those that ship, and those of which HELP's
// files lie in the upstream folder besides.
func openTransferSpace(id string) (*transferSpace, error) {
	of, err := space.ByID(id)
	if err != nil {
		return nil, err
	}
	s := &transferSpace{features: transfer.FeaturesOf(of), ms: map[string][]float64{}, fitted: map[string]*transfer.Source{}}
	var archs []space.Arch
	for _, info := range dataset.Index() {
		if info.SpaceID != id || info.Column == "" {
			continue
		}
		set, err := dataset.Open(info.Name)
		if err != nil {
			return nil, err
		}
		archs, s.ms[info.Column] = set.Archs(), set.LatenciesMs()
	}
	if s.rows, err = s.features.Rows(archs); err != nil {
		return nil, err
	}
	return s, s.addUpstream(id, archs)
}

// addUpstream adds the devices that don't ship. Without the upstream folder there are none.
func (s *transferSpace) addUpstream(id string, archs []space.Arch) error {
	folder, err := upstream.Dir()
	if err != nil {
		return nil
	}
	tables, err := upstream.OpenHELPTables(folder, id)
	if err != nil {
		return err
	}
	devices, err := tables.Devices()
	if err != nil {
		return err
	}
	for _, d := range devices {
		if s.ms[d] != nil {
			continue
		}
		if !slices.Equal(archs, tables.Archs) {
			return fmt.Errorf("upstream's %s is of other networks than the devices that ship", d)
		}
		if s.ms[d], err = tables.LatenciesMs(d); err != nil {
			return err
		}
	}
	return nil
}

// some gives the features and the latencies of some rows of a device.
func (s *transferSpace) some(device string, rows []int) (*mat.Dense, []float64) {
	x, y := mat.NewDense(len(rows), s.features.Columns(), nil), make([]float64, len(rows))
	for i, r := range rows {
		x.SetRow(i, s.rows.RawRowView(r))
		if device != "" {
			y[i] = s.ms[device][r]
		}
	}
	return x, y
}

// sources fits the devices to one of the random sets of rows.
func (s *transferSpace) sources(devices []string, set int) (out []*transfer.Source, err error) {
	n, _ := s.rows.Dims()
	rows := random.Stream(uint64(set), "rows of the sources").Perm(n)[:min(n, transferSourceN)]
	for _, d := range devices {
		key := fmt.Sprint(d, " ", set)
		if s.fitted[key] == nil {
			x, y := s.some(d, rows)
			if s.fitted[key], err = transfer.FitSource(d, s.features, x, y); err != nil {
				return nil, err
			}
		}
		out = append(out, s.fitted[key])
	}
	return out, nil
}

// transferWay is a way to adapt: a prior, and how rows are chosen.
type transferWay struct {
	prior      transfer.Prior
	designed   bool // rows are chosen by a design, not at random
	rows       int
	noSources  bool
	judgedRows int // rows that are ranked; 0: all but those that were measured
}

// transferScore is what a prediction is worth on the rows that were not measured.
type transferScore struct {
	rank     float64 // rank correlation
	mape     float64 // mean relative error
	median   float64 // median relative error
	coverage float64 // part of the rows in their 90 % interval
	width    float64 // half the mean width of that interval over the mean latency
	seconds  float64 // of adapting, once rows are measured and sources are fitted
}

// shot adapts to a target from one draw of rows.
func (s *transferSpace) shot(sources []*transfer.Source, target string, draw int, way transferWay) (v transferScore, err error) {
	n, _ := s.rows.Dims()
	order := random.Stream(uint64(draw), "rows of the target").Perm(n)
	begin := time.Now()
	l, err := transfer.NewLearner(s.features, sources, way.prior)
	if err != nil {
		return v, err
	}
	spent := time.Since(begin)
	picked := slices.Clone(order[:way.rows])
	if way.designed {
		pool := order[:min(n, transferPool)]
		x, _ := s.some("", pool)
		for i, k := range l.Design(x, way.rows) {
			picked[i] = pool[k]
		}
	}
	x, y := s.some(target, picked)
	begin = time.Now()
	m, err := l.Fit(x, y)
	if err != nil {
		return v, err
	}
	v.seconds = (spent + time.Since(begin)).Seconds()
	test := slices.DeleteFunc(order, func(i int) bool { return slices.Contains(picked, i) })
	if way.judgedRows > 0 {
		test = test[len(test)-min(len(test), way.judgedRows):]
	}
	x, y = s.some(target, test)
	pred := make([]float64, len(test))
	m.Means(pred, x)
	v.rank = metric.Spearman(pred, y)
	v.judge(m, x, pred, y)
	return v, nil
}

// judge fills in errors and intervals, of the last rows.
func (v *transferScore) judge(m *transfer.Model, x *mat.Dense, pred, y []float64) {
	n := min(len(y), transferIntervals)
	from := len(y) - n
	pred, y = pred[from:], y[from:]
	low, high, relative := make([]float64, n), make([]float64, n), make([]float64, n)
	_, p := x.Dims()
	m.Bounds(low, high, x.Slice(from, from+n, 0, p).(*mat.Dense), .9)
	var mean float64
	for i, ms := range y {
		relative[i] = math.Abs(pred[i]-ms) / ms
		mean += ms / float64(n)
	}
	v.mape, v.median = metric.MAPE(pred, y), metric.Median(relative)
	held, width := metric.Coverage(low, high, y)
	v.coverage, v.width = held, width/2/mean
}
