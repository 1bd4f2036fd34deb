package atomicfile_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred/atomicfile"
)

// What fails half-way leaves the file as it was.
func ExampleWrite() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "result.txt")
	write := func(text string, failure error) error {
		return atomicfile.Write(file, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, failure)
		})
	}
	fmt.Println(write("whole", nil) == nil)
	fmt.Println(write("ha", errors.New("the disk is full")) == nil)
	content, err := os.ReadFile(file)
	fmt.Println(string(content), err)
	// Output:
	// true
	// false
	// whole <nil>
}
