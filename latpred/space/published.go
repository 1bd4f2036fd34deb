package space

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed published.csv
var publishedCSV string

// PublishedNet is a specialised network that OFA's authors released, with the
// figures that its name and OFA's README give.
type PublishedNet struct {
	Name           string // "note10@30ms"
	Space          *Space
	Arch           Arch
	LatencyMs      float64 // on the device in the name; 0 for networks found under a limit on operations
	Top1, Top5     float64 // ImageNet accuracy, percent
	FineTuneEpochs int     // epochs of training after extraction from the supernet
	MACs, Params   int64   // counted from the released configuration
}

// Published lists the fifty specialised networks of OFA's README, from the MobileNetV3
// and ProxylessNAS spaces. The list is shared: don't change it.
func Published() []PublishedNet { return published() }

var published = sync.OnceValue(func() []PublishedNet {
	rows, err := csv.NewReader(strings.NewReader(publishedCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("space: published.csv: %v", err))
	}
	number := func(text string) float64 {
		if text == "" {
			return 0
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			panic(fmt.Sprintf("space: published.csv: %v", err))
		}
		return v
	}
	var nets []PublishedNet
	for _, row := range rows[1:] {
		s, err := ByID(row[1])
		if err != nil {
			panic(fmt.Sprintf("space: published.csv: %v", err))
		}
		nets = append(nets, PublishedNet{
			Name: row[0], Space: s, Arch: MustParse(row[2]), LatencyMs: number(row[3]),
			Top1: number(row[4]), Top5: number(row[5]), FineTuneEpochs: int(number(row[6])),
			MACs: int64(number(row[7])), Params: int64(number(row[8])),
		})
	}
	return nets
})
