package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
	"github.com/posener/complete"
	"github.com/willabides/kongplete"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/space"
)

type completionCmd struct {
	Shell string `arg:"" optional:"" enum:"bash,zsh,fish," default:"" help:"bash, zsh or fish (default: that of $SHELL)."`
}

// Run prints what makes a shell ask this program for completions, see complete.
func (c *completionCmd) Run(out *output) error {
	if c.Shell == "" {
		c.Shell = filepath.Base(os.Getenv("SHELL"))
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	program = "'" + strings.ReplaceAll(program, "'", `'\''`) + "'"
	switch c.Shell {
	case "bash":
		out.Printf("complete -o default -C %s latpred\n", program)
	case "zsh":
		out.Printf("autoload -U +X bashcompinit && bashcompinit\ncomplete -o default -C %s latpred\n", program)
	case "fish":
		out.Printf("complete -c latpred -a '(env COMP_LINE=(commandline -cp) %s)'\n", strings.ReplaceAll(program, "'", `\'`))
	default:
		return fmt.Errorf("completion for the shell %q is not known: name bash, zsh or fish", c.Shell)
	}
	return nil
}

type manCmd struct{}

// Run prints the manual page of all commands.
func (c *manCmd) Run(parser *kong.Kong, out *output) error {
	out.Printf("%s", mangokong.NewManPage(1, parser.Model).Build(roff.NewDocument()))
	return nil
}

// answerShell prints completions if a shell asks for them, which it does by COMP_LINE, and
// reports whether it did. Flags that take names of what ships name their kind in the tag
// predictor.
func answerShell(parser *kong.Kong) (asked bool) {
	if os.Getenv("COMP_LINE") == "" {
		return false
	}
	kongplete.Complete(parser, kongplete.WithExitFunc(func(int) { asked = true }),
		kongplete.WithPredictor("name", named(catalog.Entries, func(e *catalog.Entry) string { return e.Name })),
		kongplete.WithPredictor("space", named(space.All, func(s *space.Space) string { return s.ID })))
	return asked
}

// named completes to the names of what is in a list, or to files.
func named[T any](list func() []T, name func(T) string) complete.Predictor {
	return complete.PredictOr(complete.PredictFunc(func(complete.Args) (names []string) {
		for _, v := range list() {
			names = append(names, name(v))
		}
		return names
	}), complete.PredictFiles("*"))
}
