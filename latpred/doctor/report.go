package doctor

import "time"

// Report is what Inspect found. Zero values and empty texts are unknown.
type Report struct {
	OK        bool      `json:"ok"` // predictors can be trained and used
	System    System    `json:"system"`
	Processor Processor `json:"processor"`
	Clock     Clock     `json:"clock"`
	Memory    Memory    `json:"memory"`
	Limits    Limits    `json:"limits"`
	Threads   Threads   `json:"threads"`
	Backend   Backend   `json:"backend"`
	GPU       GPU       `json:"gpu"`
	Quiet     Quiet     `json:"quiet"`
	Notebooks Notebooks `json:"notebooks"`
	Findings  []Finding `json:"findings"`
	Next      string    `json:"next"` // command of the next step
}

// Level is how much a Finding matters.
type Level string

// The levels of findings.
const (
	Problem Level = "problem" // the main job fails
	Advice  Level = "advice"  // it works, slower or less exactly than it could
)

// Finding is something to know, and the command that changes it.
type Finding struct {
	Level Level  `json:"level"`
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"` // a command or a short sentence; "": nothing can be done here
}

// System is the operating system.
type System struct {
	OS        string `json:"os"` // GOOS/GOARCH
	Kernel    string `json:"kernel,omitempty"`
	Machine   string `json:"machine,omitempty"`   // product name
	Virtual   bool   `json:"virtual"`             // a hypervisor is below
	Container string `json:"container,omitempty"` // "docker", "podman", "kubernetes", …
	Go        string `json:"go"`
	Cgo       bool   `json:"cgo"` // this program can load plugins
}

// Processor is the processor.
type Processor struct {
	Model    string   `json:"model,omitempty"`
	Sockets  int      `json:"sockets,omitempty"`
	Cores    int      `json:"cores,omitempty"`    // physical
	Logical  int      `json:"logical,omitempty"`  // that this process may use
	SMT      bool     `json:"smt"`                // cores have several threads
	Caches   []string `json:"caches,omitempty"`   // of the first core: "L1 data 32K"
	Features []string `json:"features,omitempty"` // vector instructions
}

// Clock is what sets the processor's speed.
type Clock struct {
	Governor       string  `json:"governor,omitempty"`
	Driver         string  `json:"driver,omitempty"`
	MHz            float64 `json:"mhz,omitempty"` // of the first core, now
	MinMHz         float64 `json:"min_mhz,omitempty"`
	MaxMHz         float64 `json:"max_mhz,omitempty"`
	Turbo          string  `json:"turbo,omitempty"`     // "on" or "off"
	Throttled      int     `json:"throttled,omitempty"` // times since boot that heat slowed the first core
	Celsius        float64 `json:"celsius,omitempty"`   // hottest zone
	PowerLimitWatt float64 `json:"power_limit_watt,omitempty"`
	Battery        bool    `json:"battery"` // runs on its battery
}

// Memory is the main memory, in bytes.
type Memory struct {
	Total     uint64 `json:"total,omitempty"`
	Available uint64 `json:"available,omitempty"`
	SwapUsed  uint64 `json:"swap_used,omitempty"`
}

// Limits are those of a control group, such as a container's.
type Limits struct {
	CPUs      float64 `json:"cpus,omitempty"`      // processor time, in cores
	Memory    uint64  `json:"memory,omitempty"`    // bytes
	Throttled int     `json:"throttled,omitempty"` // periods in which the group was held back
}

// Threads is how many threads computations use.
type Threads struct {
	Go   int    `json:"go"`   // GOMAXPROCS
	PJRT int    `json:"pjrt"` // of a computation on the processor
	From string `json:"from"` // what says so: "PJRT_NPROC" or "GOMAXPROCS"
}

// Backend is what networks run on.
type Backend struct {
	Asked   string   `json:"asked,omitempty"`   // GOMLX_BACKEND
	Best    string   `json:"best"`              // the kind that would be used
	Offline bool     `json:"offline"`           // LATPRED_OFFLINE forbids fetching
	Folders string   `json:"folders,omitempty"` // PJRT_PLUGIN_LIBRARY_PATH, the only folders that are searched
	Plugins []Plugin `json:"plugins"`
}

// Plugin is an installed PJRT plugin. The first of each kind is the one that is used, and
// the only one that is tried.
type Plugin struct {
	Kind      string        `json:"kind"` // "xla:cpu" or "xla:cuda"
	Path      string        `json:"path"`
	Tried     bool          `json:"tried"`
	Version   string        `json:"version,omitempty"` // of its PJRT API
	Device    string        `json:"device,omitempty"`  // what its first device calls itself
	CompileMs float64       `json:"compile_ms,omitempty"`
	RunMs     float64       `json:"run_ms,omitempty"`
	Error     string        `json:"error,omitempty"` // why it doesn't work
	Took      time.Duration `json:"took_ns,omitempty"`
}

// Works reports whether a plugin was tried and computes.
func (p Plugin) Works() bool { return p.Tried && p.Error == "" }

// GPU is what there is of NVIDIA GPUs.
type GPU struct {
	Driver  string   `json:"driver,omitempty"` // version of the kernel's module
	Devices []Device `json:"devices,omitempty"`
	Error   string   `json:"error,omitempty"` // of nvidia-smi, if there is a driver
}

// Device is a GPU.
type Device struct {
	Name      string `json:"name"`
	MemoryMiB string `json:"memory_mib,omitempty"`
	UsedMiB   string `json:"used_mib,omitempty"`
	UsePct    string `json:"use_percent,omitempty"`
	Celsius   string `json:"celsius,omitempty"`
	Watt      string `json:"watt,omitempty"`
	LimitWatt string `json:"limit_watt,omitempty"`
	ClockMHz  string `json:"clock_mhz,omitempty"`
	MaxMHz    string `json:"max_clock_mhz,omitempty"`
}

// Quiet is how steadily a fixed piece of work runs.
type Quiet struct {
	Load   float64 `json:"load"`   // average of a minute; -1: unknown
	Others float64 `json:"others"` // cores that others kept busy meanwhile; -1: unknown
	Rounds int     `json:"rounds"` // of the work that was timed; 0: CV is unknown
	CV     float64 `json:"cv"`     // coefficient of variation of rounds, a fraction
	OK     bool    `json:"ok"`     // CV is at most QuietCV, and others keep less than a fifth of a core busy
}

// Notebooks is whether notebooks can be opened.
type Notebooks struct {
	Jupyter string `json:"jupyter,omitempty"` // path of the program
	GoNB    string `json:"gonb,omitempty"`    // path of the kernel's specification or program
}
