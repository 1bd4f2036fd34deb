package serve_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/serve"
	"github.com/ofalat/ofalat/latpred/space"
)

// page is the page of a server in a real browser.
type page struct {
	t   *testing.T
	ctx context.Context
}

// browse opens the page of a server of devices, or skips where there is no browser.
func browse(t *testing.T, devices ...*serve.Device) page {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("needs Chromium: apt-get install chromium")
	}
	s, err := serve.New(devices, serve.Config{Front: 20})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(browser),
		chromedp.Flag("disable-background-networking", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate(h.URL)); err != nil {
		t.Fatal(err)
	}
	return page{t, ctx}
}

// text is the value of an expression.
func (p page) text(expression string) string {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits, for as long as the test may take, for an expression to have a value.
func (p page) until(expression, want string) {
	p.t.Helper()
	for p.text(expression) != want {
		if p.ctx.Err() != nil {
			p.t.Fatalf("%s is %q, want %q", expression, p.text(expression), want)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// The page in a real browser: a click changes the network, its latency and its layers;
// a device and a point of the front can be chosen.
func TestExplorerInBrowser(t *testing.T) {
	double, err := lut.Calibration{Factor: 2}.Apply(lut.Note10())
	if err != nil {
		t.Fatal(err)
	}
	page := browse(t,
		serve.FromPredictor("note10", "Samsung Note10", lookup(t, lut.Note10(), wide(t)), wide(t)),
		serve.FromPredictor("slower", "half as fast", lookup(t, double, wide(t)), wide(t)), proxyless(t), p40(t))
	text, until := page.text, page.until
	ms := `document.querySelector("tr[data-device=note10] td.ms")?.textContent`
	net := `document.getElementById("arch").textContent`
	click := func(what string) {
		text(`document.querySelector('` + what + `').dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
	}

	until(ms, "27.84") // r192, all k5 e4 d3: the sum of the shipped table
	click(`[data-pick="resolution 160"]`)
	until(net, "r160 d33333 k555-555-555-555-555 e444-444-444-444-444")
	click(`[data-pick="stage 2 depth 4"]`)
	click(`[data-pick="stage 2 layer 4 kernel 7"]`)
	click(`[data-pick="stage 1 layer 1 expansion 6"]`)
	until(net, "r160 d34333 k555-5557-555-555-555 e644-4444-444-444-444")
	want, err := lut.Note10().LatencyMs(wide(t), space.MustParse(text(net)))
	if err != nil {
		t.Fatal(err)
	}
	until("Math.abs("+ms+" - "+fmt.Sprint(want)+") < .006", "true")
	until(`document.querySelectorAll("#parts tr").length`, "18") // 16 layers, stem and head
	click("tr[data-device=slower]")
	until(`document.querySelector(".chosen").textContent`, "half as fast")
	until(`document.querySelector("tr[data-device=slower]").getAttribute("aria-selected")`, "true")
	until(`document.querySelectorAll("circle.front").length > 5`, "true")
	until(`document.querySelectorAll("circle.here").length`, "1")
	first := text(`document.querySelector("circle.front").dataset.arch`)
	click("circle.front")
	until(net, first)

	set := func(id, value, event string) {
		text(`(() => { const e = document.getElementById("` + id + `"); e.value = "` + value + `"; e.dispatchEvent(new Event("` + event + `")); })()`)
	}
	until(`document.querySelectorAll("tr.group").length`, "2") // a laboratory, and not known
	set("group", "none", "change")
	order := `[...document.querySelectorAll("tr.device td.ms")].map((c) => c.textContent).join(" ")`
	until(order+`.includes("…")`, "false") // the P40's table has been fitted
	click(`[data-sort=ms]`)
	click(`[data-sort=ms]`)
	// Falling, and last the one of other networks.
	until(`(() => { const ms = `+order+`.split(" "); return ms.pop() === "–" && ms.every((v, i) => !i || +ms[i - 1] >= +v); })()`, "true")
	shown := `[...document.querySelectorAll("tr.device")].map((r) => r.dataset.device).join(" ")`
	set("filter", "tesla b64", "input")
	until(shown, "p40-b64")
	click("tr[data-device=p40-b64]")
	until(`document.getElementById("layers-note").textContent.includes("the pass itself")`, "true") // its clock did not wait
	set("filter", "proxyless", "input")
	until(shown, "made-up")
	click("tr[data-device=made-up]")
	until(`document.querySelectorAll(".stage").length`, "6")
	until(`document.querySelector("tr[data-device=made-up] td.ms").textContent !== "–"`, "true")
	until(`document.getElementById("front").textContent.includes("does not know")`, "true") // why there is none
	if e := text(`document.getElementById("error").textContent`); e != "" || strings.Contains(first, "undefined") {
		t.Errorf("the page complains: %s", e)
	}
}

// proxyless is a device of networks of six stages, by a table that is made up.
func proxyless(t *testing.T) *serve.Device {
	t.Helper()
	s, err := space.ByID("proxyless-w1.3")
	if err != nil {
		t.Fatal(err)
	}
	table := &lut.Table{Device: "made-up", Rows: map[int]map[string]lut.Entry{}}
	for _, r := range s.Resolutions {
		table.Rows[r] = map[string]lut.Entry{}
		for _, l := range lut.Layers(s, r) {
			table.Rows[r][lut.Key(l)] = lut.Entry{Count: 1, MeanMs: 1e-7 * float64(l.MACs())}
		}
	}
	return serve.FromPredictor("made-up", "made up", lookup(t, table, s), s)
}

// p40 is the shipped device, whose table is fitted when the page asks for it.
func p40(t *testing.T) *serve.Device {
	t.Helper()
	devices, err := serve.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range devices {
		if d.ID == "p40-b64" {
			return d
		}
	}
	t.Fatal("no p40-b64 ships")
	return nil
}

// The page draws a space of another family from what the server says of it: lists of
// operations, no depths.
func TestExplorerOfOtherSpaces(t *testing.T) {
	for id, c := range map[string]struct {
		slots        int
		choice       string // of the first slot
		first, after string // the network that is shown first, and after the last slot was changed
	}{
		"fbnet-cifar100": {22, "k5_e1", "fbnet r32 k5_e1", "k5_e1-k5_e1 skip"},
		"nasbench201":    {6, "nor_conv_1x1", "|nor_conv_1x1~0|+|nor_conv_1x1~0|", "|nor_conv_1x1~1|avg_pool_3x3~2|"},
	} {
		t.Run(id, func(t *testing.T) {
			page := browse(t, otherSpace(t, id))
			net := `document.getElementById("arch").textContent`
			page.until(net+`.startsWith(`+strconv.Quote(c.first)+`)`, "true")
			page.until(`document.querySelectorAll(".slot select").length`, strconv.Itoa(c.slots))
			page.until(`document.querySelectorAll(".depths button").length`, "0")
			page.text(`(() => { const e = [...document.querySelectorAll(".slot select")].pop(); e.selectedIndex = e.options.length - 1; e.dispatchEvent(new Event("change")); })()`)
			page.until(net+`.endsWith(`+strconv.Quote(c.after)+`)`, "true")
			page.until(`+document.querySelector("tr.device td.ms").textContent > 0`, "true")
			page.until(`document.querySelectorAll("#parts tr").length`, strconv.Itoa(c.slots+2))
			page.until(`document.querySelectorAll("#parts tr")[1].children[1].textContent`, c.choice)
			page.until(`document.getElementById("front").textContent.includes("does not know")`, "true")
		})
	}
}

// otherSpace is a device of a space, by the closed form of a made-up one.
func otherSpace(t *testing.T, id string) *serve.Device {
	t.Helper()
	s, err := space.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	set := &dataset.Set{}
	archs := simulated.Archs(s, random.Stream(1, id), 400)
	for i, ms := range simulated.Card.MeasureMs(s, archs, nil) {
		set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: ms})
	}
	p, err := additive.FitLinear(set)
	if err != nil {
		t.Fatal(err)
	}
	return serve.FromPredictor(id, "made up", p, s)
}
