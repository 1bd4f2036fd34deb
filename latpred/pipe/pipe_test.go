package pipe

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/space"
	"go.uber.org/goleak"
)

const example = "r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"

// TestMain fails if a test has left a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client asks a Serve of its own.
type client struct {
	t testing.TB
	*messages
	requests *io.PipeWriter
	done     chan error // what Serve returned
}

func newClient(t testing.TB) *client {
	t.Helper()
	in, requests := io.Pipe()
	answers, out := io.Pipe()
	c := &client{t, newMessages(answers, requests), requests, make(chan error, 1)}
	go func() {
		err := Serve(context.Background(), in, out)
		_ = out.Close() // never an error
		_ = in.Close()
		c.done <- err
	}()
	t.Cleanup(func() { _ = requests.Close() })
	if head, body, err := c.read(); err != nil || string(head) != `{"pipe":1}` || len(body) > 0 {
		t.Fatalf("hello: %s, %v", head, err)
	}
	return c
}

// ask sends a request and reads its answer.
func (c *client) ask(q Request, body []byte) (a Answer, out []byte) {
	c.t.Helper()
	if err := c.write(q, body); err != nil {
		c.t.Fatal(err)
	}
	head, out, err := c.read()
	if err == nil {
		err = json.Unmarshal(head, &a)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return a, slices.Clone(out)
}

// numbers asks for numbers, which there must be.
func (c *client) numbers(q Request, body []byte) (list []float64) {
	c.t.Helper()
	a, out := c.ask(q, body)
	if a.Error != "" {
		c.t.Fatal(a.Error)
	}
	for v := range slices.Chunk(out, 8) {
		list = append(list, math.Float64frombits(binary.LittleEndian.Uint64(v)))
	}
	return list
}

// open opens a predictor.
func (c *client) open(name string) (o Opened) {
	c.t.Helper()
	a, out := c.ask(Request{Do: Open, Name: name}, nil)
	if err := json.Unmarshal(out, &o); err != nil || a.Error != "" {
		c.t.Fatalf("%s: %v %v", name, a.Error, err)
	}
	return o
}

// Rows and texts are predicted as the predictor itself predicts the networks, of every family.
func TestPredict(t *testing.T) {
	c := newClient(t)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"note10", "p40-b64", "fbnet-1080ti-b1", "nasbench201-1080ti-b1"} {
		p, err := catalog.Load(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		o := c.open(name)
		s, err := space.ByID(o.Space)
		if err != nil || o.Kind != p.Kind() || o.Slots != s.Slots() {
			t.Fatalf("%s: %+v, %v", name, o, err)
		}
		body, archs := packed(rng, s, map[bool]int{true: 5000, false: 50}[name == "p40-b64"]) // on several cores, and on one
		want := make([]float64, len(archs))
		if err := p.PredictMs(want, archs); err != nil {
			t.Fatal(err)
		}
		if got := c.numbers(Request{Do: Predict, ID: o.ID, Rows: true}, body); !slices.Equal(got, want) {
			t.Errorf("%s, rows: %v, want %v", name, got, want)
		}
		texts, err := json.Marshal(archs)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.numbers(Request{Do: Predict, ID: o.ID}, texts); !slices.Equal(got, want) {
			t.Errorf("%s, texts: %v, want %v", name, got, want)
		}
		bounds, ok := p.(latpred.IntervalPredictor)
		if o.Intervals != ok {
			t.Errorf("%s has intervals: %v", name, o.Intervals)
		}
		low, high := make([]float64, len(archs)), make([]float64, len(archs))
		if ok && bounds.BoundsMs(low, high, archs, .9) == nil {
			if got := c.numbers(Request{Do: Bounds, ID: o.ID, Rows: true, Level: .9}, body); !slices.Equal(got, slices.Concat(low, high)) {
				t.Errorf("%s, bounds: %v, want %v and %v", name, got, low, high)
			}
		}
	}
	if err := c.requests.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-c.done; err != nil {
		t.Errorf("the input has ended: %v", err)
	}
}

// Accuracies are those of package accuracy, and descriptions read back as the networks.
func TestAccuracyAndDescribe(t *testing.T) {
	c := newClient(t)
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	body, archs := packed(rand.New(rand.NewPCG(2, 1)), s, 20)
	want := make([]float64, len(archs))
	if err := accuracy.Predict(want, archs); err != nil {
		t.Fatal(err)
	}
	if got := c.numbers(Request{Do: Accuracy, Rows: true}, body); !slices.Equal(got, want) {
		t.Errorf("accuracies %v, want %v", got, want)
	}
	_, out := c.ask(Request{Do: Describe, Rows: true}, body)
	var list []Description
	if err := json.Unmarshal(out, &list); err != nil || len(list) != len(archs) {
		t.Fatalf("%d descriptions, %v", len(list), err)
	}
	for i, d := range list {
		if d.Arch != archs[i] || d.OFA.Resolutions[0] != archs[i].Resolution {
			t.Errorf("%v, want %v", d, archs[i])
		}
	}
}

// What is asked wrongly is an answer that says why and where; the next request is answered.
func TestMistakes(t *testing.T) {
	c := newClient(t)
	o := c.open("note10")
	s, err := space.ByID(o.Space)
	if err != nil {
		t.Fatal(err)
	}
	row := func(change func(row []byte)) []byte { // the second of two
		body, _ := packed(rand.New(rand.NewPCG(3, 1)), s, 2)
		change(body[len(body)/2:])
		return body
	}
	for _, m := range []struct {
		why  string
		q    Request
		body []byte
	}{
		{"nothing is called", Request{Do: "dance"}, nil},
		{"no predictor 7 is open", Request{Do: Predict, ID: 7}, []byte("[]")},
		{"neither a predictor's file nor", Request{Do: Open, Name: "no-such"}, nil},
		{"archs[1]: ks", Request{Do: Predict, ID: o.ID, Rows: true}, row(func(r []byte) { r[0] = 4 })},
		{"archs[1]", Request{Do: Predict, ID: o.ID, Rows: true}, row(func(r []byte) { r[40] = 9 })},
		{"archs[1]", Request{Do: Predict, ID: o.ID, Rows: true}, row(func(r []byte) { r[45], r[46] = 1, 0 })},
		{"want at most 32768 rows of 47", Request{Do: Predict, ID: o.ID, Rows: true}, make([]byte, 46)},
		{"archs[1]", Request{Do: Predict, ID: o.ID}, []byte(`["` + example + `",{"ks":3}]`)},
		{"archs[0]", Request{Do: Predict, ID: o.ID}, []byte(`[null]`)},
		{"archs[0]", Request{Do: Predict, ID: o.ID}, []byte(`["|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|"]`)},
		{"has no interval", Request{Do: Bounds, ID: o.ID, Level: .9}, []byte(`["` + example + `"]`)},
		{"want a probability", Request{Do: Bounds, ID: o.ID, Level: 1}, []byte(`["` + example + `"]`)},
	} {
		a, out := c.ask(m.q, m.body)
		if !strings.Contains(a.Error, m.why) || len(out) > 0 || a.Mistake == (m.q.Do == Open) {
			t.Errorf("%+v: %+v, want %q", m.q, a, m.why)
		}
	}
	if got := c.numbers(Request{Do: Predict, ID: o.ID}, []byte(`["`+example+`"]`)); len(got) != 1 || math.Abs(got[0]-33.50015649132496) > 1e-9 { // the label of the authors' first row
		t.Errorf("%v", got)
	}
	c.ask(Request{Do: Close, IDs: []int{o.ID}}, nil)
	if a, _ := c.ask(Request{Do: Predict, ID: o.ID}, []byte("[]")); a.Error == "" {
		t.Error("a closed predictor answers")
	}
}

// Input that breaks the form ends Serve with an error, and takes no memory for what it only
// claims.
func TestBrokenMessages(t *testing.T) {
	for name, text := range map[string]string{
		"large": "\xff\xff\xff\xff\x00\x00\x00\x00", "torn": "\x05\x00\x00\x00\x00\x00\x00\x02{", "short": "\x05\x00",
	} {
		if err := Serve(t.Context(), strings.NewReader(text), io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := Serve(t.Context(), strings.NewReader(""), io.Discard); err != nil {
		t.Errorf("an empty input: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	in, requests := io.Pipe()
	go func() { _ = newMessages(nil, requests).write(Request{Do: Describe}, []byte("[]")) }()
	if err := Serve(ended, in, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("ctx has ended: %v", err)
	}
}

// Whatever a message holds is answered, or ends Serve with an error; nothing panics.
func FuzzServe(f *testing.F) {
	c := &messages{}
	for _, q := range []Request{{Do: Open, Name: "note10"}, {Do: Predict, ID: 1, Rows: true}, {Do: Describe}, {Do: Accuracy}} {
		var text strings.Builder
		c.w = &text
		if err := c.write(q, []byte(`["`+example+`"]`)); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(text.String()))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var out strings.Builder
		_ = Serve(t.Context(), strings.NewReader(string(input)), &out) // input may be broken
		if strings.Contains(out.String(), "latpred made a mistake") {
			t.Error(out.String())
		}
	})
}
