package card

import (
	"strconv"

	"github.com/goccy/go-yaml"
)

// metadata is the header of a model card of Hugging Face.
// A licence is for those who publish the file to choose. Source: huggingface/hub-docs, modelcard.md.
type metadata struct {
	Library  string   `yaml:"library_name"`
	Pipeline string   `yaml:"pipeline_tag"`
	Tags     []string `yaml:"tags"`
	Metrics  []string `yaml:"metrics,omitempty"`
	Index    []model  `yaml:"model-index,omitempty"`
}

type model struct {
	Name    string   `yaml:"name"`
	Results []result `yaml:"results"`
}

type result struct {
	Task    named   `yaml:"task"`
	Dataset named   `yaml:"dataset"`
	Metrics []value `yaml:"metrics"`
}

type named struct {
	Type string `yaml:"type"`
	Name string `yaml:"name"`
}

type value struct {
	Type  string  `yaml:"type"`
	Value float64 `yaml:"value"`
	Name  string  `yaml:"name"`
}

// header is the metadata as YAML.
func header(c *Card) (string, error) {
	m := metadata{
		Library: "ofalat", Pipeline: "tabular-regression",
		Tags: []string{"latency", "once-for-all", "neural-architecture-search", c.Space},
	}
	if j := c.Judged; j != nil {
		m.Metrics = []string{"mape", "mae"}
		m.Index = []model{{c.Name, []result{{
			named{"tabular-regression", "latency prediction"}, named{j.Data, j.Data},
			[]value{
				{"mape", digits(j.MAPE.Value / 100), "mean absolute percentage error, as a fraction"},
				{"mae", digits(j.MAE.Value), "mean absolute error, ms"},
				{"spearmanr", digits(j.Spearman), "Spearman's rank correlation"},
			},
		}}}}
	}
	b, err := yaml.Marshal(m)
	return string(b), err
}

// digits is a number with the five digits that matter.
func digits(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64) // it reads what it has written
	return v
}
