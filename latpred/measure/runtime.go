package measure

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// NewDevice returns a device of another kind than this package's own, for networks of s.
// The caller sets Network. h needs Device, Batch, and what else is to be known of the
// device; the rest of it comes from s and c.
func NewDevice(s *space.Space, h Header, c Config) *Device {
	d := &Device{Space: s, Config: c}
	d.describe(h)
	return d
}

// RuntimeID returns the name in labels of hardware under another runtime: hardware,
// runtime, batch and threads, such as "epyc-zen4-onnxruntime-cpu-f32-b1-t1". threads is 0
// where those of the processor don't matter.
func RuntimeID(hardware, runtime string, batch, threads int) string {
	id := fmt.Sprintf("%s-%s-b%d", slug(hardware), slug(runtime), batch)
	if threads > 0 {
		id += fmt.Sprintf("-t%d", threads)
	}
	return id
}
