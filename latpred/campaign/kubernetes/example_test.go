package kubernetes_test

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/campaign/kubernetes"
)

// What a plan becomes: a ConfigMap with the plan, a claim for the journals, and a job with an
// index for each shard.
func ExampleManifest() {
	text, err := kubernetes.Manifest([]byte(`
name: lab
networks: {sample: 48}
shards: 4
kubernetes: {image: registry.example/latpred:1}
`), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "kind:") || strings.Contains(line, "completions:") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// kind: ConfigMap
	// kind: PersistentVolumeClaim
	// kind: Job
	// completions: 4
}
