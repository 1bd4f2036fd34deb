package campaign

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// PlanError says what is wrong with a plan, and where.
type PlanError struct {
	File         string
	Line, Column int    // from 1; 0: nowhere in particular
	Key          string // such as "protocol.group"; "": the text is no plan
	Reason       string
}

// Error gives file:line:column, the key and the reason.
func (e *PlanError) Error() string {
	text := e.File
	if e.Line > 0 {
		text += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	if e.Key != "" {
		text += ": " + e.Key
	}
	return text + ": " + e.Reason
}

// Read reads a plan from YAML, checks every field and fills in the defaults. Errors, of kind
// *PlanError, call the text name. A key that there is not is an error, and so is one that is
// written twice, an alias, and more than one document.
func Read(text []byte, name string) (*Plan, error) {
	if err := shallow(text, name); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, planError(err, name)
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, &PlanError{File: name, Reason: "want one document with the keys name, networks and so on"}
	}
	if n := ast.Filter(ast.AliasType, file.Docs[0].Body); len(n) > 0 {
		at := n[0].GetToken().Position
		return nil, &PlanError{File: name, Line: at.Line, Column: at.Column, Reason: "an alias, which plans don't have"}
	}
	var p Plan
	decoder := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := decoder.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return nil, planError(err, name)
	}
	p.setDefaults()
	if key, reason := p.check(); key != "" {
		line, column := position(file, key)
		return nil, &PlanError{File: name, Line: line, Column: column, Key: key, Reason: reason}
	}
	return &p, nil
}

// shallow errs if a text is so large, nests so deep or refers to itself in such ways that a
// parser would take long.
func shallow(text []byte, name string) error {
	if len(text) > maxPlan {
		return &PlanError{File: name, Reason: fmt.Sprintf("%d bytes, where a plan has at most %d", len(text), maxPlan)}
	}
	const deepest, longest = 64, 4096
	n := 0
	for line := range bytes.Lines(text) {
		n++
		marks := bytes.Count(line, []byte{'['}) + bytes.Count(line, []byte{'{'}) + bytes.Count(line, []byte("- ")) + bytes.Count(line, []byte("? "))
		indent := len(line) - len(bytes.TrimLeft(line, " "))
		if marks > deepest || indent > deepest || len(line) > longest {
			return &PlanError{File: name, Line: n, Column: 1, Reason: "a line that nests deeper, or is longer, than a plan's do"}
		}
	}
	if n > 1024 {
		return &PlanError{File: name, Reason: fmt.Sprintf("%d lines, where a plan has at most 1024", n)}
	}
	return nil
}

// planError is what the YAML library says, with its place.
func planError(err error, name string) error {
	e := &PlanError{File: name, Reason: err.Error()}
	var said yaml.Error
	if errors.As(err, &said) {
		e.Reason = strings.TrimSpace(said.GetMessage())
		if t := said.GetToken(); t != nil && t.Position != nil {
			e.Line, e.Column = t.Position.Line, t.Position.Column
		}
	}
	return e
}

// position is where a key is written; zeros where it is not.
func position(file *ast.File, key string) (line, column int) {
	for ; key != ""; key = key[:max(0, strings.LastIndexByte(key, '.'))] { // or else the key that it would be under
		path, err := yaml.PathString("$." + key)
		if err != nil {
			continue
		}
		n, err := path.FilterFile(file)
		if err != nil || n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
			continue
		}
		return n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	return 0, 0
}

// setDefaults fills in what was not given.
func (p *Plan) setDefaults() {
	p.Space = cmp.Or(p.Space, "mbv3-w1.0")
	p.Batch, p.Threads, p.Shards = cmp.Or(p.Batch, 1), cmp.Or(p.Threads, 1), cmp.Or(p.Shards, 1)
	if p.Networks.Sample > 0 {
		p.Networks.Seed = cmp.Or(p.Networks.Seed, 1)
	}
	p.Slurm.CPUs = cmp.Or(p.Slurm.CPUs, p.Threads)
	p.Slurm.Warning = cmp.Or(p.Slurm.Warning, 2*time.Minute)
	yes, six := true, 6
	p.Slurm.Requeue = cmp.Or(p.Slurm.Requeue, &yes)
	p.Kubernetes.Size = cmp.Or(p.Kubernetes.Size, "1Gi")
	p.Kubernetes.Access = cmp.Or(p.Kubernetes.Access, "ReadWriteMany")
	p.Kubernetes.Backoff = cmp.Or(p.Kubernetes.Backoff, &six)
	p.NATS.Replicas = cmp.Or(p.NATS.Replicas, 1)
}
