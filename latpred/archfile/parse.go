package archfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/textfile"
)

// Parse reads the one network of a text. No file is opened.
func Parse(text string, o Options) (Item, error) {
	return one(NewReader(bufio.NewReader(strings.NewReader(text)), "", o))
}

// One reads the one network of a file, which may be in any form that package textfile
// opens. name is the file's, see NewReader.
func One(r io.Reader, name string, o Options) (Item, error) {
	text, err := textfile.NewReader(r, name)
	if err != nil {
		return Item{}, err
	}
	return one(NewReader(text, name, o))
}

// Argument reads the one network of an argument of a command: a text, the name of a file
// with it, or that of a folder with a net.config.
func Argument(arg string, o Options) (Item, error) {
	info, err := os.Stat(arg)
	if err != nil {
		item, failed := Parse(arg, o)
		if failed != nil && isPath(arg) {
			return item, err
		}
		return item, failed
	}
	if info.IsDir() {
		arg = filepath.Join(arg, "net.config")
	}
	f, err := bounded.Open(arg)
	if err != nil {
		return Item{}, err
	}
	defer f.Close()
	return One(f, arg, o)
}

// isPath reports whether a text without a file of this name was meant as one.
func isPath(arg string) bool {
	return !strings.ContainsAny(arg, " \n{[(|") && strings.ContainsAny(arg, "./\\")
}

func one(in *Reader) (Item, error) {
	item, err := in.Read()
	if err == io.EOF {
		return Item{}, in.prefix(errors.New("no network"))
	}
	if err != nil {
		return Item{}, err
	}
	more, err := in.Read()
	switch {
	case err == io.EOF:
		return item, nil
	case err == nil:
		err = &Error{in.name, more.Line, more.Column, errors.New("another network, where one is wanted")}
	}
	return Item{}, err
}

// prefix puts the name before an error, if there is one.
func (in *Reader) prefix(err error) error {
	if in.name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", in.name, err)
}
