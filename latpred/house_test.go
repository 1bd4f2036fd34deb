package latpred_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ofalat/ofalat"

// rule says that no package of a part may import, itself or through another of
// our packages, one that starts with a forbidden path; `direct` rules look at
// the package's own imports alone.
type rule struct {
	name      string
	applies   func(pkg string) bool
	forbidden []string
	direct    bool
}

var rules = []rule{
	{name: "the contract stands on space alone", direct: true, applies: func(pkg string) bool { return pkg == module+"/latpred" },
		forbidden: []string{module + "/latpred/encode", module + "/latpred/dataset", module + "/latpred/mlp", module + "/latpred/pass",
			module + "/latpred/modelfile", module + "/latpred/conformal", module + "/latpred/metric"}},
	{name: "no family of predictors knows another's maker, or the catalog", direct: true,
		applies:   within("latpred/neural", "latpred/additive", "latpred/fewshot", "latpred/transfer", "latpred/pass"),
		forbidden: []string{module + "/latpred/catalog", module + "/latpred/hardware", module + "/latpred/adapt", module + "/latpred/export"}},
	{name: "sets know no tables and no predictors", applies: within("latpred/dataset"),
		forbidden: []string{module + "/latpred/lut", module + "/latpred/pass", module + "/latpred/upstream", module + "/latpred/audit"}},
	{name: "networks are numbers", applies: within("latpred/mlp"),
		forbidden: []string{module + "/latpred/dataset", module + "/latpred/space", module + "/latpred/encode"}},
	{name: "latpred never knows the lab", applies: within("latpred"),
		forbidden: []string{module + "/kernelext", "github.com/janpfeifer/gonb"}},
	{name: "kernelext never knows predictors", applies: within("kernelext"),
		forbidden: []string{module + "/latpred", "github.com/gomlx"}},
	{name: "graph code lives in mlp and measure, plugins in backend, ONNX in onnx", direct: true,
		applies:   not(within("latpred/mlp", "latpred/measure", "latpred/backend", "latpred/onnx")),
		forbidden: []string{"github.com/gomlx"}},
	{name: "gonbui lives in kernelext", direct: true, applies: not(within("kernelext")),
		forbidden: []string{"github.com/janpfeifer/gonb"}},
	{name: "plots live in figure, kernelext and lab", direct: true,
		applies:   not(within("latpred/figure", "latpred/experiment", "kernelext", "notebooks/lab")),
		forbidden: []string{"gonum.org/v1/plot"}},
	{name: "NATS lives in pool/broker", direct: true, applies: not(within("latpred/pool/broker")),
		forbidden: []string{"github.com/nats-io"}},
	{name: "the plain packages stay plain Go",
		applies: within("latpred/random", "latpred/space", "latpred/encode", "latpred/metric",
			"latpred/hpo", "latpred/journal", "latpred/nas", "latpred/lut", "latpred/dataset",
			"latpred/ridge", "latpred/pass", "latpred/conformal", "latpred/fewshot", "latpred/transfer", "latpred/boost",
			"latpred/gpu", "latpred/sparse", "latpred/tensor", "latpred/modelfile", "latpred/audit", "latpred/additive", "latpred/pytorch", "latpred/upstream"),
		forbidden: []string{"github.com/gomlx", "gonum.org/v1/plot", module + "/latpred/mlp",
			module + "/latpred/backend", module + "/latpred/experiment"}},
	{name: "loops knows only numbers", applies: within("latpred/loops"),
		forbidden: []string{module + "/latpred/space", module + "/latpred/mlp", module + "/latpred/backend", module + "/latpred/encode", module + "/latpred/tensor", "github.com/gomlx"}},
	{name: "sparse rows and tensors are below all else", applies: within("latpred/sparse", "latpred/tensor"),
		forbidden: []string{module, "github.com/gomlx"}},
	{name: "nothing but the command measures itself",
		applies:   not(within("latpred/bench", "latpred/cmd")),
		forbidden: []string{module + "/latpred/bench"}},
	{name: "space is the ground floor", applies: within("latpred/space"),
		forbidden: []string{module + "/latpred/encode", module + "/latpred/dataset", module + "/latpred/lut"}},
	{name: "encode stands on space alone", applies: within("latpred/encode"),
		forbidden: []string{module + "/latpred/dataset", module + "/latpred/lut", module + "/latpred/loops", module + "/latpred/tensor"}},
	{name: "plumbing knows nothing about latency", applies: within("internal", "latpred/journal", "latpred/atomicfile", "latpred/textfile", "latpred/sheet"),
		forbidden: []string{module + "/latpred/space", module + "/latpred/dataset", module + "/kernelext"}},
	{name: "hpo knows nothing about latency", applies: within("latpred/hpo"),
		forbidden: []string{module + "/latpred/space", module + "/latpred/dataset"}},
}

// TestHouse holds the arrows of the house against the imports of the code.
func TestHouse(t *testing.T) {
	deps, direct := imports(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, v := range r.violations(deps, direct) {
				t.Error(v)
			}
		})
	}
}

// TestHouseRulesCanFail gives each rule a package that breaks it.
func TestHouseRulesCanFail(t *testing.T) {
	parts := []string{"latpred", "latpred/space", "latpred/dataset", "latpred/mlp", "latpred/neural", "latpred/encode", "latpred/hpo", "latpred/loops", "latpred/sparse", "latpred/journal", "kernelext"}
	for _, r := range rules {
		bad := map[string][]string{}
		for _, p := range parts {
			bad[module+"/"+p] = r.forbidden[:1]
		}
		if len(r.violations(bad, bad)) == 0 {
			t.Errorf("rule %q finds nothing wrong with packages that import %s", r.name, r.forbidden[0])
		}
	}
}

func (r rule) violations(deps, direct map[string][]string) []string {
	graph := deps
	if r.direct {
		graph = direct
	}
	var out []string
	for pkg, imported := range graph {
		if !r.applies(pkg) {
			continue
		}
		for _, imp := range imported {
			if slices.ContainsFunc(r.forbidden, func(f string) bool { return under(imp, f) }) {
				out = append(out, pkg+" imports "+imp)
			}
		}
	}
	slices.Sort(out)
	return out
}

// imports lists, for each package of the module, all it depends on and what it
// imports itself.
func imports(t *testing.T) (deps, direct map[string][]string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}}|{{join .Deps " "}}|{{join .Imports " "}}`, module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps, direct = map[string][]string{}, map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "|")
		deps[f[0]], direct[f[0]] = strings.Fields(f[1]), strings.Fields(f[2])
	}
	if len(deps) < 5 {
		t.Fatalf("go list found %d packages", len(deps))
	}
	return deps, direct
}

func under(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

func within(parts ...string) func(string) bool {
	return func(pkg string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return under(pkg, module+"/"+p) })
	}
}

func not(f func(string) bool) func(string) bool {
	return func(pkg string) bool { return !f(pkg) }
}
