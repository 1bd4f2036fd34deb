package proc

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A shell that waits for a child: when the context ends, neither is left.
func TestAloneEndsAll(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("wants a Unix shell")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, "sh", "-c", "sleep 60 & echo $!; wait")
	Alone(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := cmd.Wait(); err == nil {
		t.Error("it ended by itself")
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			break // gone, or nobody has waited for it
		}
		if time.Now().After(deadline) {
			t.Fatalf("the child %d is left", pid)
		}
	}
	if PeakBytes(cmd.ProcessState) < 1<<16 {
		t.Errorf("%d bytes at most", PeakBytes(cmd.ProcessState))
	}
}

// Working takes processor time; that of a child counts when it has ended.
func TestSeconds(t *testing.T) {
	before := Seconds(Self)
	for began, x := time.Now(), 1.0; time.Since(began) < 50*time.Millisecond; x *= 1.01 {
	}
	if used := Seconds(Self) - before; used < .005 || used > 60 {
		t.Errorf("%v s for 50 ms of work", used)
	}
	if runtime.GOOS == "windows" {
		return
	}
	before = Seconds(Children)
	if err := exec.Command("sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done").Run(); err != nil {
		t.Fatal(err)
	}
	if used := Seconds(Children) - before; used < .001 {
		t.Errorf("%v s of a child that counted to 20000", used)
	}
}

func TestAlive(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip("needs the program sleep: ", err)
	}
	if !Alive(cmd.Process.Pid) {
		t.Error("a process that sleeps is not alive")
	}
	if err := Interrupt(cmd.Process.Pid); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it was not interrupted")
	}
	if Alive(cmd.Process.Pid) {
		t.Error("a process that has ended is alive")
	}
}
