package pool_test

import (
	"fmt"
	"time"

	"github.com/ofalat/ofalat/latpred/pool"
)

// Two boards measure three groups; the second result of one group is a repeat.
func ExampleCoordinator() {
	groups := [][]string{{"net a", "net b"}, {"net c", "net d"}, {"net e"}}
	c := pool.NewCoordinator(pool.Job{Campaign: "lab-1"}, groups, pool.Wish{Runner: "mine"}, pool.Limits{})
	tell := func(orders []pool.Addressed) {
		for _, o := range orders {
			if o.Order.Task != nil {
				fmt.Printf("%s measures %q\n", o.Device, o.Order.Task.Units)
			}
		}
	}
	report := func(board string) pool.Report {
		return pool.Report{Facts: pool.Facts{Device: board, Runners: map[string]string{"mine": "3f9a"}}, Worker: "worker of " + board}
	}
	tell(c.Hear(0, report("board-1")))
	tell(c.Hear(0, report("board-2")))
	deliver := func(now time.Duration, board string, group int) {
		r := pool.Result{Report: report(board)}
		r.Epoch, r.Doing = 1, &pool.Doing{Campaign: "lab-1", Group: group, Attempt: 1}
		verdict, orders := c.Take(now, r, "")
		fmt.Println(board, "delivers:", verdict)
		tell(orders)
	}
	deliver(10*time.Second, "board-2", 1)
	deliver(12*time.Second, "board-1", 0)
	deliver(13*time.Second, "board-1", 0)
	deliver(20*time.Second, "board-2", 2)
	fmt.Println("over:", c.Over())
	// Output:
	// board-1 measures ["net a" "net b"]
	// board-2 measures ["net c" "net d"]
	// board-2 delivers: accepted
	// board-2 measures ["net e"]
	// board-1 delivers: accepted
	// board-1 delivers: repeat
	// board-2 delivers: accepted
	// over: true
}
