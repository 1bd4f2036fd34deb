package measure

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// What is built has the operations, the parameters and the shapes that package space
// counts; its counts are those of OFA's own networks.
func TestOpsCountAsSpace(t *testing.T) {
	rng := random.Stream(1, "ops")
	for _, s := range space.All() {
		for range 6 {
			for i, l := range s.Layers(s.Sample(rng)) {
				var macs, params int64
				size := l.InSize
				for _, o := range opsOf(l) {
					in := size
					size = o.size(size)
					pixels := int64(size * size)
					switch o.kind {
					case fullConv, pointwise:
						macs += int64(o.kernel*o.kernel*o.in*o.out/max(1, o.groups)) * pixels
					case depthwise:
						macs += int64(o.kernel*o.kernel*o.out) * pixels
					case squeeze:
						macs += int64(2 * o.in * o.mid)
					case linear:
						macs += int64(o.in * o.out)
					case average:
						if in == 0 {
							t.Fatal("an average over nothing")
						}
					}
					for _, a := range weightsOf(place(l, i), o) {
						n := 1
						for _, d := range a.dims {
							n *= d
						}
						if n != len(a.values) {
							t.Fatalf("%s: %d values for %v", a.name, len(a.values), a.dims)
						}
						params += int64(n)
					}
					if o.norm && o.kind != normalise {
						params += int64(o.out) // scale and shift were folded into one bias
					}
				}
				if macs != l.MACs() || params != l.Params() || size != l.OutSize {
					t.Errorf("%s: %+v: %d MACs, %d parameters, size %d, want %d, %d, %d", s.ID, l, macs, params, size, l.MACs(), l.Params(), l.OutSize)
				}
			}
		}
	}
}
