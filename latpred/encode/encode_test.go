package encode_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/encode/encodetest"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// The authors' figures for their RTX 2080 Ti.
var rtx2080ti = gpu.Spec{ID: "rtx2080ti", Cores: 4352, RAMGB: 11, BandwidthGBs: 616}

func encoders() []encode.Encoder {
	return []encode.Encoder{encode.OFA128, encode.HELP145, encode.Proxyless151, encode.Hardware(encode.OFA128, rtx2080ti)}
}

func TestConformance(t *testing.T) {
	for _, e := range encoders() {
		ids := []string{"mbv3-w1.0", "compofa-fixed-w1.2", "compofa-elastic-w1.0"}
		if e == encode.Proxyless151 {
			ids = []string{"proxyless-w1.3"}
		}
		t.Run(e.Name(), func(t *testing.T) {
			var archs []space.Arch
			for _, id := range ids {
				s, err := space.ByID(id)
				if err != nil {
					t.Fatal(err)
				}
				rng := random.Stream(1, id)
				for range 500 {
					archs = append(archs, s.Sample(rng))
				}
			}
			encodetest.Run(t, e, archs)
		})
	}
}

// The indexes that the authors' encoder sets for two of their architectures,
// listed by running it.
func TestGoldenIndexes(t *testing.T) {
	for arch, want := range map[string]string{
		"r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666": "0 3 6 9 13 16 19 24 27 30 36 39 42 45 49 52 55 58 " +
			"62 65 68 71 73 76 79 85 88 91 98 101 104 107 110 113 116 119 124",
		"r208 d24233 k77-5737-37-577-557 e63-3646-63-633-646": "2 5 13 17 18 23 24 29 37 41 44 49 52 56 " +
			"62 63 72 77 79 83 86 87 98 99 102 110 112 116 126",
	} {
		ones, err := encode.OFA128.Ones(nil, space.MustParse(arch))
		if got := strings.Trim(fmt.Sprint(ones), "[]"); err != nil || got != want {
			t.Errorf("%s:\n got %s (%v)\nwant %s", arch, got, err, want)
		}
	}
}

func TestHardwareValues(t *testing.T) {
	e := encode.Hardware(encode.OFA128, rtx2080ti)
	row := make([]float32, e.Width())
	if err := e.Encode(row, space.MustParse("r160 d22222 k33-33-33-33-33 e33-33-33-33-33")); err != nil {
		t.Fatal(err)
	}
	if got := row[128:]; !slices.Equal(got, []float32{4352, 11, 616}) || e.Width() != 131 {
		t.Errorf("hardware values %v in a row of %d, want 4352, 11, 616 in 131", got, e.Width())
	}
	p40 := encode.Hardware(encode.OFA128, gpu.Spec{Cores: 3840, RAMGB: 24, BandwidthGBs: 347})
	if _, err := p40.Decode(row); err == nil {
		t.Error("the P40's encoder decoded a row of the RTX 2080 Ti")
	}
}

func TestResolutionBins(t *testing.T) {
	a := space.MustParse("r160 d22222 k33-33-33-33-33 e33-33-33-33-33")
	for _, c := range []struct {
		e       encode.Encoder
		r, want int // want: index of the set bin, -1 for an error
	}{
		{encode.OFA128, 111, -1}, {encode.OFA128, 112, 120}, {encode.OFA128, 127, 120}, {encode.OFA128, 160, 123},
		{encode.OFA128, 224, 127}, {encode.OFA128, 239, 127}, {encode.OFA128, 240, -1},
		{encode.HELP145, 124, -1}, {encode.HELP145, 128, 120}, {encode.HELP145, 224, 144}, {encode.HELP145, 228, -1}, {encode.HELP145, 130, -1},
	} {
		a.Resolution = c.r
		ones, err := c.e.Ones(nil, a)
		switch {
		case c.want < 0 && (err == nil || !strings.Contains(err.Error(), fmt.Sprint("resolution ", c.r))):
			t.Errorf("%s, r%d: error %v does not name the resolution", c.e.Name(), c.r, err)
		case c.want >= 0 && (err != nil || ones[len(ones)-1] != c.want):
			t.Errorf("%s, r%d: %v, %v, want bin at %d", c.e.Name(), c.r, ones, err, c.want)
		}
	}
}

func TestProxylessIsRefused(t *testing.T) {
	s, err := space.ByID("proxyless-w1.3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := encode.Matrix(encode.OFA128, []space.Arch{s.Sample(random.Stream(1, ""))}); err == nil || !strings.Contains(err.Error(), "6 stages") {
		t.Errorf("a network of six stages was encoded: %v", err)
	}
}

func TestDecodeRefusesNonsense(t *testing.T) {
	a := space.MustParse("r160 d22222 k33-33-33-33-33 e33-33-33-33-33")
	for want, spoil := range map[string]func(row []float32){
		"not one-hot":         func(row []float32) { row[1] = 1 },
		"value 0.5":           func(row []float32) { row[0] = 0.5 },
		"no resolution":       func(row []float32) { row[123] = 0 },
		"not both":            func(row []float32) { row[60] = 0 },
		"stage 1 is empty":    func(row []float32) { row[0], row[60] = 0, 0 },
		"follows an inactive": func(row []float32) { row[9], row[69] = 1, 1 },
	} {
		row := make([]float32, encode.OFA128.Width())
		if err := encode.OFA128.Encode(row, a); err != nil {
			t.Fatal(err)
		}
		spoil(row)
		if _, err := encode.OFA128.Decode(row); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Decode: %v, want …%s…", err, want)
		}
	}
}

func ExampleEncoder() {
	a := space.MustParse("r176 d22222 k33-55-77-33-33 e33-44-66-33-33")
	ones, err := encode.OFA128.Ones(nil, a)
	fmt.Println(ones, err)
	// Output: [0 3 13 16 26 29 36 39 48 51 60 63 73 76 86 89 96 99 108 111 124] <nil>
}

func BenchmarkEncode(b *testing.B) {
	row := make([]float32, encode.OFA128.Width())
	a := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	b.ReportAllocs()
	for b.Loop() {
		if err := encode.OFA128.Encode(row, a); err != nil {
			b.Fatal(err)
		}
	}
}
