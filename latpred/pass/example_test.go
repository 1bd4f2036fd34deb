package pass_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// The Note10's labels are sums over a table; times of segments that explain a thousand
// of them give the paper's example as the table does: 33.50015649132496 ms.
func ExampleFit() {
	set, err := dataset.Open("note10")
	if err != nil {
		fmt.Println(err)
		return
	}
	rows := make([]int, 1000)
	for i := range rows {
		rows[i] = i
	}
	set = set.Subset(rows)
	m, _, err := pass.Fit(set.Archs(), set.LatenciesMs(), pass.Config{Basis: pass.Tied(pass.ResolutionsOf(set.Archs()))})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := m.Read(space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"), 0)
	fmt.Printf("%.1f ms, %v\n", r.TrueMs, err)
	// Output: 33.5 ms, <nil>
}
