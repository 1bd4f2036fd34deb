package backend

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Flags are those that a plugin has: an unknown one would end the process.
func TestSettingsFlags(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	plugin := func(name, flags string) string {
		// The names lie across the border between two pieces of the file that are read.
		text := append(bytes.Repeat([]byte{0}, 8<<20-20), flags...)
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old := plugin("old.so", flagAutotune+" "+flagCache+" "+flagCacheMode)
	renamed := plugin("new.so", flagAutotune+" "+flagNewCache)
	none := plugin("none.so", "")
	for _, c := range []struct {
		settings      Settings
		plugin, had   string
		want, problem string
	}{
		{Settings{}, old, "", "", ""},
		{Settings{Autotune: "default"}, old, "--xla_a=1", "--xla_a=1", ""},
		{Settings{Autotune: "0"}, old, "--xla_a=1", "--xla_a=1 --" + flagAutotune + "=0", ""},
		{Settings{Autotune: "4", Cache: true}, old, "", "--" + flagAutotune + "=4 --" + flagCache + "=DIR --" + flagCacheMode + "=update", ""},
		{Settings{Cache: true}, renamed, "", "--" + flagNewCache + "=DIR", ""},
		{Settings{Cache: true}, old, "--" + flagCache + "=mine", "--" + flagCache + "=mine --" + flagCacheMode + "=update", ""},
		{Settings{Cache: true}, none, "", "", ""},
		{Settings{Autotune: "0"}, none, "", "", "has no flag"},
		{Settings{Autotune: "0"}, old, "--" + flagAutotune + "=4", "", "leave one of the two out"},
		{Settings{Autotune: "9"}, old, "", "", "there are default, 0"},
	} {
		got, err := c.settings.flags(c.plugin, c.had)
		if c.problem != "" {
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%+v: %v, want …%s…", c.settings, err, c.problem)
			}
			continue
		}
		if i := strings.Index(got, "=/"); i >= 0 { // the folder, which must exist
			folder, _, _ := strings.Cut(got[i+1:], " ")
			if info, err := os.Stat(folder); err != nil || !info.IsDir() {
				t.Errorf("%s: %v", folder, err)
			}
			got = strings.Replace(got, folder, "DIR", 1)
		}
		if err != nil || got != c.want {
			t.Errorf("%+v: %q, %v; want %q", c.settings, got, err, c.want)
		}
	}
}
