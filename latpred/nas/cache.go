package nas

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/space"
)

// Estimate writes a number for each architecture to dst, which has their length:
// a latency in milliseconds, or a top-1 accuracy as a share.
type Estimate func(dst []float64, archs []space.Arch) error

// MACs gives the multiply-accumulates of networks of s: what to maximise where no
// accuracy is known. Networks that do more are, by and large, more accurate.
func MACs(s *space.Space) Estimate { return counted(s, s.MACs) }

// Params gives the parameters of networks of s; see MACs.
func Params(s *space.Space) Estimate { return counted(s, s.Params) }

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

// Key says which architectures a cache takes for the same.
type Key func(space.Arch) space.Arch

// ByArch tells all architectures apart.
func ByArch(a space.Arch) space.Arch { return a }

// WithoutResolution forgets the resolution, as the published code does: a network
// then has at every resolution the latency of the one it was first met at.
func WithoutResolution(a space.Arch) space.Arch {
	a.Resolution = 0
	return a
}

// CacheStats counts what a cache was asked.
type CacheStats struct{ Hits, Misses int }

// Cached remembers what e said of each key. It serves one search at a time.
func Cached(e Estimate, key Key) (Estimate, *CacheStats) {
	known := map[space.Arch]float64{}
	stats := &CacheStats{}
	var (
		unknown []space.Arch // to ask e for, and their places in dst
		places  []int
		again   []int // places of those that are unknown, and among unknown already
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
				known[k] = math.NaN() // met: a second one of this batch is a hit
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
