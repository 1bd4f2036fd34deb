package space_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/literal"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

const described = "r192 d43223 k3533-737-53-33-777 e4464-463-36-66-364"

// genes writes a network of OFA5 as Python's print does; number formats one number.
func genes(a space.Arch, number string) string {
	list := func(of []int) string {
		var parts []string
		for _, n := range of {
			parts = append(parts, fmt.Sprintf(number, n))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	c := a.OFA()
	return fmt.Sprintf("'ks': %s, 'e': %s, 'd': %s", list(c.Kernels), list(c.Expands), list(c.Depths))
}

func TestDescribe(t *testing.T) {
	want := space.MustParse(described)
	plain := genes(want, "%d")
	for _, text := range []string{
		"{'wid': None, " + plain + ", 'r': [192]}",
		"{'wid': nan, " + plain + ", 'r': [192]}",
		"{" + genes(want, "np.int64(%d)") + ", 'r': np.int64(192)}",
		"{" + genes(want, "%d.0") + ", 'image_size': [192.0]}",
		"{" + strings.NewReplacer("[", "array([", "]", "], dtype=int64)").Replace(plain) + ", 'r': (192,)}",
		"{" + strings.NewReplacer("[", "tensor([[", "]", "]], device='cuda:0')").Replace(plain) + ", 'r': 192, 'image_size': [192]}",
		"OrderedDict([('x', 1), ('config', {" + plain + ", 'r': 192})])",
		`{"arch": "` + described + `", "latency_ms": 5, "ofa": {` + plain + `, 'r': 192}}`,
		"{'arch': {" + plain + "}, 'r': 192}",
		"'" + described + "'",
	} {
		if got, err := space.Parse(text); err != nil || got != want {
			t.Errorf("%.60s…: %v, %v, want %v", text, got, err, want)
		}
	}
	for text, reason := range map[string]string{
		"{" + plain + ", 'r': 176, 'image_size': 224}":                   "r is 176 and image_size is 224",
		"{" + plain + ", 'r': [192, 224]}":                               "r has 2 elements, want one",
		"{" + plain + ", 'r': 192, 'd': 2}":                              `key "d" is there twice`,
		"{'arch': '" + described + "', 'ks': 3, 'e': 3, 'd': 2}":         "ks, e and d and arch are different networks",
		"{'arch': '" + described + "', 'r': 224}":                        "resolution 224 in r, and 192 in arch",
		"{'d': [2, 1], 'e': [.35, .2], 'w': [2, 0], 'r': 224}":           "OFA-ResNet50 (keys d, e, w): that space is not among those there are: mbv3-w1.0, ",
		"{" + plain + ", 'w': [0, 1], 'r': 192}":                         "OFA-ResNet50 (keys d, e, w)",
		"{'encoder': {'layers': 3}}":                                     "a dictionary with the keys encoder: no network that is known; want OFA's keys",
		strings.Replace("{"+plain+", 'r': 192}", "5", "None", 1):         "ks[1] is null, want one of [3 5 7]",
		strings.Replace("{"+plain+", 'r': 192}", "'e': [4", "'e':[0", 1): "e[0] is 0, want one of [3 4 6]",
		"{" + plain + ", 'r': 192, 'wid': [1]}":                          `key "wid" must be null`,
		"{" + plain + ", 'r': 192, 'wid': 1.2}":                          `key "wid" must be null`,
	} {
		got, err := space.Parse(text)
		var mistake *space.ParseError
		if !errors.As(err, &mistake) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, %v, want …%s…", text, got, err, reason)
		}
	}
}

// netConfig writes the layers of a network as OFA's code does in net.config.
func netConfig(s *space.Space, a space.Arch) string {
	var blocks []string
	other := map[space.Kind]string{}
	boolean := map[bool]string{true: "true", false: "false"}
	for _, l := range s.Layers(a) {
		switch l.Kind {
		case space.FixedBlock, space.Block:
			shortcut := "null"
			if l.Shortcut {
				shortcut = `{"name": "IdentityLayer"}`
			}
			blocks = append(blocks, fmt.Sprintf(`{"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", `+
				`"in_channels": %d, "out_channels": %d, "kernel_size": %d, "stride": %d, "expand_ratio": %d, "mid_channels": %d, "act_func": %q, "use_se": %s}, "shortcut": %s}`,
				l.In, l.Out, l.Kernel, l.Stride, l.Expand, l.Mid, l.Activation, boolean[l.SE > 0], shortcut))
		case space.Classifier:
			other[l.Kind] = fmt.Sprintf(`{"in_features": %d, "out_features": %d}`, l.In, l.Out)
		default:
			other[l.Kind] = fmt.Sprintf(`{"in_channels": %d, "out_channels": %d}`, l.In, l.Out)
		}
	}
	if other[space.HeadExpand] == "" {
		other[space.HeadExpand] = "null"
	}
	return fmt.Sprintf("{\"name\": \"%s\",\n\"first_conv\": %s,\n\"blocks\": [\n%s],\n\"final_expand_layer\": %s, \"feature_mix_layer\": %s, \"classifier\": %s}",
		map[*space.Family]string{space.OFA5: "MobileNetV3", space.OFA6: "ProxylessNASNets"}[s.Family],
		other[space.Stem], strings.Join(blocks, ",\n"), other[space.HeadExpand], other[space.FeatureMix], other[space.Classifier])
}

func TestDescribeLayers(t *testing.T) {
	for _, id := range []string{"mbv3-w1.0", "mbv3-w1.2", "proxyless-w1.3"} {
		s := mustSpace(t, id)
		for _, want := range []space.Arch{s.Smallest(), s.Largest(), s.Sample(random.Stream(3, id))} {
			d, err := space.ParseDescription(netConfig(s, want))
			want.Resolution = 0
			if err != nil || d.Arch != want || d.Space != s {
				t.Errorf("%s: %v in %v, %v, want %v", id, d.Arch, d.Space, err, want)
			}
		}
	}
	narrow, wide := mustSpace(t, "mbv3-w1.0"), mustSpace(t, "mbv3-w1.2")
	text := netConfig(narrow, space.MustParse(described))
	if _, err := wide.Parse(text); err == nil || !strings.Contains(err.Error(), "the channels are those of mbv3-w1.0, not of mbv3-w1.2") {
		t.Errorf("in another width: %v", err)
	}
	if _, err := space.Parse(text); err == nil || !strings.Contains(err.Error(), "no resolution") {
		t.Errorf("without a resolution: %v", err)
	}
	for _, c := range []struct{ old, new, reason string }{
		{`"kernel_size": 7`, `"kernel_size": 9`, "kernel_size of block 6 is 9, want one of [3 5 7]"},
		{`"expand_ratio": 4`, `"expand_ratio": 5`, "expand_ratio of block 2 is 5, want one of [3 4 6]"},
		{`"mid_channels": 64`, `"mid_channels": 60`, "mid_channels of block 2 is 60, want 64"},
		{`"use_se": true`, `"use_se": false`, "use_se of block 6 is false, want true"},
		{`"out_channels": 40`, `"out_channels": 48`, "in mbv3-w1.0, the nearest, block 6 has 48 channels, where stage 2 has 40"},
		{`"MobileNetV3"`, `"ProxylessNASNets"`, "in proxyless-w1.3, the nearest, first_conv has 16 channels, want 40"},
		{`"out_channels": 16}`, `"out_channels": 16, "act_func": "relu"}`, "act_func of first_conv is \"relu\", want \"h_swish\""},
		{`"name": "MBInvertedConvLayer"`, `"name": "ZeroLayer"`, "block 1 is a ZeroLayer, which no space has that there is"},
		{`"MobileNetV3"`, `"ResNets"`, "OFA-ResNet50 (layers of ResNets)"},
		{`"out_features": 1000`, `"out_features": 10`, "classifier has 10 channels, want 1000"},
	} {
		if _, err := space.ParseDescription(strings.Replace(text, c.old, c.new, 1)); err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v, want …%s…", c.new, err, c.reason)
		}
	}
}

func TestResolutionOf(t *testing.T) {
	for text, want := range map[string]int{"{}": 0, "{'r': None}": 0, "{'image_size': [224, 224]}": 224, "{'r': 192, 'resolution': [192]}": 192} {
		v, _ := literal.Parse(text)
		if got, _, err := space.ResolutionOf(v); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
}
