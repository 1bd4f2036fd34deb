package pickle_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/pickle"
)

// pickle.dumps({"ms": [4.5, 5]}, protocol=0), and a pickle that would call os.system.
func ExampleRead() {
	for _, content := range []string{
		"(dp0\nVms\np1\n(lp2\nF4.5\naI5\nas.",
		"cos\nsystem\n(Vtrue\ntR.",
	} {
		value, _, err := pickle.Read([]byte(content), pickle.Options{})
		if err != nil {
			fmt.Println("not read:", err)
			continue
		}
		plain, err := pickle.Plain(value)
		fmt.Println(plain, err)
	}
	// Output:
	// [{ms [4.5 5]}] <nil>
	// not read: would run code where Python loads it (os.system): nothing of it was run here; don't load it elsewhere
}
