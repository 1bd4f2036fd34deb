package latpred_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// renderRooms writes layers as a list of rooms with purposes and arrows.
func renderRooms(layers []layer, house map[string]room) string {
	var b strings.Builder
	for i, l := range layers {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(l.name + "\n")
		for _, path := range l.rooms {
			fmt.Fprintf(&b, "  %s\n", path)
			wrap(&b, "      ", strings.Fields(house[path].purpose))
			wrap(&b, "      → ", house[path].imports)
		}
	}
	return b.String()
}

// wrap writes words in lines of at most 110 bytes, each behind prefix.
func wrap(b *strings.Builder, prefix string, words []string) {
	line := ""
	for i, word := range words {
		line += " " + word
		if i+1 == len(words) || len(prefix)+len(line)+len(words[i+1]) > 110 {
			b.WriteString(prefix + strings.TrimPrefix(line, " ") + "\n")
			line = ""
		}
	}
}

// floorColours are those of the floors in the picture, from the top.
var floorColours = []string{"#fde2cf", "#ffffff", "#d8ecf8", "#d5efe3", "#f6e4ee", "#fdf0cc", "#e6e6e6"}

// renderPicture draws the rooms of latpred and data as a Mermaid flow chart, floors by
// their colours. Left out are test suites, which end in "test", and arrows where others
// lead to the same room: with them what is drawn says the same.
func renderPicture(layers []layer, house map[string]room) string {
	inside := func(path string) bool {
		return (under(path, "latpred") || path == "data") && !strings.HasSuffix(path, "test")
	}
	id := strings.NewReplacer("/", "_").Replace
	var arrows strings.Builder
	used := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(house)) {
		for _, to := range direct(house, path) {
			if inside(path) && inside(to) {
				fmt.Fprintf(&arrows, "  %s --> %s\n", id(path), id(to))
				used[path], used[to] = true, true
			}
		}
	}
	var b strings.Builder
	b.WriteString("%%{init: {\"flowchart\": {\"nodeSpacing\": 14, \"rankSpacing\": 40}}}%%\nflowchart TB\n")
	for i, l := range layers {
		fmt.Fprintf(&b, "  classDef floor%d fill:%s,stroke:#888,color:#222\n", i+1, floorColours[i%len(floorColours)])
		for _, path := range l.rooms {
			if used[path] {
				fmt.Fprintf(&b, "  %s[\"%s\"]:::floor%d\n", id(path), strings.TrimPrefix(path, "latpred/"), i+1)
			}
		}
	}
	return b.String() + arrows.String()
}

// direct are the imports of a package that none of its other imports leads to.
func direct(house map[string]room, path string) (arrows []string) {
	for _, to := range house[path].imports {
		around := slices.ContainsFunc(house[path].imports, func(other string) bool { return other != to && leads(house, other, to) })
		if !around {
			arrows = append(arrows, to)
		}
	}
	return arrows
}

// leads reports whether arrows lead from one package to another.
func leads(house map[string]room, from, to string) bool {
	return slices.ContainsFunc(house[from].imports, func(next string) bool { return next == to || leads(house, next, to) })
}

// TestArchitectureCanFail gives a small house every fault, and none.
func TestArchitectureCanFail(t *testing.T) {
	house := map[string]room{
		"top":    {"Package top commands.", []string{"ground", "middle"}},
		"middle": {"Package middle works.", []string{"ground"}},
		"ground": {"Package ground stands.", nil},
	}
	const good = "Above\n  top\n      Package top commands.\n      → ground middle\n\n" +
		"Below\n  middle\n      Package middle works.\n      → ground\n  ground\n      Package ground stands.\n"
	layers, drawn := parseRooms(good)
	if found := differences(layers, drawn, house); len(found) > 0 || renderRooms(layers, house) != good {
		t.Errorf("a right page: %v\n%s", found, renderRooms(layers, house))
	}
	for _, c := range []struct{ old, new, want string }{
		{"→ ground middle", "→ middle", "an arrow is missing: top → ground"},
		{"→ ground\n", "→ ground top\n", "an arrow that is not in the code: middle → top"},
		{"  ground\n", "  cellar\n", "no room for package ground"},
		{"  ground\n", "  ground\n  cellar\n", "a room without a package: cellar"},
		{"  top\n", "  ground\n  top\n", "ground is in two layers"},
		{"Below\n  middle", "Below\n  lone\n\nUnder\n  middle", "a room without a package: lone"},
	} {
		layers, drawn := parseRooms(strings.Replace(good, c.old, c.new, 1))
		if found := differences(layers, drawn, house); !slices.Contains(found, c.want) {
			t.Errorf("%q in place of %q: %q, want %q", c.new, c.old, found, c.want)
		}
	}
	upside, drawn := parseRooms("Above\n  ground\n\nBelow\n  top\n      → ground middle\n  middle\n      → ground\n")
	if found := differences(upside, drawn, house); !slices.Contains(found, "top (Below) imports ground, which is above it (Above)") {
		t.Errorf("arrows that go up: %q", found)
	}
	silent := maps.Clone(house)
	silent["ground"] = room{}
	if found := differences(layers, drawn, silent); !slices.Contains(found, "no comment says what package ground is for") {
		t.Errorf("a package without a comment: %q", found)
	}
	picture := renderPicture([]layer{{"One", []string{"latpred/top"}}, {"Two", []string{"latpred/middle", "latpred/suitetest", "data"}}}, map[string]room{
		"latpred/top": {"Commands.", []string{"data", "latpred/middle", "latpred/suitetest"}}, "latpred/middle": {"Works.", []string{"data"}},
		"latpred/suitetest": {"Tests.", nil}, "data": {"Stands.", nil},
	})
	for part, want := range map[string]bool{"latpred_top --> latpred_middle": true, "latpred_top --> data": false, "suitetest": false,
		`latpred_top["top"]:::floor1`: true, `data["data"]:::floor2`: true} {
		if strings.Contains(picture, part) != want {
			t.Errorf("%q: want %v in\n%s", part, want, picture)
		}
	}
	house["new"] = room{"Package new is new.", []string{"middle"}}
	if placed := placeRooms(layers, house); !slices.Equal(placed[1].rooms, []string{"middle", "ground", "new"}) {
		t.Errorf("a new room: %v", placed)
	}
}
