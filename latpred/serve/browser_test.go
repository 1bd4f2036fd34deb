package serve_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/serve"
	"github.com/ofalat/ofalat/latpred/space"
)

// The page in a real browser: a click changes the network, its latency and its layers;
// a device and a point of the front can be chosen.
func TestExplorerInBrowser(t *testing.T) {
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
	double, err := lut.Calibration{Factor: 2}.Apply(lut.Note10())
	if err != nil {
		t.Fatal(err)
	}
	s, err := serve.New([]*serve.Device{
		serve.FromPredictor("note10", "Samsung Note10", lookup(t, lut.Note10(), wide(t)), wide(t)), serve.FromPredictor("slower", "half as fast", lookup(t, double, wide(t)), wide(t)), proxyless(t), p40(t),
	}, serve.Config{Front: 20})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s.Handler())
	defer h.Close()

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(browser),
		chromedp.Flag("disable-background-networking", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, cancel := chromedp.NewContext(allocator)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(h.URL)); err != nil {
		t.Fatal(err)
	}
	text := func(expression string) string {
		t.Helper()
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		return v
	}
	// until waits, for as long as the test may take, for an expression to have a value.
	until := func(expression, want string) {
		t.Helper()
		for text(expression) != want {
			if ctx.Err() != nil {
				t.Fatalf("%s is %q, want %q", expression, text(expression), want)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
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
