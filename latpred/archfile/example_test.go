package archfile_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/ofalat/ofalat/latpred/archfile"
)

// The networks of a file that a script printed.
func ExampleReader() {
	file := `# the best two
{'wid': None, 'ks': np.int64(3), 'e': 4.0, 'd': 2, 'r': [176]}
{"ks": 5, "e": 6, "d": [3, 2, 2, 2, 2], "image_size": 192}
`
	in := archfile.NewReader(bufio.NewReader(strings.NewReader(file)), "best.txt", archfile.Options{})
	for {
		item, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(item.Line, item.Arch)
	}
	// Output:
	// 2 r176 d22222 k33-33-33-33-33 e44-44-44-44-44
	// 3 r192 d32222 k555-55-55-55-55 e666-66-66-66-66
}

// What is wrong with a network is said with its place.
func ExampleParse() {
	_, err := archfile.Parse("{'ks': 3, 'e': 4, 'd': 2, 'r': 176, 'image_size': 224}", archfile.Options{})
	fmt.Println(err)
	// Output:
	// architecture, column 51: r is 176 and image_size is 224
}
