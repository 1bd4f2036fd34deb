package measure

import "time"

// pace chooses how large groups are: as Config.Group says, but under a limit so small that
// a group probably ends in time.
type pace struct {
	config  Config
	anchors int
	began   time.Time

	cap  int           // on the units of the next group under a limit; 0: nothing is known yet
	mark time.Time     // when the current group began to be prepared, or measured
	wave time.Duration // that Config.Compilers units take to be prepared at once, in the last group
	each time.Duration // that a unit's or anchor's warm-up and rounds take, in the last group
}

// haste is the part of the time left that a group may take by what the last one took.
const haste = .8

// next is the configuration for choosing the next group.
func (p *pace) next() Config {
	c := p.config
	if c.Limit == 0 {
		return c
	}
	if p.cap == 0 {
		p.cap = max(4, c.Compilers)
	}
	c.Group = min(c.Group, p.cap)
	for p.each > 0 && c.Group > 1 && float64(p.takes(c.Group)) > haste*float64(p.left()) {
		c.Group--
	}
	return c
}

// takes is how long a group of n units probably takes.
func (p *pace) takes(n int) time.Duration {
	return p.wave*p.waves(n) + p.each*time.Duration(n+p.anchors)
}

// waves is how often Config.Compilers units are prepared at once for n.
func (p *pace) waves(n int) time.Duration {
	return time.Duration((n + p.config.Compilers - 1) / p.config.Compilers)
}

func (p *pace) left() time.Duration { return p.config.Limit - time.Since(p.began) }

// over reports whether the limit is reached.
func (p *pace) over() bool { return p.config.Limit > 0 && p.left() <= 0 }

// patience is how long units of a group may be prepared: under a limit at most a quarter of it.
func (p *pace) patience() time.Duration {
	if p.config.Limit == 0 {
		return p.config.Patience
	}
	return max(time.Nanosecond, min(p.config.Patience, p.config.Limit/4, p.left()/2))
}

// prepares notes that a group begins to be prepared.
func (p *pace) prepares() { p.mark = time.Now() }

// prepared notes that so many units and anchors are prepared.
func (p *pace) prepared(n int) {
	p.wave = time.Since(p.mark) / max(1, p.waves(n))
	p.mark = time.Now()
}

// measured notes that a group of so many units is measured.
func (p *pace) measured(units int) {
	p.each = time.Since(p.mark) / time.Duration(units+p.anchors)
	p.cap *= 2
}
