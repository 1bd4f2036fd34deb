package pipe_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/ofalat/ofalat/latpred/pipe"
)

// Another program opens a predictor and asks it for a network.
func ExampleServe() {
	var asked, answered bytes.Buffer
	ask := func(head, body string) {
		_ = binary.Write(&asked, binary.LittleEndian, [2]uint32{uint32(len(head)), uint32(len(body))}) // to memory
		asked.WriteString(head + body)
	}
	ask(`{"do": "open", "name": "note10"}`, "")
	ask(`{"do": "predict", "id": 1}`, `["r224 d22222 k33-33-33-33-33 e33-33-33-33-33"]`)
	if err := pipe.Serve(context.Background(), &asked, &answered); err != nil {
		fmt.Println(err)
		return
	}
	for answered.Len() > 0 {
		var n [2]uint32
		if err := binary.Read(&answered, binary.LittleEndian, &n); err != nil {
			fmt.Println(err)
			return
		}
		head, body := make([]byte, n[0]), make([]byte, n[1])
		_, _ = io.ReadFull(&answered, head) // lengths are right
		_, _ = io.ReadFull(&answered, body)
		if n[1] == 8 {
			fmt.Printf("%.2f ms\n", math.Float64frombits(binary.LittleEndian.Uint64(body)))
			continue
		}
		fmt.Println(string(head))
	}
	// Output:
	// {"pipe":1}
	// {}
	// 17.77 ms
}
