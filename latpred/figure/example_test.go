package figure_test

import (
	"bytes"
	"fmt"

	"github.com/ofalat/ofalat/latpred/figure"
)

func ExampleScatter() {
	p, err := figure.Scatter("Tesla P40", []float64{31.2, 46.1, 64.9}, []float64{31.3, 46.0, 64.2})
	if err != nil {
		fmt.Println(err)
		return
	}
	picture, err := figure.Draw(p, "svg")
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	_, err = picture.WriteTo(&file)
	fmt.Println(bytes.Contains(file.Bytes(), []byte("Tesla P40")), err)
	// Output: true <nil>
}
