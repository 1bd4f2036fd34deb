package run

import (
	"bytes"
	"fmt"
)

// What a cell keeps of its outputs: a notebook that can't be opened any more shows nothing.
const (
	firstPrinted = 1 << 20  // bytes that it prints first
	lastPrinted  = 64 << 10 // bytes at the end of each stream, where errors stand
	maxShown     = 32 << 20 // bytes of displays
	maxOutputs   = 5000
)

// printing collects the text of a stream.
type printing struct {
	first, last []byte
	left        int // bytes between them
}

// add adds a text, of which room bytes belong to the begin.
func (p *printing) add(text string, room int) {
	n := min(len(text), room)
	p.first, text = append(p.first, text[:n]...), text[n:]
	p.last = append(p.last, text...)
	if n := len(p.last) - lastPrinted; n > lastPrinted {
		p.last = append([]byte{}, p.last[n:]...)
		p.left += n
	}
}

// text is what was printed, or its begin and its end with a note between.
func (p *printing) text() string {
	if p.left == 0 {
		return string(p.first) + string(p.last)
	}
	last := p.last
	if _, lines, ok := bytes.Cut(last, []byte("\n")); ok {
		last = lines
	}
	first, end := bytes.ToValidUTF8(p.first, nil), bytes.ToValidUTF8(last, nil) // cut between characters
	return fmt.Sprintf("%s\n… %d kB of what the cell printed are left out here …\n%s", first, (p.left+len(p.last)-len(last))>>10, end)
}

// add adds an output; it reports whether there was room for it. Errors always have.
func (c *Cell) add(o *Output) bool {
	if c.clear {
		c.Outputs, c.clear = nil, false
	}
	if len(c.Outputs) >= maxOutputs && o.Type != "error" {
		c.left++
		return false
	}
	c.Outputs = append(c.Outputs, o)
	return true
}

// stream adds what the cell prints, to its last output if that is the same stream. Once
// the cell has printed too much, to the last of that stream.
func (c *Cell) stream(name, text string) {
	room := max(0, firstPrinted-c.printed)
	c.printed += len(text)
	for i := len(c.Outputs) - 1; i >= 0 && !c.clear; i-- {
		if o := c.Outputs[i]; o.Type == "stream" && o.Name == name {
			o.printing.add(text, room)
			return
		}
		if room > 0 {
			break
		}
	}
	o := &Output{Type: "stream", Name: name}
	o.printing.add(text, room)
	c.add(o)
}

// settle makes the texts of the cell's streams, and notes what is left out.
func (c *Cell) settle() {
	for _, o := range c.Outputs {
		if o.Type == "stream" && len(o.printing.first)+len(o.printing.last) > 0 {
			o.Text = o.printing.text()
		}
	}
	if c.left > 0 {
		c.Outputs = append(c.Outputs, &Output{Type: "stream", Name: "stderr", Text: fmt.Sprintf("… %d outputs more are left out: a cell keeps %d, of together %d MB\n", c.left, maxOutputs, maxShown>>20)})
		c.left = 0
	}
}
