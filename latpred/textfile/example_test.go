package textfile_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/ofalat/ofalat/latpred/textfile"
)

func ExampleNewReader() {
	text, err := textfile.NewReader(strings.NewReader("\xff\xfea\x00r\x00c\x00h\x00"), "measured.csv")
	if err != nil {
		panic(err)
	}
	content, _ := io.ReadAll(text)
	fmt.Println(string(content))

	_, err = textfile.NewReader(strings.NewReader("PAR1\x15\x04\x15"), "measured.parquet")
	fmt.Println(err)
	// Output:
	// arch
	// measured.parquet: this is a Parquet file: write it as CSV, in Python: pandas.read_parquet("…").to_csv("….csv", index=False)
}
