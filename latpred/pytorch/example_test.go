package pytorch_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/pytorch"
)

// saved is what torch.save makes of a pickle.
func saved(pickle string) io.Reader {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	w, err := z.Create("archive/data.pkl")
	if err == nil {
		_, err = io.WriteString(w, pickle)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		fmt.Println(err)
	}
	return &file
}

// Plain data are read. A pickle that would have Python run something is not.
func ExampleParseData() {
	value, err := pytorch.ParseData(saved("\x80\x02X\x05\x00\x00\x00helloq\x00."), "plain.pt")
	fmt.Println(value, err)
	_, err = pytorch.ParseData(saved("\x80\x02cos\nsystem\nX\x0a\x00\x00\x00echo hello\x85R."), "harm.pt")
	fmt.Println(err)
	// Output:
	// hello <nil>
	// harm.pt: data.pkl: would run code where Python loads it (os.system): nothing of it was run here; don't load it elsewhere
}
