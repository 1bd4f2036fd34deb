package runner

import (
	"strings"
	"testing"
	"time"
)

// Whatever a program answers comes as answers and errors, one a line, and ends.
func FuzzAnswers(f *testing.F) {
	f.Add(`{"hello":{"runtime":"x"}}` + "\n" + `{"id":1,"ms":[1.5,2]}` + "\n")
	f.Add(`{"missing":["torch"],"pip":"pip install torch"}`)
	f.Add("Traceback (most recent call last):\n\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		p := &process{answers: make(chan []byte), stderr: &tail{log: func(string) {}}}
		go p.read(strings.NewReader(text))
		for range strings.Count(text, "\n") + 2 {
			if _, err := p.next(t.Context(), time.Minute); err != nil && strings.HasPrefix(err.Error(), "it has ended") {
				return
			}
		}
		t.Errorf("%q has no end", text)
	})
}
