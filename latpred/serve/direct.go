package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/space"
	"golang.org/x/sync/errgroup"
)

// Open makes a device of the predictor that catalog.Load gives for a name or a file. Its
// networks are those of the space with ID spaceID, of which the predictor must not be known not
// to be; "": those that it is known to be for, or that it answers for, which Device.Assumed tells.
func Open(ctx context.Context, nameOrFile, spaceID string) (*Device, error) {
	p, err := catalog.Load(ctx, nameOrFile)
	if err != nil {
		return nil, err
	}
	s, told, err := catalog.SpaceOf(p)
	if err == nil && spaceID != "" {
		if s, err = space.ByID(spaceID); err == nil {
			_, err = catalog.CheckSpace(p, s)
			told = true
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", nameOrFile, err)
	}
	id := strings.TrimSuffix(filepath.Base(nameOrFile), filepath.Ext(nameOrFile))
	name := cmp.Or(p.Provenance().Device, id)
	d := FromPredictor(id, name+", "+filepath.Base(nameOrFile), p, s)
	d.Hardware, d.Origin, d.Assumed = name, "yours", !told
	return d, nil
}

// Predictor returns the device's predictor, for which it waits if it is not made yet.
func (d *Device) Predictor(ctx context.Context) (latpred.Predictor, error) {
	p, err := d.await(ctx)
	return p.Predictor, err
}

// PredictMs predicts networks, in milliseconds, under the rules of a request over HTTP: networks
// outside the device's space, and resolutions beyond those that were measured, are mistakes, see
// IsMistake; a prediction that is no latency is another error. Many networks are predicted on all
// cores.
func (d *Device) PredictMs(ctx context.Context, archs []space.Arch) ([]float64, error) {
	p, err := d.await(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.check(p, archs); err != nil {
		return nil, err
	}
	ms := make([]float64, len(archs))
	if err := onAllCores(len(archs), func(from, to int) error { return p.PredictMs(ms[from:to], archs[from:to]) }); err != nil {
		return nil, mistake{err}
	}
	return ms, d.checkMs(ms, archs)
}

// BoundsMs gives the ends of intervals that hold the latency of each network with probability
// level, in milliseconds; high is +Inf where there is no bound. Its rules are those of PredictMs.
// That the predictor has no intervals is a mistake, too.
func (d *Device) BoundsMs(ctx context.Context, archs []space.Arch, level float64) (low, high []float64, err error) {
	p, err := d.await(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !(level > 0 && level < 1) {
		return nil, nil, mistake{fmt.Errorf("level %v: want a probability above 0 and below 1, such as 0.9", level)}
	}
	bounds, ok := p.Predictor.(latpred.IntervalPredictor)
	if !ok {
		return nil, nil, mistake{fmt.Errorf("a predictor of kind %s has no interval", p.Kind())}
	}
	if err := d.check(p, archs); err != nil {
		return nil, nil, err
	}
	low, high = make([]float64, len(archs)), make([]float64, len(archs))
	err = onAllCores(len(archs), func(from, to int) error {
		return bounds.BoundsMs(low[from:to], high[from:to], archs[from:to], level)
	})
	if err != nil {
		return nil, nil, mistake{err}
	}
	for i, a := range archs {
		if math.IsNaN(high[i]) || !(low[i] >= 0 && low[i] <= high[i]) {
			return nil, nil, fmt.Errorf("%s: the predictor gives the interval [%v, %v] ms for %s: it is damaged", d.ID, low[i], high[i], a)
		}
	}
	return low, high, nil
}

// fewest is the number of networks that are worth a core of their own.
const fewest = 1024

// onAllCores calls f for parts of n networks, side by side, and returns an error of theirs.
func onAllCores(n int, f func(from, to int) error) error {
	if n <= fewest {
		return f(0, n)
	}
	var group errgroup.Group
	part := max(fewest, (n+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += part {
		group.Go(func() error { return f(from, min(from+part, n)) })
	}
	return group.Wait()
}

// Networks reads a JSON list of at most so many networks, in any form that a request over HTTP
// may have them in. What is wrong with it is a mistake, see IsMistake, as is a network with other
// widths than those of d, which may be nil.
func Networks(list []byte, most int, d *Device) ([]space.Arch, error) {
	var read []json.RawMessage
	if err := json.Unmarshal(list, &read); err != nil {
		return nil, mistake{err}
	}
	if len(read) > most {
		return nil, mistake{fmt.Errorf("%d archs: want at most %d", len(read), most)}
	}
	archs := make([]space.Arch, len(read))
	for i, text := range read {
		var a arch
		err := json.Unmarshal(text, &a)
		if err == nil && d != nil {
			err = a.in(d)
		}
		if err != nil {
			return nil, mistake{fmt.Errorf("archs[%d]: %w", i, err)}
		}
		archs[i] = a.Arch
	}
	return archs, nil
}

// IsMistake reports whether an error of Networks, or of a device's methods, is the mistake of
// whoever asked.
func IsMistake(err error) bool {
	var m mistake
	return errors.As(err, &m)
}
