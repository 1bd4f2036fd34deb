package campaign_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/campaign"
)

// A plan says what is measured; a key that there is not is an error with its place.
func ExampleRead() {
	plan, err := campaign.Read([]byte(`
name: lab-gpus
networks: {sample: 48}
batch: 64
shards: 4
device: {labels: {gpu: A100}}
`), "plan.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Name, plan.Space, plan.Networks.Sample, "networks in", plan.Shards, "shards")
	fmt.Println(plan.Device.Fits(map[string]string{"gpu": "NVIDIA T4"}))
	_, err = campaign.Read([]byte("name: lab\nnetworks: {sample: 4}\nshard: 2\n"), "plan.yaml")
	fmt.Println(err)
	// Output:
	// lab-gpus mbv3-w1.0 48 networks in 4 shards
	// the plan wants a device whose gpu matches "A100"; that of this one is "NVIDIA T4"
	// plan.yaml:3:1: unknown field "shard"
}
