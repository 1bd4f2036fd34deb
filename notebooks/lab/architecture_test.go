package lab

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/kernelext"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

func ExampleArchitecture() {
	Architecture("A network", []Stage{
		{Name: "stage 1", Blocks: []Block{{Kernel: 3, Expand: 6, LatencyMs: 1.25}, {Kernel: 7, Expand: 4, LatencyMs: math.NaN()}}, Slots: 4},
	})
	// Output:
	// A network
	// stage 1   3×3·6 1.25 ms  7×7·4  –  –
}

// printed is what f shows outside a notebook.
func printed(f func()) string {
	var b bytes.Buffer
	before := kernelext.Out
	kernelext.Out = &b
	defer func() { kernelext.Out = before }()
	f()
	return b.String()
}

// picture draws on an SVG and on a PNG of a height.
func picture(paint func(draw.Canvas), height vg.Length) (svg string, pixels []byte, err error) {
	s := vgsvg.New(kernelext.DefaultWidth, height)
	paint(draw.New(s))
	p := vgimg.PngCanvas{Canvas: vgimg.New(kernelext.DefaultWidth, height)}
	paint(draw.New(p))
	var a, b bytes.Buffer
	_, err1 := s.WriteTo(&a)
	_, err2 := p.WriteTo(&b)
	return a.String(), b.Bytes(), errors.Join(err1, err2)
}

func network() []Stage {
	return []Stage{
		{Name: "stage 1", Blocks: []Block{{Kernel: 3, Expand: 6, LatencyMs: 1.2}, {Kernel: 5, Expand: 4, LatencyMs: 0.9}}, Slots: 4},
		{Name: "stage 2", Blocks: []Block{{Kernel: 7, Expand: 3, LatencyMs: 2.2}, {Kernel: 5, Expand: 4, LatencyMs: math.NaN()}, {Kernel: 3, Expand: 6, LatencyMs: 3.1}, {Kernel: 7, Expand: 6, LatencyMs: 4}}, Slots: 4},
	}
}

func TestArchitecture(t *testing.T) {
	got := printed(func() { Architecture("A network", network()) })
	want := "A network\nstage 1   3×3·6 1.20 ms  5×5·4 0.90 ms  –  –\nstage 2   7×7·3 2.20 ms  5×5·4  3×3·6 3.10 ms  7×7·6 4.00 ms\n"
	if got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
	d := newDiagram("A network", network())
	svg, pixels, err := picture(d.draw, 150)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">A network, blocks together 11.4 ms<", ">7×7 · 6<", ">4.00 ms<", "stroke-dasharray"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in the SVG", want)
		}
	}
	img, err := png.Decode(bytes.NewReader(pixels))
	if err != nil {
		t.Fatal(err)
	}
	if colours := colours(img.At, img.Bounds().Dx(), img.Bounds().Dy()); colours < 50 {
		t.Errorf("%d colours: the PNG looks blank", colours)
	}
	if pale, dark := d.shade(0.9), d.shade(4); pale.R <= dark.R || d.shade(math.NaN()).R != 225 {
		t.Errorf("shades %v and %v", pale, dark)
	}
	for _, empty := range [][]Stage{nil, {{Name: "none"}}} {
		if _, _, err := picture(newDiagram("empty", empty).draw, 100); err != nil {
			t.Errorf("%v: %v", empty, err)
		}
	}
}

func colours[C interface{ RGBA() (r, g, b, a uint32) }](at func(x, y int) C, w, h int) int {
	seen := map[string]bool{}
	for x := range w {
		for y := range h {
			r, g, b, _ := at(x, y).RGBA()
			seen[fmt.Sprint(r, g, b)] = true
		}
	}
	return len(seen)
}
