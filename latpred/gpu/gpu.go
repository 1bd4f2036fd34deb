// Package gpu holds the data sheets of graphics cards. All lists those that ship with the
// project, the paper's two among them; ByID finds one.
package gpu

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/data"
)

// Spec is a data sheet.
type Spec struct {
	ID            string  // "rtx2080ti"
	Name          string  // "RTX 2080 Ti"
	Generation    string  `json:",omitempty"` // "turing", "pascal", …; "": not known
	Cores         int     // CUDA cores
	RAMGB         float64 // gigabytes
	BandwidthGBs  float64 // memory bandwidth, gigabytes a second
	BoostMHz      float64 // boost clock, MHz
	FP32TFLOPS    float64 // peak float32 throughput, 10¹² operations a second
	L2MB          float64 // level-2 cache, megabytes; 0: not known
	Source        string  // where the figures come from
	AuthorsValues bool    // the paper's authors fed these figures to their network
}

// All lists the data sheets that ship with the project.
func All() []Spec { return slices.Clone(shipped()) }

var shipped = sync.OnceValue(func() []Spec {
	var list []Spec
	for _, row := range data.Table("gpus.csv") {
		list = append(list, Spec{
			ID: row["id"], Name: row["name"], Generation: row["generation"], Cores: int(row.Number("cuda_cores")), RAMGB: row.Number("ram_gb"),
			BandwidthGBs: row.Number("bandwidth_gb_per_s"), BoostMHz: row.Number("boost_mhz"), FP32TFLOPS: row.Number("fp32_tflops"),
			L2MB: row.Number("l2_mb"), Source: row["source"], AuthorsValues: row["authors_values"] == "true",
		})
	}
	return list
})

// ByID finds a data sheet by its ID; the error lists the known ones.
func ByID(id string) (Spec, error) {
	var ids []string
	for _, s := range shipped() {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return Spec{}, fmt.Errorf("no GPU %q: there are %s", id, strings.Join(ids, ", "))
}
