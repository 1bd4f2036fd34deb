package dataset_test

import (
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

// A set takes the space that it is said to be of, unless it is known to be of another
// width, or rows are no networks of it.
func TestOf(t *testing.T) {
	of := func(id string) *space.Space {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	shipped, err := dataset.Open("p40-b64-fixed")
	if err != nil {
		t.Fatal(err)
	}
	if err := shipped.Of(of("mbv3-w1.2")); err == nil || !strings.Contains(err.Error(), "compofa-fixed-w1.0") || !strings.Contains(err.Error(), "mbv3-w1.2") {
		t.Errorf("another width: %v", err)
	}
	if err := shipped.Of(of("mbv3-w1.0")); err != nil || shipped.SpaceID != "compofa-fixed-w1.0" {
		t.Errorf("a larger space: %v, %s", err, shipped.SpaceID)
	}
	shipped.SpaceID = "" // as of a file
	if err := shipped.Of(of("proxyless-w1.3")); err == nil || !strings.Contains(err.Error(), "row 1, is no network of proxyless-w1.3") || shipped.SpaceID != "" {
		t.Errorf("another family: %v, %q", err, shipped.SpaceID)
	}
	if err := shipped.Of(of("mbv3-w1.2")); err != nil || shipped.SpaceID != "mbv3-w1.2" {
		t.Errorf("a file: %v, %q", err, shipped.SpaceID)
	}
}
