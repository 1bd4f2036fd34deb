package doctor

import (
	"fmt"
	"strings"
	"time"
)

// Lines is the page: rows of what and value. What is not known is said to be unknown.
func (r Report) Lines() (rows [][2]string) {
	add := func(what string, parts ...string) {
		var known []string
		for _, p := range parts {
			if p != "" {
				known = append(known, p)
			}
		}
		if known == nil {
			known = []string{"unknown"}
		}
		rows = append(rows, [2]string{what, strings.Join(known, ", ")})
	}
	s, p, c := r.System, r.Processor, r.Clock
	add("system", s.OS, join("kernel ", s.Kernel), s.Machine, when(s.Virtual, "virtual"), join("in ", s.Container), s.Go, when(!s.Cgo, "built without cgo"))
	add("processor", p.Model, count(p.Sockets, "socket"), count(p.Cores, "core"), count(p.Logical, "thread")+" for this process", when(p.SMT, "SMT on"))
	add("caches", p.Caches...)
	add("vectors", p.Features...)
	add("clock", join("governor ", c.Governor), c.Driver, mhz(c), join("turbo ", c.Turbo), when(c.Battery, "on battery"))
	add("heat and power", number("%.0f °C", c.Celsius), number("limit %.0f W", c.PowerLimitWatt), number("slowed by heat %.0f times since boot", float64(c.Throttled)))
	add("memory", join(bytes(r.Memory.Total), " in all"), join(bytes(r.Memory.Available), " free"), join(bytes(r.Memory.SwapUsed), " swapped out"))
	if l := r.Limits; l != (Limits{}) {
		add("limits of its group", number("%.4g cores", l.CPUs), join(bytes(l.Memory), " of memory"), number("held back %.0f times", float64(l.Throttled)))
	}
	add("threads", fmt.Sprintf("%d for computations (%s)", r.Threads.PJRT, r.Threads.From), fmt.Sprintf("GOMAXPROCS %d", r.Threads.Go))
	add("backend", r.Backend.Best, join("asked for by GOMLX_BACKEND=", r.Backend.Asked))
	for _, p := range r.Backend.Plugins {
		add("plugin "+p.Kind, p.Path, join("PJRT ", p.Version), p.Device, p.state())
	}
	if len(r.Backend.Plugins) == 0 {
		add("plugin", "none")
	}
	add("GPU", gpuOr(r.GPU))
	for i, d := range r.GPU.Devices {
		add(fmt.Sprintf("GPU %d", i), d.Name, slash(d.UsedMiB, d.MemoryMiB, " MiB"), join(d.UsePct, " % busy"), join(d.Celsius, " °C"), slash(d.Watt, d.LimitWatt, " W"), slash(d.ClockMHz, d.MaxMHz, " MHz"))
	}
	add("quiet", r.Quiet.words()...)
	add("notebooks", orNone("Jupyter ", r.Notebooks.Jupyter), orNone("GoNB ", r.Notebooks.GoNB), when(r.Notebooks.GoNB == "", "kernelext run builds its own"))
	return rows
}

// words say how quiet the machine is.
func (q Quiet) words() []string {
	var words []string
	if q.Rounds > 0 {
		verdict := "no"
		if q.OK {
			verdict = "yes"
		}
		words = append(words, verdict, fmt.Sprintf("work varies by %.2f %%", 100*q.CV))
	}
	if q.Others >= 0 {
		words = append(words, fmt.Sprintf("others keep %.2f cores busy", q.Others))
	}
	if q.Load >= 0 {
		words = append(words, fmt.Sprintf("load %.2f", q.Load))
	}
	return words
}

// state says whether a plugin works.
func (p Plugin) state() string {
	switch {
	case !p.Tried:
		return "not tried"
	case p.Error != "":
		return "DOES NOT WORK: " + p.Error
	}
	return fmt.Sprintf("works (loaded and computed in %s)", p.Took.Round(10*time.Millisecond))
}

func mhz(c Clock) string {
	switch {
	case c.MHz == 0 && c.MaxMHz == 0:
		return ""
	case c.MaxMHz == 0:
		return fmt.Sprintf("%.0f MHz now", c.MHz)
	}
	return fmt.Sprintf("%.0f MHz of %.0f to %.0f", c.MHz, c.MinMHz, c.MaxMHz)
}

func gpuOr(g GPU) string {
	if g.Driver == "" {
		return "no NVIDIA driver"
	}
	return "driver " + g.Driver
}

// join puts two texts together; "" if one of them is.
func join(a, b string) string {
	if a == "" || b == "" {
		return ""
	}
	return a + b
}

func when(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

func slash(a, b, unit string) string {
	switch {
	case a == "" && b == "":
		return ""
	case b == "":
		return a + unit
	case a == "":
		return b + unit
	}
	return a + " of " + b + unit
}

func orNone(name, value string) string {
	if value == "" {
		return name + "not found"
	}
	return name + value
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "unknown " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// number is a number in a format; "" if it is 0.
func number(format string, v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(format, v)
}

// bytes is a size in GiB or MiB; "" if it is 0.
func bytes(n uint64) string {
	switch {
	case n == 0:
		return ""
	case n < 1<<30:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}
