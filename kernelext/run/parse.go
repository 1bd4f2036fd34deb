package run

import (
	"encoding/json"
	"fmt"
)

// ParseNotebook reads the content of an .ipynb file of format 4, in UTF-8 or UTF-16, with
// or without a byte order mark. What the format wants and the file lacks is empty in the
// result: metadata, sources, outputs. It errs with a *FormatError where the file is
// something else, or a cell is of a type that the format doesn't have.
func ParseNotebook(content []byte) (*Notebook, error) {
	text, err := decoded(content)
	if err != nil {
		return nil, &FormatError{Reason: "no notebook: " + err.Error()}
	}
	if err := checkJSON(text); err != nil {
		return nil, err
	}
	top, err := cutObject(text)
	if err != nil {
		return nil, &FormatError{Reason: "no notebook: " + err.Error()}
	}
	if err := checkFormat(&top); err != nil {
		return nil, err
	}
	nb := &Notebook{Format: 4, FormatMinor: -1, text: text}
	for name, v := range map[string]any{"metadata": &nb.Metadata, "nbformat_minor": &nb.FormatMinor} {
		if err := unmarshalPart(&top, name, v); err != nil {
			return nil, &FormatError{Reason: "no notebook: " + err.Error()}
		}
	}
	if nb.Cells, err = parseCells(top.get("cells")); err != nil {
		return nil, err
	}
	if nb.FormatMinor < 0 {
		nb.FormatMinor = nb.leastMinor()
	}
	return nb, nil
}

// leastMinor is the minor version of a notebook that doesn't say it: cells have ids since 5.
func (nb *Notebook) leastMinor() int {
	for _, c := range nb.Cells {
		if c.ID != "" {
			return minorOfIDs
		}
	}
	return minorOfIDs - 1
}

// parseCells reads the list of cells; errors name the cell, 1-based.
func parseCells(text []byte) ([]*Cell, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	cells := []*Cell{}
	for i, one := range raw {
		c := &Cell{}
		if err := c.UnmarshalJSON(one); err != nil {
			return nil, &FormatError{Reason: fmt.Sprintf("cell %d: %v", i+1, err)}
		}
		if c.Type != "code" && c.Type != "markdown" && c.Type != "raw" {
			return nil, &FormatError{Reason: fmt.Sprintf(`cell %d is neither code, markdown nor raw: its "cell_type" is %q; make it "markdown" or "raw"`, i+1, c.Type)}
		}
		for _, o := range c.Outputs {
			if o == nil {
				return nil, &FormatError{Reason: fmt.Sprintf("cell %d has an output that is null", i+1)}
			}
		}
		cells = append(cells, c)
	}
	return cells, nil
}
