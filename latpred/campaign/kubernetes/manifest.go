package kubernetes

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"text/template"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/campaign"
)

// maxConfig is what a ConfigMap can hold, in bytes, with room for the plan.
const maxConfig = 900 << 10

//go:embed manifest.yaml.tmpl
var manifestText string

var manifest = template.Must(template.New("manifest").Funcs(template.FuncMap{"json": quoted}).Parse(manifestText))

// keyForm is what a key of a ConfigMap looks like.
var keyForm = regexp.MustCompile(`^[-._a-zA-Z0-9]{1,253}$`)

// quoted writes a value as JSON, which is YAML too.
func quoted(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

// Manifest returns the objects for the shards of a plan, as a YAML stream. text is the plan
// as it was written, and networks the path of its file of networks, "" if it has none. It errs
// if the plan says too little for a cluster.
func Manifest(text []byte, networks string) ([]byte, error) {
	p, err := campaign.Read(text, "plan.yaml")
	if err != nil {
		return nil, err
	}
	if p.Kubernetes.Image == "" {
		return nil, fmt.Errorf("kubernetes.image: an image is wanted, whose entry point is latpred")
	}
	v := struct {
		*campaign.Plan
		PlanText string
		Key      string // of the networks
		Networks string // base64
		Claim    string
		AtOnce   int
	}{Plan: p, PlanText: string(text), Claim: p.Kubernetes.Claim, AtOnce: p.Kubernetes.AtOnce}
	if v.Claim == "" {
		v.Claim = p.Name
	}
	if v.AtOnce == 0 {
		v.AtOnce = p.Shards
	}
	if networks != "" {
		if v.Key = p.Networks.File; !keyForm.MatchString(v.Key) { // pods find it beside the plan
			return nil, fmt.Errorf("networks.file: %q: want a file beside the plan, with letters, digits and - _ . in its name", v.Key)
		}
		content, err := bounded.ReadFile(networks, maxConfig)
		if err != nil {
			return nil, fmt.Errorf("networks.file: %w: a ConfigMap holds no more; a sample needs no file", err)
		}
		v.Networks = base64.StdEncoding.EncodeToString(content)
	}
	var b bytes.Buffer
	if err := manifest.Execute(&b, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
