package run_test

import (
	"fmt"

	"github.com/ofalat/ofalat/kernelext/run"
)

func ExampleParseNotebook() {
	nb, err := run.ParseNotebook([]byte(`{"nbformat": 4, "nbformat_minor": 5, "metadata": {},
		"cells": [{"id": "a", "cell_type": "markdown", "metadata": {}, "source": ["# A lesson\n", "\n", "Text."]}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(nb.Title(), len(nb.Cells))
	// Output: A lesson 1
}
