package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
	"github.com/ofalat/ofalat/internal/shell"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/posener/complete"
	"github.com/willabides/kongplete"
)

type completionCmd struct {
	Shell string `arg:"" optional:"" enum:"bash,zsh,fish," default:"" help:"bash, zsh or fish (default: that of $SHELL)."`
}

// Run prints what makes a shell ask this program for completions, see answerShell.
func (c *completionCmd) Run(out *output) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	script, err := completionScript(cmp.Or(c.Shell, filepath.Base(os.Getenv("SHELL"))), program)
	out.Printf("%s", script)
	return err
}

// completionScript is for a shell, whose completion calls a program.
func completionScript(name, program string) (string, error) {
	command := shell.Quote(program) // the shell reads it when it completes, and before that as a word
	switch name {
	case "bash":
		return "complete -o default -C " + shell.Quote(command) + " latpred\n", nil
	case "zsh":
		return "autoload -U +X bashcompinit && bashcompinit\ncomplete -o default -C " + shell.Quote(command) + " latpred\n", nil
	case "fish":
		command = strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(command)
		return "complete -c latpred -a '(env COMP_LINE=(commandline -cp) " + command + ")'\n", nil
	}
	return "", fmt.Errorf("completion for the shell %q is not known: name bash, zsh or fish", name)
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
