package measure_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The file's name reaches the command as one word, whatever the folder of temporary files
// is called and however {} is quoted; nothing in it is run.
func TestForeignQuotes(t *testing.T) {
	for _, name := range []string{"plain", "a b", "it's", `say "x"`, "$HOME", "$(touch ran)", "`touch ran`", "a;touch ran;b", "a&b|c>d", "back\\slash", "*?[a]", "~", "#x", "-n", "new\nline", "{}"} {
		at := t.TempDir()
		t.Chdir(at)
		dir := filepath.Join(at, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Setenv("TMPDIR", dir)
		for _, command := range []string{
			`test -s {} && echo 5`, `test -s "{}" && echo 5`, `test -s '{}' && echo 5`, `test -s ""{}'' && echo 5`,
			`x={}; test -s "$x" && echo 5`, `x="$(cat {})"; test -n "$x" && echo 5`, `x="$(cat '{}')"; test -n "$x" && echo 5`, `(test -s {}) && echo 5`,
			`echo "it's" >&2; test -s {} && echo 5`, `echo \' >&2; test -s {} && echo 5`, `echo 'a"' >&2; test -s "{}" && echo 5`, `cat < {} > /dev/null && test -s {} && echo 5`,
		} {
			if ms, err := foreign(t, command, time.Minute); err != nil || ms != 5 {
				t.Errorf("in %q: %s: %v %v", name, command, ms, err)
			}
		}
		if _, err := os.Stat(filepath.Join(at, "ran")); err == nil {
			t.Errorf("a part of %q was run", name)
		}
	}
}
