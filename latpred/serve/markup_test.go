package serve_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/serve"
	"github.com/ofalat/ofalat/latpred/space"
)

// markup runs where it is taken for HTML.
const markup = `"'><img src=x onerror="window.hit=1"><script>window.hit=1</script>`

// named is a predictor whose kind and layers have markup for names, and whose errors show it.
type named struct {
	wrong
	fails bool
}

func (named) Kind() string { return markup }
func (n named) PredictMs(dst []float64, archs []space.Arch) error {
	if n.fails {
		dst[0] = math.NaN()
		return nil
	}
	return wrong(5).PredictMs(dst, archs)
}
func (named) Segments(space.Arch) (latpred.Breakdown, error) {
	return latpred.Breakdown{Segments: []latpred.SegmentTime{{Name: markup, Stage: -1, Ms: 5}}}, nil
}

// Names of devices, their laboratories, layers and errors, with markup in each: the page
// shows them as they are, and nothing of them runs. Its policy forbids that once more.
func TestMarkupInBrowser(t *testing.T) {
	good := serve.FromPredictor("good"+markup, markup, named{}, wide(t))
	good.Hardware, good.Origin = markup, markup
	bad := serve.FromPredictor("bad"+markup, "two "+markup, named{fails: true}, wide(t))
	page := browse(t, good, bad)
	page.until(`document.querySelectorAll("tr.device").length`, "2")
	page.until(`document.querySelector("tr.device td.ms").textContent`, "5.00")
	page.until(`document.querySelector("#parts td")?.textContent`, markup)
	page.until(`document.querySelectorAll("#front circle").length > 0`, "true") // the front has been drawn
	page.text(`document.querySelectorAll("tr.device")[1].dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
	page.until(`document.getElementById("layers-note").textContent.includes("no latency")`, "true")
	if shown := page.text(`document.querySelector("tr.device td.name").textContent`); !strings.Contains(shown, markup) {
		t.Errorf("the name is shown as %q", shown)
	}
	time.Sleep(200 * time.Millisecond) // time for what would run
	if got := page.text(`[window.hit, document.images.length, document.scripts.length]`); got != ",0,1" {
		t.Errorf("hits, pictures and scripts of the page: %s", got)
	}
	page.text(`document.body.insertAdjacentHTML("beforeend", '<img src="data:," onerror="window.hit=2">')`)
	time.Sleep(200 * time.Millisecond)
	if got := page.text(`window.hit`); got != "undefined" {
		t.Errorf("the policy lets handlers of events run: %s", got)
	}
}
