package run

import (
	"strings"
	"testing"
)

func TestCheckOfLanguages(t *testing.T) {
	for metadata, want := range map[string]string{ // "": it is Go
		`{}`:   "",
		`null`: "",
		`{"kernelspec":{"name":"latpred","language":"go"}}`:                                   "",
		`{"kernelspec":{"name":"gonb"}}`:                                                      "",
		`{"kernelspec":{"name":"gonb-dev","language":"Go"}}`:                                  "",
		`{"kernelspec":{"name":"gophernotes","language":"go"},"language_info":{"name":"go"}}`: "",
		`{"language_info":{"name":"go"}}`:                                                     "",
		`{"kernelspec":{"name":"gonb"},"language_info":{"name":"python"}}`:                    "", // what ran it last
		`{"kernelspec":null,"language_info":{"name":"golang"}}`:                               "",
		`{"kernelspec":{"name":"python3","language":"python"},"language_info":{"name":"go"}}`: `for python (kernel "python3")`,
		`{"kernelspec":{"name":"python3"},"language_info":{"name":"python"}}`:                 `for python (kernel "python3")`,
		`{"kernelspec":{"name":"python3"}}`:                                                   `for Python (kernel "python3")`,
		`{"kernelspec":{"name":"mine"}}`:                                                      `for another language (kernel "mine")`,
		`{"kernelspec":{"display_name":"Python 3 (ipykernel)"}}`:                              "for Python: this runs Go",
		`{"kernelspec":{"display_name":"Go"}}`:                                                "",
		`{"kernelspec":{"name":"ir","language":"R"}}`:                                         `for R (kernel "ir")`,
		`{"language_info":{"name":"julia"}}`:                                                  `for julia: this runs Go`,
		`{"kernelspec":{"name":".net-csharp","language":"C#"}}`:                               `for C# (kernel ".net-csharp")`,
		`{"kernelspec":{"name":"conda-root-py"},"language_info":{"name":"python"}}`:           `for python (kernel "conda-root-py")`,
	} {
		nb, err := ParseNotebook([]byte(`{"nbformat":4,"nbformat_minor":5,"cells":[],"metadata":` + metadata + `}`))
		if err != nil {
			t.Errorf("%s: %v", metadata, err)
			continue
		}
		switch err := nb.Check(); {
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want …%s…", metadata, err, want)
		}
	}
}

func TestCheckOfCells(t *testing.T) {
	for cell, want := range map[string]string{
		`{"cell_type":"code","source":"%%\n","metadata":{"vscode":{"languageId":"shellscript"}}}`:  "cell 1 is in shellscript",
		`{"cell_type":"code","source":"%%\n","metadata":{"vscode":{"languageId":"go"}}}`:           "",
		`{"cell_type":"code","source":"","metadata":{"dotnet_interactive":{"language":"fsharp"}}}`: "cell 1 is in fsharp",
		`{"cell_type":"markdown","source":"","metadata":{"vscode":{"languageId":"markdown"}}}`:     "",
		`{"cell_type":"code","source":["%%\n","<<<<<<< HEAD\n","x\n","=======\n"]}`:                "cell 1 has a merge conflict",
		`{"cell_type":"code","source":"%%\nfmt.Println(\"<<<<<<< HEAD\")"}`:                        "",
		`{"cell_type":"code","source":"import numpy as np\nprint(np.arange(3))"}`:                  "cell 1 looks like Python",
		`{"cell_type":"code","source":"from torch import nn"}`:                                     "cell 1 looks like Python",
		`{"cell_type":"code","source":"import \"fmt\"\n\n%%\nfmt.Println(1)"}`:                     "",
		`{"cell_type":"markdown","source":"","metadata":{"nbdime-conflicts":{"local_diff":[]}}}`:   "nbdime has left",
		`{"cell_type":"markdown","source":"Git writes\n\n<<<<<<< HEAD\n\nthere."}`:                 "",
	} {
		nb, err := ParseNotebook([]byte(`{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[` + cell + `]}`))
		if err != nil {
			t.Errorf("%s: %v", cell, err)
			continue
		}
		switch err := nb.Check(); {
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want …%s…", cell, err, want)
		}
	}
}

// A notebook for another language is refused before any kernel starts.
func TestAnotherLanguageDoesNotRun(t *testing.T) {
	path := notebook(t, "one")
	nb, err := ReadNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	nb.Metadata["kernelspec"] = map[string]any{"name": "python3", "display_name": "Python 3", "language": "python"}
	content, err := nb.Content()
	if err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, content); err != nil {
		t.Fatal(err)
	}
	reports, err := All(t.Context(), []string{path}, Options{Launch: Launch{Path: "/nowhere/kernel"}, Out: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "for python (kernel \"python3\"): this runs Go") || reports[0].OK {
		t.Errorf("%v, %+v", err, reports[0])
	}
	found, err := Lint(path)
	if err != nil || len(found) != 1 || !strings.Contains(found[0], "for python") {
		t.Errorf("check says %q, %v", found, err)
	}
}
