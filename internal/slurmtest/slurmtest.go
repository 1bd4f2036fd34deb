//go:build linux

// Package slurmtest runs a Slurm of its own for a test, from Debian's package slurm-wlm: one
// node, this machine, with several slots, on loopback.
//
//  1. Start writes slurm.conf and a key into a folder of its own, starts munged, slurmctld
//     and slurmd with them, and skips the test where they are not installed or may not be
//     started, which takes root.
//  2. The commands of Slurm find it by SLURM_CONF, which is set until the test ends.
//
// There are partitions low, the default, and gpu, whose jobs those of high preempt and
// requeue, and as many GPUs as slots, which are none.
package slurmtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"
)

// Slots is the number of jobs that fit on the node.
const Slots = 4

// Cluster is a running Slurm.
type Cluster struct {
	Node string // name of the only node

	t          testing.TB
	dir        string
	controller *exec.Cmd
}

var config = template.Must(template.New("slurm.conf").Parse(`ClusterName=test
SlurmctldHost={{.Node}}(127.0.0.1)
SlurmctldPort={{.Controller}}
SlurmdPort={{.Daemon}}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={{.Dir}}/munge.socket
CredType=cred/munge
StateSaveLocation={{.Dir}}/state
SlurmdSpoolDir={{.Dir}}/spool
SlurmctldPidFile={{.Dir}}/slurmctld.pid
SlurmdPidFile={{.Dir}}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=5
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=30
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={{.Node}} NodeAddr=127.0.0.1 CPUs={{.Slots}} Gres=gpu:{{.Slots}} RealMemory=1000 State=UNKNOWN
PartitionName=low Nodes={{.Node}} Default=YES State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=gpu Nodes={{.Node}} State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes={{.Node}} State=UP PriorityTier=10 PreemptMode=OFF
`))

// Start starts a Slurm that ends with the test.
func Start(t testing.TB) *Cluster {
	t.Helper()
	for _, program := range []string{"munged", "slurmctld", "slurmd", "sbatch"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs Slurm (apt-get install slurm-wlm munge): %v", err)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("a Slurm of its own takes root")
	}
	dir, err := os.MkdirTemp("", "slurm") // t.TempDir is too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	c := &Cluster{Node: host, t: t, dir: dir}
	c.write(dir)
	t.Setenv("SLURM_CONF", filepath.Join(dir, "slurm.conf"))
	file := func(name string) string { return filepath.Join(dir, name) }
	munged := c.start("munged", "--foreground", "--force", "--key-file", file("munge.key"), "--socket", file("munge.socket"),
		"--pid-file", file("munged.pid"), "--log-file", file("munged.log"), "--seed-file", file("munged.seed"))
	c.StartController()
	slurmd := c.start("slurmd", "-D")
	t.Cleanup(func() {
		_ = c.stop()
		for _, daemon := range []*exec.Cmd{slurmd, c.controller, munged} {
			end(daemon)
			if text, err := os.ReadFile(file(daemon.Args[0] + ".out")); err == nil && t.Failed() {
				t.Logf("%s:\n%s", daemon.Args[0], text)
			}
		}
		os.RemoveAll(dir)
	})
	c.Until(30*time.Second, "the node is idle", func() bool { return strings.HasPrefix(c.Run("sinfo", "-h", "-p", "low", "-o", "%T"), "idle") })
	return c
}

// write writes the configuration and the key.
func (c *Cluster) write(dir string) {
	c.t.Helper()
	for _, sub := range []string{"state", "spool"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			c.t.Fatal(err)
		}
	}
	for slot := range Slots { // what stands for a device's file
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("gpu%d", slot+1)), nil, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	var text bytes.Buffer
	values := map[string]any{"Node": c.Node, "Dir": dir, "Controller": freePort(c.t), "Daemon": freePort(c.t), "Slots": Slots}
	if err := config.Execute(&text, values); err != nil {
		c.t.Fatal(err)
	}
	key := make([]byte, 1024)
	_, _ = rand.Read(key) // never errs
	for name, content := range map[string][]byte{"slurm.conf": text.Bytes(), "munge.key": key, "gres.conf": fmt.Appendf(nil, "Name=gpu File=%s/gpu[1-%d]\n", dir, Slots)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
}

// freePort is a port of loopback that nobody listens at.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start starts a daemon, which ends with this process.
func (c *Cluster) start(name string, args ...string) *exec.Cmd {
	c.t.Helper()
	log, err := os.OpenFile(filepath.Join(c.dir, name+".out"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd
}

// end ends a daemon.
func end(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// StartController starts slurmctld, and what was saved of an earlier one goes on.
func (c *Cluster) StartController() { c.controller = c.start("slurmctld", "-D") }

// StopController asks slurmctld to end, and returns when it has.
func (c *Cluster) StopController() {
	c.t.Helper()
	if err := c.controller.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatal(err)
	}
	_ = c.controller.Wait() // its status is not of interest
}

// stop cancels all jobs and waits for their processes.
func (c *Cluster) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := exec.CommandContext(ctx, "scancel", "--user=root").Run(); err != nil {
		return err
	}
	for ctx.Err() == nil {
		out, err := exec.CommandContext(ctx, "squeue", "-h").Output()
		if err != nil || len(bytes.TrimSpace(out)) == 0 {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return ctx.Err()
}

// Run runs a command of Slurm and returns what it prints. The controller may be away for a
// while; if the command fails for half a minute the test ends.
func (c *Cluster) Run(name string, args ...string) string {
	c.t.Helper()
	for began := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		out, err := exec.Command(name, args...).CombinedOutput()
		if err == nil {
			return string(out)
		}
		if time.Since(began) > 30*time.Second {
			c.t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
		}
	}
}

// Until waits until something holds.
func (c *Cluster) Until(limit time.Duration, what string, holds func() bool) {
	c.t.Helper()
	for began := time.Now(); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > limit {
			c.t.Fatalf("not within %v: %s\n%s", limit, what, c.Run("squeue", "--array", "--states=all"))
		}
	}
}

// Hasten lets requeued jobs start in two seconds. Slurm holds them back for two minutes, and
// within the second in which they ended it would refuse them.
func (c *Cluster) Hasten() {
	c.t.Helper()
	for line := range strings.Lines(c.Run("squeue", "-h", "--array", "--states=pending", "-o", "%i %r %S")) {
		f := strings.Fields(line)
		if len(f) != 3 || f[1] != "BeginTime" {
			continue
		}
		if at, err := time.ParseInLocation("2006-01-02T15:04:05", f[2], time.Local); err == nil && time.Until(at) > 10*time.Second {
			_ = exec.Command("scontrol", "update", "JobId="+f[0], "StartTime=now+2").Run() // it may have started
		}
	}
}

// Pid returns the process of a job's batch script; 0: there is none.
func (c *Cluster) Pid(job string) (pid int) {
	for line := range strings.Lines(c.Run("scontrol", "listpids", job)) {
		var id, step string
		if n, _ := fmt.Sscan(line, &pid, &id, &step); n == 3 && step == "batch" {
			return pid
		}
	}
	return 0
}
