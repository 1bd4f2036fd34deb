package literal_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
)

// A file of dictionaries, as a Python script with NumPy printed them.
func ExampleScanner() {
	s := literal.NewScanner(strings.NewReader("{'ks': [np.int64(3), 5], 'wid': None}\n{'ks': array([7, 7]),\n 'wid': None}\n"))
	for {
		text, line, _, err := s.Next()
		if err == io.EOF {
			break
		}
		v, err := literal.Parse(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		ks, _ := v.Get("ks")
		k, err := ks.List[0].Int()
		fmt.Println(line, len(ks.List), k, err)
	}
	// Output:
	// 1 2 3 <nil>
	// 2 2 7 <nil>
}
