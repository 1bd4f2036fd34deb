package kernelext

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails if a test has left a goroutine behind, but for the one that waits for the
// interrupt of a cell.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/ofalat/ofalat/kernelext.awaitInterrupt"))
}
