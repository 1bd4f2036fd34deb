package nas

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/space"
)

// Estimate writes a number for each architecture to dst, which is as long as archs: a
// latency in milliseconds, or a top-1 accuracy, 0 to 1. It must not keep the slices.
type Estimate func(dst []float64, archs []space.Arch) error

// MACs returns the Estimate that counts the multiply-accumulates of networks of s. It is a
// proxy to maximise if no accuracy is known: networks with more are on the whole more
// accurate. It errs for an architecture that is not in s.
func MACs(s *space.Space) Estimate { return counted(s, s.MACs) }

// Params returns the Estimate that counts the parameters of networks of s; see MACs.
func Params(s *space.Space) Estimate { return counted(s, s.Params) }

// counted makes an Estimate of a count for networks of s.
func counted(s *space.Space, count func(space.Arch) int64) Estimate {
	return func(dst []float64, archs []space.Arch) error {
		for i, a := range archs {
			if err := s.Validate(a); err != nil {
				return fmt.Errorf("architecture %d: %w", i, err)
			}
			dst[i] = float64(count(a))
		}
		return nil
	}
}

// Key maps an architecture to its key in a cache: those with the same key share a result.
type Key func(space.Arch) space.Arch

// ByArch is the Key that distinguishes all architectures.
func ByArch(a space.Arch) space.Arch { return a }

// WithoutResolution is the Key that ignores the resolution, as the published code does by
// mistake: a network then has at every resolution the latency of the first one it was
// evaluated at.
func WithoutResolution(a space.Arch) space.Arch {
	a.Resolution = 0
	return a
}

// CacheStats counts the architectures that a cache had (hits) and had not (misses).
type CacheStats struct{ Hits, Misses int }

// Cached returns an Estimate that calls e only for keys it has not seen, and its counts so
// far. Errors are not cached. One goroutine at a time may use it.
func Cached(e Estimate, key Key) (Estimate, *CacheStats) {
	known := map[space.Arch]float64{}
	stats := &CacheStats{}
	var (
		unknown []space.Arch // those to call e for
		places  []int        // their indexes in dst
		again   []int        // indexes in dst of further ones with the key of an unknown one
		values  []float64
	)
	return func(dst []float64, archs []space.Arch) error {
		unknown, places, again = unknown[:0], places[:0], again[:0]
		for i, a := range archs {
			k := key(a)
			v, ok := known[k]
			switch {
			case !ok:
				stats.Misses++
				known[k] = math.NaN() // pending: a second one in this batch is a hit
				unknown, places = append(unknown, a), append(places, i)
				continue
			case v != v:
				again = append(again, i)
			}
			stats.Hits++
			dst[i] = v
		}
		if len(unknown) == 0 {
			return nil
		}
		values = append(values[:0], make([]float64, len(unknown))...)
		if err := e(values, unknown); err != nil {
			for _, a := range unknown {
				delete(known, key(a))
			}
			return err
		}
		for j, i := range places {
			dst[i], known[key(unknown[j])] = values[j], values[j]
		}
		for _, i := range again {
			dst[i] = known[key(archs[i])]
		}
		return nil
	}, stats
}
