package nas

import "github.com/ofalat/ofalat/latpred/space"

// Estimate writes a number for each architecture to dst, which has their length:
// a latency in milliseconds, or a top-1 accuracy as a share.
type Estimate func(dst []float64, archs []space.Arch) error

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
	return func(dst []float64, archs []space.Arch) error {
		var unknown []space.Arch
		for _, a := range archs {
			k := key(a)
			if _, ok := known[k]; ok {
				stats.Hits++
				continue
			}
			stats.Misses++
			known[k] = 0 // met: a second one of this batch is a hit
			unknown = append(unknown, a)
		}
		values := make([]float64, len(unknown))
		if err := e(values, unknown); err != nil {
			for _, a := range unknown {
				delete(known, key(a))
			}
			return err
		}
		for i, a := range unknown {
			known[key(a)] = values[i]
		}
		for i, a := range archs {
			dst[i] = known[key(a)]
		}
		return nil
	}, stats
}
