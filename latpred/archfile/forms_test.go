package archfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/space"
)

// written is OFA's dictionary of a network with its values in the words of a program: list
// writes one of them.
func written(text string, list func([]int) string) string {
	c := space.MustParse(text).OFA()
	return fmt.Sprintf("{'ks': %s, 'e': %s, 'd': %s, 'r': %s}", list(c.Kernels), list(c.Expands), list(c.Depths), list(c.Resolutions))
}

// each writes a list with a format for its elements.
func each(format, before, between, after string) func([]int) string {
	return func(list []int) string {
		var parts []string
		for _, n := range list {
			parts = append(parts, fmt.Sprintf(format, n))
		}
		return before + strings.Join(parts, between) + after
	}
}

// running writes only the slots that run of lists with one for each slot.
func running(text string, stages bool) string {
	a := space.MustParse(text)
	return written(text, func(list []int) string {
		if len(list) != a.Slots() {
			return each("%d", "[", ", ", "]")(list)
		}
		var parts []string
		for stage := range a.Stages() {
			first := a.Family.First(stage)
			part := each("%d", "[", ", ", "]")(list[first : first+a.Depth(stage)])
			if !stages {
				part = strings.Trim(part, "[]")
			}
			parts = append(parts, part)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	})
}

// Whoever wrote it, a network is the same.
func TestWriters(t *testing.T) {
	plain := written(first, each("%d", "[", ", ", "]"))
	quoted := strings.ReplaceAll(plain, "'", `\"`)
	for name, text := range map[string]string{
		"tuples":           written(first, each("%d", "(", ", ", ",)")),
		"NumPy 1":          written(first, each("%d", "array([", ", ", "], dtype=int32)")),
		"NumPy 2":          written(first, each("np.int64(%d)", "[", ", ", "]")),
		"np.array":         written(first, each("%d", "np.array([", ", ", "], dtype=np.int8)")),
		"NumPy's str":      written(first, each("%d", "[", " ", "]")),
		"PyTorch":          written(first, each("%d", "tensor([", ", ", "], device='cuda:0', dtype=torch.int32)")),
		"scalar tensors":   written(first, each("tensor(%d)", "[", ", ", "]")),
		"JAX":              written(first, each("%d", "Array([", ", ", "], dtype=int32)")),
		"floats":           written(first, each("%d.", "[", ", ", "]")),
		"exponents":        written(first, each("%de0", "[", ",", "]")),
		"batch of one":     written(first, each("%d", "[[", ", ", "]]")),
		"OrderedDict":      "OrderedDict(" + plain + ")",
		"pairs":            "collections.OrderedDict([" + strings.NewReplacer("{'", "('", "}", ")", ": [", ", [", "], '", "]), ('").Replace(plain) + "])",
		"dict":             strings.NewReplacer("{", "dict(", "}", ")", "'", "", ": ", "=").Replace(plain),
		"Namespace":        strings.NewReplacer("{", "Namespace(", "}", ")", "'", "", ": ", "=").Replace(plain),
		"defaultdict":      "defaultdict(<class 'list'>, " + plain + ")",
		"Python 2":         strings.ReplaceAll(plain, "'ks'", "u'ks'"),
		"JavaScript":       strings.ReplaceAll(plain, "'", ""),
		"in a text":        `"` + quoted + `"`,
		"keys":             `{"` + quoted + `": 0.76}`,
		"search":           "(0.81, " + plain + ", 24.7)",
		"search as JSON":   "[0.81, " + plain + ", 24.7]",
		"assigned":         "net_config = " + plain,
		"in a log":         "Found best architecture: " + plain,
		"numbered":         "0: " + plain,
		"list of one":      "[" + plain + "]",
		"nested":           "{'archs': [" + plain + "]}",
		"size apart":       "{'net_config': " + strings.Replace(plain, ", 'r': [208]", "", 1) + ", 'image_size': 208}",
		"img_size":         strings.Replace(plain, "'r'", "'img_size'", 1),
		"height and width": strings.Replace(plain, "'r': [208]", "'resolution': (208, 208)", 1),
		"running slots":    running(first, false),
		"stage by stage":   running(first, true),
		"text":             "'" + first + "'",
		"commented":        first + " # (the best; it's mine",
		"measure's JSON":   `{"arch": "` + first + `", "space": "mbv3-w1.2", "batch": 1, "choices": [0], ` + plain[1:],
	} {
		got, err := read("\n"+text+"\n", "nets", archfile.Options{})
		if err != nil || len(got) != 1 || !strings.HasSuffix(got[0], " "+first) {
			t.Errorf("%s: %q, %v, want %s", name, got, err, first)
		}
		if !archfile.Is([]byte(text)) && !strings.HasPrefix(text, "'") && !strings.HasPrefix(text, `"`) {
			t.Errorf("%s: not taken for networks", name)
		}
	}
}

// What other spaces' programs write is named, and never a network of ours.
func TestOtherSpaces(t *testing.T) {
	for text, want := range map[string]string{
		"{'d': [0, 1, 2, 0, 1], 'e': [0.25, 0.35], 'w': [0, 1], 'image_size': 224}":                          "a network of OFA-ResNet50 (keys d, e, w)",
		"{'d': [0, 1, 2, 0, 1], 'e': [0.25, 0.35], 'ks': None, 'r': 224}":                                    "a network of OFA-ResNet50 (expansions below 1)",
		`{"resolution": 224, "width": [16], "depth": [1], "kernel_size": [3], "expand_ratio": [1]}`:          "a network of AttentiveNAS, AlphaNet or BigNAS",
		`[{"matrix": [[0, 1], [0, 0]], "ops": ["input", "output"]}]`:                                         "a network of NAS-Bench-101",
		`{"encoder": {"encoder_embed_dim": 512}, "decoder": {}}`:                                             "a network of HAT",
		`{"name": "ResNets", "input_stem": [], "blocks": [{"name": "ResNetBottleneckBlock"}]}`:               "a network of OFA-ResNet50 (layers of ResNets)",
		`{"name": "MobileNetV2", "first_conv": {"out_channels": 32}, "blocks": [{"name": "InvertedBlock"}]}`: "block 1 has no mobile_inverted_conv",
		"{'hidden': 128, 'layers': 4}":                                                                       "a dictionary with the keys hidden, layers: no network that is known",
	} {
		got, err := read(text, "nets", archfile.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "mbv3-w1.0") && !strings.Contains(want, "mobile") {
			t.Errorf("%s: %q, %v, want …%s… and the spaces that there are", text, got, err, want)
		}
	}
	if _, err := read(`{"arch": "`+first+`", "space": "proxyless-w1.3"}`, "nets", archfile.Options{}); err == nil || !strings.Contains(err.Error(), "space proxyless-w1.3 has networks of ofa-6") {
		t.Errorf("of another space than it says: %v", err)
	}
}
