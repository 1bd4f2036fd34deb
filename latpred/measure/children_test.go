package measure

import (
	"os/exec"
	"testing"
	"time"
)

// What a child of ours computes is not counted among what others do.
func TestChildIsNoDisturbance(t *testing.T) {
	if busySeconds() < 0 {
		t.Skip("the system does not tell how busy it is")
	}
	cmd := exec.Command("sh", "-c", "while :; do :; done")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	for deadline := time.Now().Add(20 * time.Second); ; {
		ended := Child(cmd.Process.Pid)
		counted := childSeconds()
		ended()
		if counted > .3 && childSeconds() == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v s of a child are counted", counted)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
