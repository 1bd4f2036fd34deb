package backend_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
)

// The backend in pure Go is always there; an empty Kind takes the best there is.
func ExampleOpen() {
	be, err := backend.Open(context.Background(), backend.Options{Kind: backend.Go})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(be.Kind)
	// Output: go
}
