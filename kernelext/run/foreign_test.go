package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runReal executes cells in the real Jupyter kernel, in a notebook in a folder, and gives
// what each shows.
func runReal(t *testing.T, launch Launch, folder string, sources ...string) ([]string, *Notebook) {
	t.Helper()
	content, err := os.ReadFile(notebook(t, sources...))
	if err != nil {
		t.Fatal(err)
	}
	path, out := filepath.Join(folder, "n.ipynb"), t.TempDir()
	if err := writeFile(path, content); err != nil {
		t.Fatal(err)
	}
	if _, err := All(t.Context(), []string{path}, Options{Launch: launch, Jobs: 1, Limit: 2 * time.Minute, Out: out}); err != nil {
		t.Fatal(err)
	}
	nb, err := ReadNotebook(filepath.Join(out, "n.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	var shows []string
	for _, c := range nb.Cells[1:] {
		text := ""
		for _, o := range c.Outputs {
			text += o.Text + o.textOf("text/html") + o.textOf("text/markdown")
		}
		shows = append(shows, text)
	}
	return shows, nb
}

// Later cells update what an earlier one shows, also from a goroutine; nothing that package
// gonbui sends is lost.
func TestRealKernelUpdatesDisplaysElsewhere(t *testing.T) {
	launch, _ := realKernel(t)
	for range 3 {
		got, _ := runReal(t, launch, t.TempDir(),
			"import \"github.com/janpfeifer/gonb/gonbui\"\n\n%%\ngonbui.UpdateHTML(\"status\", \"<b>waiting</b>\")\ngonbui.UpdateMarkdown(\"text\", \"*before*\")",
			"%%\ngonbui.UpdateHTML(\"status\", \"<b>half-way</b>\")\nfmt.Println(\"second cell\")",
			"%%\ndone := make(chan bool)\ngo func() {\n\tgonbui.UpdateHTML(\"status\", \"<b>done</b>\")\n\tgonbui.UpdateMarkdown(\"text\", \"*after*\")\n\tclose(done)\n}()\n<-done\nfmt.Println(\"third cell\")")
		want := []string{"<b>done</b>*after*", "second cell\n", "third cell\n"}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("cells show %q, want %q", got, want)
		}
	}
}

// A notebook outside the module sees the module's packages, and those of a go.work and a
// go.mod beside it.
func TestRealKernelSeesModulesBeside(t *testing.T) {
	launch, _ := realKernel(t)
	both := "import (\n\t\"example.com/own/hello\"\n\t\"github.com/ofalat/ofalat/kernelext\"\n)\n\n%%\nkernelext.Text(hello.Hi())"
	files := map[string]string{
		"own/go.mod": "module example.com/own\n\ngo 1.24\n", "own/hello/hello.go": "package hello\n\nfunc Hi() string { return \"of their own\" }\n",
		"work/go.work": "go 1.24\n\nuse ../own\n", "own/notebooks/a.txt": "",
	}
	for _, folder := range []string{"work", "own/notebooks"} {
		got, _ := runReal(t, launch, filepath.Join(tree(t, files), folder), both)
		if !strings.Contains(got[0], ">of their own<") {
			t.Errorf("%s: %q", folder, got)
		}
	}
}

// Notebooks with commands that other users of GoNB write.
func TestRealKernelWithModuleCommands(t *testing.T) {
	launch, _ := realKernel(t)
	text := "import \"github.com/ofalat/ofalat/kernelext\"\n\n%%\nkernelext.Text(\"hello\")"
	for _, command := range []string{
		"%goworkfix",
		"!*go mod edit -replace \"github.com/ofalat/ofalat=" + launch.Module + "\"",
	} {
		got, _ := runReal(t, launch, t.TempDir(), command, text)
		if !strings.Contains(got[1], ">hello<") {
			t.Errorf("%s: %q", command, got)
		}
	}
}

// A display that can't be sent ends the cell: it is not lost in silence.
func TestRealKernelLostDisplayIsAnError(t *testing.T) {
	launch, dir := realKernel(t)
	k := start(t, launch, dir)
	cell := &Cell{Type: "code", Source: "import (\n\t\"github.com/janpfeifer/gonb/gonbui\"\n\t\"github.com/janpfeifer/gonb/gonbui/protocol\"\n)\n\n" +
		"type odd struct{ A int }\n\n%%\ngonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{\"text/plain\": odd{1}}})\ngonbui.DisplayHTML(\"never seen\")"}
	err := k.Execute(t.Context(), cell, time.Minute)
	if err == nil || !strings.Contains(err.Error()+cell.stderr(), "a display was lost") {
		t.Errorf("%v, %+v", err, cell.Outputs)
	}
}

// Modules that can't be compiled together: the error begins with the go command's reason.
func TestRealKernelNamesModulesThatDoNotFit(t *testing.T) {
	launch, _ := realKernel(t)
	t.Setenv("GOTOOLCHAIN", "local") // no other Go is looked for
	launch.Modules = []string{tree(t, map[string]string{"go.mod": "module example.com/new\n\ngo 1.999\n"})}
	_, err := Start(t.Context(), launch, t.TempDir())
	if err == nil {
		t.Fatal("it started")
	}
	if first, _, _ := strings.Cut(err.Error(), "\n"); !strings.Contains(first, "go.mod requires go >= 1.999") {
		t.Errorf("%v", err)
	}
}
