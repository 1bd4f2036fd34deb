package spacetest

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// ByID is the space with an ID, which must be there.
func ByID(t testing.TB, id string) *space.Space {
	t.Helper()
	s, err := space.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
