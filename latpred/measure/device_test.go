package measure_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

// device is a simulated device: networks take milliseconds by their texts.
func device(t *testing.T, m *machine) *measure.Device {
	t.Helper()
	d := measure.Foreign{Command: "false"}.Device(spacetest.ByID(t, "mbv3-w1.0"), "sim", 1, measure.Config{Group: 2})
	d.Network = func(a space.Arch) (measure.Subject, error) { return &simulated{m, a.String()}, nil }
	d.Layer = func(l space.Layer) (measure.Subject, error) { return &simulated{m, lut.Key(l)}, nil }
	return d
}

func TestDeviceNets(t *testing.T) {
	m, path := newMachine(), filepath.Join(t.TempDir(), "j")
	d := device(t, m)
	archs, err := measure.Sample(d.Space, 7, 3)
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	j, err := d.Nets(t.Context(), archs, 7, path, func(measure.Progress) { steps++ })
	if err != nil {
		t.Fatal(err)
	}
	set, err := j.Set()
	if err != nil || set.Rows != 3 || set.Device != "sim-b1" || steps == 0 {
		t.Errorf("%v, %+v after %d steps", err, set.Info, steps)
	}
	if h := j.Header; h.What != "nets" || h.Seed != 7 || h.Rounds != 3 || h.Extra != 3 || h.Runs != 1 || h.Command != "false" || h.Space != "mbv3-w1.0" {
		t.Errorf("header %+v", h)
	}
	if n := len(j.Anchors()); n != 3 {
		t.Errorf("%d anchors, want 3", n)
	}
	before := m.total
	d.NoAnchors = false
	if _, err := d.Nets(t.Context(), archs, 7, path, nil); err != nil || m.total != before {
		t.Errorf("a finished campaign ran %d times, %v", m.total-before, err)
	}
	// Stopped, it gives what there is; of other settings, nothing.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	more, _ := measure.Sample(d.Space, 7, 5)
	if j, err := d.Nets(ctx, more, 7, path, nil); !errors.Is(err, context.Canceled) || j == nil || len(j.Results()) != 3 {
		t.Errorf("stopped: %v", err)
	}
	if j, err := d.Nets(t.Context(), archs, 8, path, nil); err == nil || j != nil {
		t.Errorf("another seed: %v", err)
	}
}

func TestDeviceLayers(t *testing.T) {
	d, dir := device(t, newMachine()), t.TempDir()
	d.NoAnchors = true
	table, err := d.Table(t.Context(), []int{160, 224}, dir, nil)
	if err != nil || !slices.Equal(table.Resolutions(), []int{160, 224}) || len(table.Missing(d.Space, 224)) != 0 || table.Device != "sim-b1" {
		t.Fatalf("%v", err)
	}
	if len(table.Rows[160]) != len(lut.Layers(d.Space, 160)) {
		t.Errorf("%d rows", len(table.Rows[160]))
	}
	d.Layer = nil
	if _, err := d.Layers(t.Context(), 160, filepath.Join(dir, "none"), nil); err == nil || !strings.Contains(err.Error(), "can't measure layers alone") {
		t.Errorf("a program for whole networks: %v", err)
	}
}

// A device is locked for the whole run or in turns, and not at all without a file.
func TestDeviceLocks(t *testing.T) {
	m, dir := newMachine(), t.TempDir()
	d := device(t, m)
	d.LockFile = filepath.Join(dir, "lock")
	archs, _ := measure.Sample(d.Space, 1, 2)
	release, err := measure.Lock(t.Context(), d.LockFile, measure.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Nets(t.Context(), archs, 1, filepath.Join(dir, "a"), nil); err == nil || !strings.Contains(err.Error(), "another measurement has the device") || m.total > 0 {
		t.Errorf("while another measures: %v, %d runs", err, m.total)
	}
	d.TakeTurns = true
	d.Config.Compilers = 1
	locked := false
	m.ms = func(string, int) (float64, error) {
		if !locked {
			_, err := measure.Lock(t.Context(), d.LockFile, measure.Now)
			locked = err != nil
		}
		return 1, nil
	}
	release()
	if _, err := d.Nets(t.Context(), archs, 1, filepath.Join(dir, "b"), nil); err != nil || !locked {
		t.Errorf("in turns: %v, locked while timing: %v", err, locked)
	}
	if q, err := d.Check(t.Context(), 3); err != nil || len(q.Units) != 4 || q.CV != 0 {
		t.Errorf("check: %+v, %v", q, err)
	}
}

func TestNormaliserFaults(t *testing.T) {
	d, dir := device(t, newMachine()), t.TempDir()
	archs, _ := measure.Sample(d.Space, 1, 2)
	path := filepath.Join(dir, "with")
	j, err := d.Nets(t.Context(), archs, 1, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for by, suffix := range map[string]string{"": "", measure.OwnAnchors: "-normalised", path: "-normalised"} {
		normalise, err := d.Normaliser(by)
		if err != nil || normalise(j).Header.Device != "sim-b1"+suffix {
			t.Errorf("by %q: %v", by, err)
		}
	}
	rubbish := filepath.Join(dir, "rubbish")
	if err := os.WriteFile(rubbish, []byte("x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	other := device(t, newMachine())
	other.Header.Device = "other-b1"
	for want, by := range map[string]string{"no such file": filepath.Join(dir, "none"), "rubbish:1": rubbish, "want anchors of other-b1": path} {
		if _, err := other.Normaliser(by); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", by, err, want)
		}
	}
}

func TestReadArchs(t *testing.T) {
	s := spacetest.ByID(t, "mbv3-w1.0")
	a, b := s.Smallest(), s.Largest()
	archs, err := measure.ReadArchs(strings.NewReader(a.String()+"\n"+b.String()+"\n"+a.String()+"\n"), "f", s, dataset.Options{})
	if err != nil || !slices.Equal(archs, []space.Arch{a, b}) {
		t.Errorf("%v, %v", archs, err)
	}
	if _, err := measure.ReadArchs(bytes.NewReader(nil), "f", s, dataset.Options{}); err == nil || !strings.HasPrefix(err.Error(), "f: ") {
		t.Errorf("nothing: %v", err)
	}
	if _, err := measure.ReadArchs(strings.NewReader("r160 d222221 k33-33-33-33-33-3 e33-33-33-33-33-3\n"), "f", s, dataset.Options{}); err == nil || !strings.Contains(err.Error(), "f: ") {
		t.Errorf("another space's: %v", err)
	}
}
