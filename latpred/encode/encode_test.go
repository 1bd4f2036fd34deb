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
	all := []encode.Encoder{encode.OFA128, encode.HELP145, encode.Proxyless151, encode.Hardware(encode.OFA128, rtx2080ti)}
	for _, name := range []string{"nasbench201-30", "fbnet-198", "fbnet-198-r32"} {
		e, err := encode.ByName(name)
		if err != nil {
			panic(err)
		}
		all = append(all, e)
	}
	return all
}

// spaceOf is a space whose networks an encoder expresses.
func spaceOf(e encode.Encoder) string {
	id, ok := map[string]string{"proxyless-151": "proxyless-w1.3", "nasbench201-30": "nasbench201",
		"fbnet-198": "fbnet-imagenet", "fbnet-198-r32": "fbnet-cifar100"}[e.Name()]
	if !ok {
		return "mbv3-w1.0"
	}
	return id
}

func TestConformance(t *testing.T) {
	for _, e := range encoders() {
		ids := []string{"mbv3-w1.0", "compofa-fixed-w1.2", "compofa-elastic-w1.0"}
		if id := spaceOf(e); id != ids[0] {
			ids = []string{id}
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
		"1 of its 2 factors":  func(row []float32) { row[60] = 0 },
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

// A space that was added has a code of its own, one for as long as the program runs,
// and none that it could take for another's.
func TestOf(t *testing.T) {
	for id, want := range map[string]string{
		"mbv3-w1.0": "help-145", "compofa-fixed-w1.2": "help-145", "proxyless-w1.3": "proxyless-151",
		"nasbench201": "nasbench201-30", "fbnet-imagenet": "fbnet-198", "fbnet-cifar100": "fbnet-198-r32",
	} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		e := encode.Of(s)
		if by, err := encode.ByName(want); err != nil || e.Name() != want || by != e || encode.Of(s) != e {
			t.Errorf("%s: code %s, want %s; ByName gives %v, %v", id, e.Name(), want, by, err)
		}
	}
	low, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	own := *low
	own.Resolutions, own.Allowed = []int{64, 96}, space.Range{Min: 64, Max: 96, Step: 16}
	e := encode.Of(&own)
	if e.Name() != "ofa-5-123-r64-96" || e.Width() != 123 {
		t.Errorf("space of resolutions 64, 80, 96: code %s of %d values, want ofa-5-123-r64-96", e.Name(), e.Width())
	}
	var archs []space.Arch
	for rng := random.Stream(1, "own"); len(archs) < 100; {
		archs = append(archs, own.Sample(rng))
	}
	encodetest.Run(t, e, archs)
	if _, err := encode.ByName("ofa-1"); err == nil || !strings.Contains(err.Error(), "proxyless-151, nasbench201-30, fbnet-198, fbnet-198-r32") {
		t.Errorf("error %v does not list the codes", err)
	}
}

func TestOtherFamilyIsRefused(t *testing.T) {
	cell, err := encode.ByName("nasbench201-30")
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float32, cell.Width())
	a := space.FBNet.Reference().Smallest()
	a.Resolution = 32
	if err := cell.Encode(row, a); err == nil || !strings.Contains(err.Error(), "7 stages, the code 1") {
		t.Errorf("a network of FBNet was encoded: %v", err)
	}
	a = space.NASBench201.Reference().Smallest()
	a.Resolution = 16
	if err := cell.Encode(row, a); err == nil || !strings.Contains(err.Error(), "resolution 16: the code is for 32 alone") {
		t.Errorf("a cell at 16 pixels was encoded: %v", err)
	}
	row[0] = 0
	if _, err := cell.Decode(row); err == nil || !strings.Contains(err.Error(), "stage 1 is empty") {
		t.Errorf("an empty row was decoded: %v", err)
	}
}

func ExampleOf() {
	s, err := space.ByID("nasbench201")
	if err != nil {
		panic(err)
	}
	ones, err := encode.Of(s).Ones(nil, s.Largest())
	fmt.Println(encode.Of(s).Name(), ones, err)
	// Output: nasbench201-30 [3 8 13 18 23 28] <nil>
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
