// Package helpsets opens HELP's latencies of networks of FBNet and NAS-Bench-201 for tests.
// They are not shipped: a test is skipped if the upstream files are not there.
package helpsets

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// Open returns the latencies, in milliseconds, of networks of s on one of HELP's devices,
// called as its file is. s must be fbnet-cifar100 or nasbench201. Without the files the test
// is skipped.
func Open(t testing.TB, s *space.Space, device string) *dataset.Set {
	t.Helper()
	set, err := Tables(t, s).Set(device)
	if err != nil {
		t.Skip(err)
	}
	return set
}

// Tables returns the tables of all devices. Without the files the test is skipped.
func Tables(t testing.TB, s *space.Space) *upstream.HELPTables {
	t.Helper()
	dir, err := upstream.Dir()
	if err != nil {
		t.Skip("the upstream files are not at hand: ", err)
	}
	tables, err := upstream.OpenHELPTables(dir, s.ID)
	if err != nil {
		t.Skip(err)
	}
	return tables
}
