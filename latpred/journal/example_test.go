package journal_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred/journal"
)

// Squares are worked out once; a second session finds what the first had.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for range 2 {
		var squares []int
		j, err := journal.Open(filepath.Join(dir, "squares.jsonl"), "squares", `"squares"`, func(line int, text []byte) error {
			if line == 1 {
				return nil
			}
			squares = append(squares, 0)
			return json.Unmarshal(text, &squares[len(squares)-1])
		})
		if err != nil {
			panic(err)
		}
		fmt.Println("found", squares)
		for n := len(squares); n < 4; n++ {
			if err := j.Append(n * n); err != nil {
				panic(err)
			}
		}
		j.Close()
	}
	// Output:
	// found []
	// found [0 1 4 9]
}
