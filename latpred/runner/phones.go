package runner

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// Phone is an Android phone that adb knows.
type Phone struct {
	Serial string
	Model  string // "": adb does not tell
	State  string // "device": it can be used
}

// adbLimit bounds a call of adb that asks a phone something.
const adbLimit = 20 * time.Second

// Phones lists what is attached, in whatever state. It errs if there is no adb.
func Phones(ctx context.Context) ([]Phone, error) {
	path, err := exec.LookPath("adb")
	if err != nil {
		return nil, errNoADB
	}
	list, err := devices(ctx, path, adbLimit)
	if err != nil {
		return nil, err
	}
	var phones []Phone
	for _, d := range list {
		phones = append(phones, Phone{Serial: d.serial, Model: d.model, State: d.state})
	}
	return phones, nil
}

// Facts are what a phone tells of itself: "model", "android", its version, "driver", the build
// of its system, and "soc". It errs if the phone does not answer; what it does not know is
// left out.
func (p Phone) Facts(ctx context.Context) (map[string]string, error) {
	a, err := openADB(ctx, p.Serial, adbLimit)
	if err != nil {
		return nil, err
	}
	facts := map[string]string{}
	for label, property := range map[string]string{"model": "ro.product.model", "android": "ro.build.version.release", "driver": "ro.build.fingerprint", "soc": "ro.board.platform"} {
		value, err := a.property(ctx, property)
		if err != nil && (label == "model" || errors.Is(err, errGone) || errors.Is(err, errTorn)) {
			return nil, fmt.Errorf("phone %s: %w", p.Serial, err)
		}
		if value != "" {
			facts[label] = value
		}
	}
	return facts, nil
}

// Unready says why a phone can't be timed now, by the limits of h: it is gone, too hot,
// throttled, or its battery is low. "": it can. It does not wait.
func (p Phone) Unready(ctx context.Context, h Heat) string {
	h = h.withDefaults()
	a, err := openADB(ctx, p.Serial, adbLimit)
	if err != nil {
		return err.Error()
	}
	c, err := a.condition(ctx)
	switch {
	case errors.Is(err, errGone):
		return "it is gone"
	case err != nil:
		return err.Error()
	case c.level >= 0 && c.level < h.MinLevel:
		return fmt.Sprintf("its battery is at %d %%, want %d at least", c.level, h.MinLevel)
	case c.celsius > h.MaxC:
		return fmt.Sprintf("its battery has %.1f °C, at most %.0f are allowed", c.celsius, h.MaxC)
	case c.throttle > 0:
		return fmt.Sprintf("it throttles: its thermal status is %d", c.throttle)
	}
	return ""
}
