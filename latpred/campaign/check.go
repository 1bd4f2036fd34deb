package campaign

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// Forms of what is written into job scripts, manifests and subjects, so that nothing there
// can be mistaken for more than a value.
var (
	nameForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)
	wordForm  = regexp.MustCompile(`^[\w.,:/@=|&()*+-]{0,200}$`)
	dnsForm   = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$`)
	labelForm = regexp.MustCompile(`^[A-Za-z0-9]([\w./-]{0,200}[A-Za-z0-9])?$`)
)

// check returns the first key with a wrong value, and what is wrong; "" where all is right.
func (p *Plan) check() (key, reason string) {
	for _, c := range []func() (key, reason string){p.checkWhat, p.checkNumbers, p.checkWords, p.checkMaps, p.checkTimes} {
		if key, reason := c(); key != "" {
			return key, reason
		}
	}
	return "", ""
}

// checkWhat checks what is measured.
func (p *Plan) checkWhat() (key, reason string) {
	if !nameForm.MatchString(p.Name) {
		return "name", fmt.Sprintf("%q: want lower-case letters, digits and -, at most 40", p.Name)
	}
	s, err := space.ByID(p.Space)
	if err != nil {
		return "space", err.Error()
	}
	given := 0
	for _, is := range []bool{p.Networks.Sample != 0, p.Networks.File != "", p.Networks.Table != 0} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return "networks", "want one of sample, file and table"
	case p.Networks.Seed != 0 && p.Networks.Sample == 0:
		return "networks.seed", "only a sample is drawn with a seed"
	case p.Networks.Table != 0 && !s.Allowed.Contains(p.Networks.Table):
		return "networks.table", fmt.Sprintf("%d: the resolutions of %s are %v", p.Networks.Table, s.ID, s.Allowed)
	case p.Networks.Table != 0 && p.Runner != "":
		return "runner", "layers are measured by XLA alone: leave it out, or measure networks"
	case !slices.Contains([]string{"", "f32", "tf32", "bf16", "f16"}, p.Precision):
		return "precision", fmt.Sprintf("%q: there are f32, tf32, bf16 and f16", p.Precision)
	}
	return "", ""
}

func (p *Plan) checkNumbers() (key, reason string) {
	extra := 0
	if p.Protocol.Extra != nil {
		extra = *p.Protocol.Extra
	}
	for _, n := range []struct {
		key              string
		value, low, high int
	}{
		{"networks.sample", p.Networks.Sample, 0, 10_000_000}, {"batch", p.Batch, 1, 65536}, {"threads", p.Threads, 1, 4096},
		{"protocol.group", p.Protocol.Group, 0, 10_000}, {"protocol.rounds", p.Protocol.Rounds, 0, 10_000},
		{"protocol.extra", extra, 0, 10_000}, {"protocol.runs", p.Protocol.Runs, 0, 10_000},
		{"shards", p.Shards, 1, measure.MaxShards},
		{"slurm.cpus", p.Slurm.CPUs, 1, 4096}, {"slurm.at_once", p.Slurm.AtOnce, 0, measure.MaxShards},
		{"kubernetes.at_once", p.Kubernetes.AtOnce, 0, measure.MaxShards}, {"kubernetes.backoff", *p.Kubernetes.Backoff, 0, 1000},
		{"nats.replicas", p.NATS.Replicas, 1, 5},
	} {
		if n.value < n.low || n.value > n.high {
			return n.key, fmt.Sprintf("%d: want %d to %d", n.value, n.low, n.high)
		}
	}
	if p.NATS.Replicas%2 == 0 {
		return "nats.replicas", fmt.Sprintf("%d: want 1, 3 or 5", p.NATS.Replicas)
	}
	return "", ""
}

// checkWords checks texts that become parts of lines and names elsewhere.
func (p *Plan) checkWords() (key, reason string) {
	for _, w := range []struct{ key, value string }{
		{"slurm.partition", p.Slurm.Partition}, {"slurm.account", p.Slurm.Account}, {"slurm.qos", p.Slurm.QOS},
		{"slurm.gres", p.Slurm.Gres}, {"slurm.constraint", p.Slurm.Constraint}, {"slurm.memory", p.Slurm.Memory},
		{"kubernetes.image", p.Kubernetes.Image}, {"kubernetes.size", p.Kubernetes.Size},
	} {
		if !wordForm.MatchString(w.value) {
			return w.key, fmt.Sprintf("%q: want a word without spaces and quotes", w.value)
		}
	}
	for _, w := range []struct{ key, value string }{
		{"device.name", p.Device.Name}, {"device.pool", p.Device.Pool}, {"runner", p.Runner},
	} {
		if w.value != "" && !labelForm.MatchString(w.value) {
			return w.key, fmt.Sprintf("%q: want letters, digits and - _ . /, for it is a name", w.value)
		}
	}
	for _, w := range []struct{ key, value string }{
		{"kubernetes.namespace", p.Kubernetes.Namespace}, {"kubernetes.claim", p.Kubernetes.Claim}, {"kubernetes.class", p.Kubernetes.Class},
	} {
		if w.value != "" && !dnsForm.MatchString(w.value) {
			return w.key, fmt.Sprintf("%q: want lower-case letters, digits, - and dots", w.value)
		}
	}
	if !slices.Contains([]string{"ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"}, p.Kubernetes.Access) {
		return "kubernetes.access", fmt.Sprintf("%q: there are ReadWriteMany, ReadWriteOnce and ReadWriteOncePod", p.Kubernetes.Access)
	}
	for i, line := range p.Slurm.Setup {
		if strings.ContainsAny(line, "\n\r\x00") {
			return "slurm.setup", fmt.Sprintf("item %d: want one line", i+1)
		}
	}
	for _, url := range strings.Split(p.NATS.URL, ",") {
		scheme, rest, _ := strings.Cut(url, "://")
		if url != "" && (rest == "" || !slices.Contains([]string{"nats", "tls", "ws", "wss"}, scheme) || strings.ContainsAny(url, " \n\r@")) {
			return "nats.url", fmt.Sprintf("%q: want nats://host:port, tls:// or wss://, without a user or password", url)
		}
	}
	return "", ""
}

func (p *Plan) checkMaps() (key, reason string) {
	for _, label := range slices.Sorted(maps.Keys(p.Device.Labels)) {
		if !labelForm.MatchString(label) {
			return "device.labels", fmt.Sprintf("%q: want letters, digits and - _ . /", label)
		}
		if _, err := regexp.Compile(p.Device.Labels[label]); err != nil {
			return "device.labels." + label, err.Error()
		}
	}
	for key, m := range map[string]map[string]string{"kubernetes.resources": p.Kubernetes.Resources, "kubernetes.selector": p.Kubernetes.Selector} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !labelForm.MatchString(k) || !wordForm.MatchString(m[k]) {
				return key, fmt.Sprintf("%q: %q: want names and words without spaces and quotes", k, m[k])
			}
		}
	}
	return "", ""
}

func (p *Plan) checkTimes() (key, reason string) {
	switch {
	case p.Slurm.Time < 0 || p.Slurm.Time > 0 && p.Slurm.Time < time.Minute || p.Slurm.Time > 10_000*time.Hour:
		return "slurm.time", fmt.Sprintf("%v: want 1m to 10000h", p.Slurm.Time)
	case p.Slurm.Warning < time.Second || p.Slurm.Warning > 18*time.Hour:
		return "slurm.warning", fmt.Sprintf("%v: want 1s to 18h", p.Slurm.Warning)
	case p.Slurm.Time > 0 && p.Slurm.Warning >= p.Slurm.Time:
		return "slurm.warning", fmt.Sprintf("%v before a limit of %v: want less", p.Slurm.Warning, p.Slurm.Time)
	}
	return "", ""
}
