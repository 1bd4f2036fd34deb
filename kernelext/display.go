package kernelext

import (
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

func init() {
	// Metadata of figures is nested; without this gob closes GoNB's pipe and all
	// later displays are lost.
	gob.Register(map[string]any{})
}

// Out is where displays are printed outside a notebook; nil stands for standard output.
// It must not be changed while displays are shown.
var Out io.Writer

// out is Out, or standard output as it is now: tests of examples replace it.
func out() io.Writer {
	if Out == nil {
		return os.Stdout
	}
	return Out
}

// syncLimit bounds the wait for GoNB to take a display. On a broken pipe it never
// answers.
const syncLimit = 20 * time.Second

// bundle is one display in several forms, of which the front end shows the best.
type bundle struct {
	html, svg, text string
	png             []byte
	width, height   int    // of the PNG as shown, CSS pixels
	id              string // of a display that later ones replace; "" for none
}

// show sends b to the notebook and waits until it has arrived; outside a notebook it
// prints the text. A display that is lost ends the cell, since a result without its
// figures would mislead.
func show(b bundle) {
	if !gonbui.IsNotebook {
		fmt.Fprintln(out(), b.text)
		return
	}
	data := &protocol.DisplayData{
		Data:      map[protocol.MIMEType]any{protocol.MIMETextPlain: b.text},
		DisplayID: b.id,
	}
	if b.html != "" {
		data.Data[protocol.MIMETextHTML] = b.html
	}
	if b.svg != "" {
		data.Data[protocol.MIMEImageSVG] = b.svg
	}
	if b.png != nil {
		data.Data[protocol.MIMEImagePNG] = b.png
		data.Metadata = map[string]any{"image/png": map[string]any{"width": b.width, "height": b.height}}
	}
	gonbui.SendData(data)
	done := make(chan struct{})
	go func() {
		gonbui.Sync()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(syncLimit):
		fail(fmt.Errorf("kernelext: GoNB did not take a display within %v", syncLimit))
	}
	if err := gonbui.Error(); err != nil {
		fail(fmt.Errorf("kernelext: a display was lost: %w", err))
	}
}

// Text shows a text, formatted as by fmt.Sprintf, in the order of the displays. Text
// printed with fmt.Println may arrive before or after neighbouring figures.
func Text(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	show(bundle{html: `<pre style="margin:0;padding:0">` + escape(text) + "</pre>", text: text})
}
