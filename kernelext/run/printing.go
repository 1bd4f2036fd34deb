package run

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// What a cell keeps of its outputs: a notebook that can't be opened any more shows nothing.
const (
	firstPrinted = 1 << 20  // bytes at the begin of each stream
	lastPrinted  = 64 << 10 // bytes at the end of it, where errors stand
	maxShown     = 32 << 20 // bytes of displays
	maxOutputs   = 5000
)

// printing collects the text of a stream.
type printing struct {
	first, last []byte
	left        int // bytes between them
}

func (p *printing) add(text string) {
	if n := min(len(text), firstPrinted-len(p.first)); n > 0 {
		p.first = append(p.first, text[:n]...)
		text = text[n:]
	}
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
	first, last := p.first, p.last
	for len(first) > 0 && !utf8.Valid(first[max(0, len(first)-utf8.UTFMax):]) && !utf8.RuneStart(first[len(first)-1]) {
		first = first[:len(first)-1]
	}
	if _, lines, ok := bytes.Cut(last, []byte("\n")); ok {
		last = lines
	}
	return fmt.Sprintf("%s\n… %d kB of what the cell printed are left out here …\n%s", first, (p.left+len(p.last)-len(last))>>10, last)
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

// stream adds what the cell prints to the stream that it last printed to.
func (c *Cell) stream(name, text string) {
	n := len(c.Outputs)
	if c.clear || n == 0 || c.Outputs[n-1].Type != "stream" || c.Outputs[n-1].Name != name {
		if !c.add(&Output{Type: "stream", Name: name}) {
			return
		}
		n = len(c.Outputs)
	}
	c.Outputs[n-1].printing.add(text)
}

// settle makes the texts of the cell's streams, and notes what is left out.
func (c *Cell) settle() {
	for _, o := range c.Outputs {
		if o.Type == "stream" && o.printing.first != nil {
			o.Text = o.printing.text()
		}
	}
	if c.left > 0 {
		c.Outputs = append(c.Outputs, &Output{Type: "stream", Name: "stderr", Text: fmt.Sprintf("… %d outputs more are left out: a cell keeps %d, of together %d MB\n", c.left, maxOutputs, maxShown>>20)})
		c.left = 0
	}
}
