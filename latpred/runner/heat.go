package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Heat says when a phone is too hot, or too empty, to be timed.
type Heat struct {
	MaxC     float64       // of the battery, in °C; default 40
	MinLevel int           // of the battery, in percent; default 15
	Wait     time.Duration // for it to cool down, or to be back, at most; default 10 minutes
}

func (h Heat) withDefaults() Heat {
	return Heat{cmp.Or(h.MaxC, 40), cmp.Or(h.MinLevel, 15), cmp.Or(h.Wait, 10*time.Minute)}
}

var (
	batteryTenths  = regexp.MustCompile(`(?m)^\s*temperature: (\d+)`) // of a degree
	batteryLevel   = regexp.MustCompile(`(?m)^\s*level: (\d+)`)
	batteryMissing = regexp.MustCompile(`(?m)^\s*present: false`)
	thermalStatus  = regexp.MustCompile(`(?m)^\s*Thermal Status: (\d+)`)
)

// condition is what a phone tells of itself.
type condition struct {
	celsius  float64 // of the battery; 0: not told
	level    int     // of the battery, in percent; −1: not told
	throttle int     // Android's thermal status: 0 is none, 1 light
}

func (a *adb) condition(ctx context.Context) (c condition, err error) {
	c.level = -1
	battery, err := a.shell(ctx, a.limit, "dumpsys battery")
	if err != nil {
		return c, err
	}
	if !batteryMissing.MatchString(battery) {
		if m := batteryTenths.FindStringSubmatch(battery); m != nil {
			tenths, _ := strconv.Atoi(m[1]) // digits
			c.celsius = float64(tenths) / 10
		}
		if m := batteryLevel.FindStringSubmatch(battery); m != nil {
			c.level, _ = strconv.Atoi(m[1]) // digits
		}
	}
	thermal, err := a.shell(ctx, a.limit, "dumpsys thermalservice")
	if errors.Is(err, errGone) || errors.Is(err, errTorn) || ctx.Err() != nil {
		return c, err
	}
	if m := thermalStatus.FindStringSubmatch(thermal); m != nil { // before Android 10 there is none
		c.throttle, _ = strconv.Atoi(m[1]) // digits
	}
	return c, nil
}

// cool waits until the phone is cool enough. It errs, with the values, if it does not
// cool down in time or its battery is low.
func (p *phone) cool(ctx context.Context) error {
	h := p.options.Heat
	for deadline := time.Now().Add(h.Wait); ; {
		c, err := p.adb.condition(ctx)
		switch {
		case err != nil:
			return err
		case c.level >= 0 && c.level < h.MinLevel:
			return fmt.Errorf("the phone's battery is at %d %%, want %d at least: charge it", c.level, h.MinLevel)
		case c.celsius <= h.MaxC && c.throttle == 0:
			if c.celsius == 0 {
				p.options.Notes.Once("no temperature", "runner litert-adb: the phone tells no battery temperature: only its thermal status is looked at")
			}
			return nil
		}
		text := fmt.Sprintf("the phone's battery has %.1f °C (at most %.0f) and its thermal status is %d (want 0)", c.celsius, h.MaxC, c.throttle)
		if time.Now().After(deadline) {
			return fmt.Errorf("%s after waiting %v: let it cool down; --max-heat and --cool allow more", text, h.Wait)
		}
		p.options.Notes.Once("hot", "runner litert-adb: %s: waiting for it to cool down, %v at most", text, h.Wait)
		if err := pause(ctx, poll); err != nil {
			return err
		}
	}
}
