package broker_test

import (
	"context"
	"fmt"
	"os"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/pool/broker"
)

// A server of this process, and what a plan offers to a pool.
func ExampleFromPlan() {
	dir, err := os.MkdirTemp("", "pool")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	server, err := broker.StartServer(broker.ServerOptions{Listen: "127.0.0.1:0", Dir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	pool, err := broker.Connect(context.Background(), broker.Options{URL: server.URL(), Pool: "boards"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	plan, err := campaign.Read([]byte("name: lab\nnetworks: {sample: 48}\nprotocol: {group: 10}\nrunner: mine\n"), "plan.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	offer, err := broker.FromPlan(plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(offer.Groups), "groups by the runner", offer.Job.Runner)
	// pool.Coordinate(ctx, offer) offers them until workers have measured all.

	// Output:
	// 5 groups by the runner mine
}
