package main

import (
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is the command line that tests start, and fails if a test has left a goroutine
// behind.
func TestMain(m *testing.M) {
	if args := os.Getenv("KERNELEXT_TEST_MAIN"); args != "" {
		os.Args = append(os.Args[:1], strings.Fields(args)...)
		main()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
