package campaign

import (
	"path/filepath"
	"time"

	"github.com/ofalat/ofalat/internal/bounded"
)

// Plan says what a campaign measures, into how many shards it is divided, which workers it
// wants, and how each engine runs it. Read checks it and fills in the defaults that are
// named here. It never carries a program to time networks with: Runner is the name of one
// that is configured where networks are measured.
type Plan struct {
	Name      string   `yaml:"name"`      // lower-case letters, digits and "-", at most 40: names jobs and folders
	Space     string   `yaml:"space"`     // id of the space; default: mbv3-w1.0
	Networks  Networks `yaml:"networks"`  // what is measured
	Batch     int      `yaml:"batch"`     // images at once; default: 1
	Precision string   `yaml:"precision"` // "f32", "tf32", "bf16", "f16"; "": f32, or the runner's own
	Threads   int      `yaml:"threads"`   // of a processor; default: 1
	Protocol  Protocol `yaml:"protocol"`  // how labels are taken
	Shards    int      `yaml:"shards"`    // independent parts, each with a journal; default: 1
	Device    Device   `yaml:"device"`    // what is wanted of a worker
	Runner    string   `yaml:"runner"`    // see Runners; "": XLA, by latpred itself

	Slurm      Slurm      `yaml:"slurm"`
	Kubernetes Kubernetes `yaml:"kubernetes"`
	NATS       NATS       `yaml:"nats"`
}

// Networks says what is measured; exactly one of Sample, File and Table is set.
type Networks struct {
	Sample int    `yaml:"sample"` // so many distinct networks, drawn with Seed
	Seed   uint64 `yaml:"seed"`   // default: 1
	File   string `yaml:"file"`   // the networks of this file, in a form that measure.ReadArchs reads; relative to the plan's folder
	Table  int    `yaml:"table"`  // the layers of the space at this resolution, for a lookup table
}

// Protocol is the part of measure.Config that labels depend on. Zero stands for the
// default, which depends on the runner.
type Protocol struct {
	Group  int  `yaml:"group"`  // units that are measured in turn
	Rounds int  `yaml:"rounds"` // rounds that labels are computed from
	Extra  *int `yaml:"extra"`  // further rounds at most; 0: none; nil: as many as rounds
	Runs   int  `yaml:"runs"`   // timed runs of a unit in a round
}

// Device says which workers may measure for the plan.
type Device struct {
	Name   string            `yaml:"name"`   // of the hardware in labels; "": the processor's, or the runner's own
	Pool   string            `yaml:"pool"`   // that workers belong to, for NATS; "": any
	Labels map[string]string `yaml:"labels"` // by label, such as processor, gpu, driver or runtime: a regular expression that the worker's value must match
}

// Slurm says how an array job is submitted.
type Slurm struct {
	Partition  string        `yaml:"partition"`
	Account    string        `yaml:"account"`
	QOS        string        `yaml:"qos"`
	Gres       string        `yaml:"gres"`       // generic resources of a task, such as "gpu:a100:1"
	Constraint string        `yaml:"constraint"` // features of nodes
	CPUs       int           `yaml:"cpus"`       // of a task; 0: Plan.Threads
	Memory     string        `yaml:"memory"`     // of a task, such as "8G"
	Exclusive  bool          `yaml:"exclusive"`  // no other job on the node, which keeps labels quiet
	Time       time.Duration `yaml:"time"`       // limit of a task, after which it requeues itself; 0: the partition's
	Warning    time.Duration `yaml:"warning"`    // how long before that limit a task is told to end with its group; default: 2m
	AtOnce     int           `yaml:"at_once"`    // tasks that run at the same time at most; 0: no limit
	Requeue    *bool         `yaml:"requeue"`    // after preemption and failed nodes; nil: true
	Setup      []string      `yaml:"setup"`      // lines of shell before the task, such as "module load cuda"
}

// Kubernetes says how an Indexed Job is made. Names are those of Kubernetes: lower-case
// letters, digits, - and dots.
type Kubernetes struct {
	Namespace string            `yaml:"namespace"` // "": that of kubectl's context
	Image     string            `yaml:"image"`     // with latpred as its entry point, and the runner
	Resources map[string]string `yaml:"resources"` // of a pod, as limits: cpu, memory, nvidia.com/gpu
	Selector  map[string]string `yaml:"selector"`  // labels of nodes
	Claim     string            `yaml:"claim"`     // a PersistentVolumeClaim that is there; "": one is made
	Size      string            `yaml:"size"`      // of the claim that is made; default: 1Gi
	Class     string            `yaml:"class"`     // its storage class; "": the cluster's default
	Access    string            `yaml:"access"`    // its access mode; default: ReadWriteMany, as pods on several nodes need it
	Exclusive bool              `yaml:"exclusive"` // one pod of latpred a node, which keeps labels quiet
	AtOnce    int               `yaml:"at_once"`   // pods that run at the same time at most; 0: all
	Backoff   *int              `yaml:"backoff"`   // times that a failed shard is tried again; nil: 6
}

// NATS says where groups are handed out.
type NATS struct {
	URL      string `yaml:"url"`      // nats://, tls:// or ws:// addresses, separated by commas; credentials are not the plan's
	Replicas int    `yaml:"replicas"` // of the stream, 1, 3 or 5; default: 1
}

// maxPlan is the largest size of a plan, in bytes.
const maxPlan = 64 << 10

// ReadFile reads the plan in a file. Networks.File becomes a path that is relative to the
// current folder, or absolute.
func ReadFile(path string) (*Plan, error) {
	text, err := bounded.ReadFile(path, maxPlan)
	if err != nil {
		return nil, err
	}
	p, err := Read(text, path)
	if err == nil && p.Networks.File != "" && !filepath.IsAbs(p.Networks.File) {
		p.Networks.File = filepath.Join(filepath.Dir(path), p.Networks.File)
	}
	return p, err
}
