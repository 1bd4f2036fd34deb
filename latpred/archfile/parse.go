package archfile

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// Parse reads the one network of an argument: its text, or the name of a file with it.
func Parse(arg string, o Options) (Item, error) {
	text, name := io.Reader(strings.NewReader(arg)), "architecture"
	if len(arg) < 4096 && !strings.ContainsAny(arg, "\n{[|") {
		if f, err := os.Open(arg); err == nil {
			defer f.Close()
			text, name = f, arg
		}
	}
	in := NewReader(bufio.NewReader(text), name, o)
	item, err := in.Read()
	if err == io.EOF {
		return Item{}, fmt.Errorf("%s: no network", name)
	}
	if err != nil {
		return Item{}, err
	}
	if more, err := in.Read(); err != io.EOF {
		if err == nil {
			err = &Error{name, more.Line, more.Column, fmt.Errorf("another network: one is wanted")}
		}
		return Item{}, err
	}
	return item, nil
}
