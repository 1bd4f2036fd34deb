package campaign

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const fullPlan = `name: p40-10k
networks:
  sample: 10000
batch: 8
precision: bf16
protocol: {group: 12, rounds: 5, extra: 0, runs: 3}
shards: 16
device:
  name: a100
  pool: lab
  labels: {gpu: "A100.*80GB", driver: ^55}
runner: my-board
slurm:
  partition: gpu
  gres: gpu:a100:1
  time: 2h
  at_once: 4
  setup: ["module load cuda"]
kubernetes:
  image: registry.example/latpred:1
  resources: {nvidia.com/gpu: "1"}
nats:
  url: nats://a:4222,nats://b:4222
  replicas: 3
`

func TestRead(t *testing.T) {
	p, err := Read([]byte(fullPlan), "plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if p.Networks.Seed != 1 || p.Space != "mbv3-w1.0" || *p.Protocol.Extra != 0 || p.Slurm.Time != 2*time.Hour || p.Slurm.Warning != 2*time.Minute ||
		!*p.Slurm.Requeue || p.NATS.Replicas != 3 || p.Device.Labels["gpu"] != "A100.*80GB" || *p.Kubernetes.Backoff != 6 {
		t.Errorf("read %+v", p)
	}
}

// Whatever is wrong with a plan is said with its place.
func TestReadWrong(t *testing.T) {
	const good = "name: a\nnetworks: {sample: 10}\n"
	for text, want := range map[string]string{
		"":                                       "want one document",
		"name: a\n---\nb: c":                     "want one document",
		"- a":                                    "p.yaml:1:1: ",
		"name: [":                                "p.yaml:1:",
		good + "shard: 4":                        `p.yaml:3:1: unknown field "shard"`,
		good + "name: b":                         "p.yaml:3:1: ",
		good + "shards: many":                    "p.yaml:3:9: ",
		good + "shards: -1":                      "p.yaml:3:9: shards: -1: want 1 to 100000",
		good + "protocol:\n  group: 10001":       "p.yaml:4:10: protocol.group: 10001: want 0 to 10000",
		good + "slurm: {time: 1m, warning: 90s}": "p.yaml:3:28: slurm.warning: 1m30s before a limit of 1m0s",
		good + "slurm: {gres: \"gpu:1 --uid=0\"}":                       `slurm.gres: "gpu:1 --uid=0": want a word`,
		good + "slurm: {partition: \"a\\n#SBATCH --uid=0\"}":            "slurm.partition: ",
		good + "slurm: {setup: [\"a\\nb\"]}":                            "slurm.setup: item 1: want one line",
		good + "device: {labels: {gpu: \"(\"}}":                         "device.labels.gpu: error parsing regexp",
		good + "runner: \"./time-it {}\"":                               `runner: "./time-it {}": want letters`,
		good + "exec: ./time-it":                                        `p.yaml:3:1: unknown field "exec"`,
		good + "nats: {url: \"nats://me:secret@host\"}":                 "without a user or password",
		good + "nats: {replicas: 2}":                                    "want 1, 3 or 5",
		good + "space: mbv9":                                            "p.yaml:3:8: space: ",
		good + "precision: f8":                                          "p.yaml:3:12: precision: ",
		"name: A\nnetworks: {sample: 10}":                               "p.yaml:1:7: name: ",
		"name: a":                                                       "p.yaml: networks: want one of",
		"name: a\nnetworks: {sample: 1, table: 224}":                    "networks: want one of",
		"name: a\nnetworks: {table: 225}":                               "p.yaml:2:19: networks.table: ",
		"name: a\nnetworks: {file: x, seed: 3}":                         "networks.seed: ",
		strings.Repeat("[", 5000):                                       "a line that nests deeper",
		"a: &a [x, x]\nb: &b [*a, *a]\nname: *b\nnetworks: {sample: 1}": "p.yaml:2:8: an alias",
		strings.Repeat("a:\n", 2000):                                    "at most 1024",
		strings.Repeat("#", maxPlan+1):                                  "where a plan has at most",
	} {
		_, err := Read([]byte(text), "p.yaml")
		var e *PlanError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v; want …%s…", text, err, want)
		}
	}
}

// The networks' file is looked for beside the plan.
func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(path, []byte("name: a\nnetworks: {file: nets.txt}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := ReadFile(path)
	if err != nil || p.Networks.File != filepath.Join(filepath.Dir(path), "nets.txt") {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := ReadFile(filepath.Dir(path)); err == nil {
		t.Error("a folder was read")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(fullPlan)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Read([]byte(text), "plan.yaml")
		if (p == nil) == (err == nil) {
			t.Errorf("%q: a plan or an error, not %v, %v", text, p, err)
		}
	})
}

func TestRunners(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runners.yaml")
	if r, err := ReadRunners(path); len(r) != 0 || err != nil {
		t.Errorf("no file: %v, %v", r, err)
	}
	if err := os.WriteFile(path, []byte("board:\n  exec: ./run {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := ReadRunners(path)
	if err != nil || r["board"] != (Runner{Exec: "./run {}", Timeout: time.Minute}) {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := r.Find("phone"); err == nil || !strings.Contains(err.Error(), "has board") {
		t.Errorf("phone: %v", err)
	}
	for text, want := range map[string]string{"board: {}": "want exec", "board: {exec: a, shell: b}": `:1:18: unknown field "shell"`, "board: {exec: a, timeout: -1s}": "want exec"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadRunners(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
