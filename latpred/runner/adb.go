package runner

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// adb is the client of Android's debug bridge, for one device.
type adb struct {
	path, serial string
	limit        time.Duration // of one call, unless another is given
}

// errGone says that the device does not answer for now; errTorn, that an output is
// incomplete. Both may be right the next time.
var (
	errGone = errors.New("the device is gone")
	errTorn = errors.New("the output is torn")
)

var errNoADB = errors.New("adb is not in PATH: it is part of Android's platform-tools (apt install adb, brew install android-platform-tools)")

// gone is what the client says when the device does not answer.
var gone = regexp.MustCompile(`(?i)device '[^']*' not found|device (?:is )?offline|no devices/emulators found|device still (?:authorizing|connecting)|error: closed|protocol fault|device unauthorized|connection reset|transport .*not found`)

// attached is a line of adb devices.
type attached struct{ serial, state, model string }

// devices lists what is attached, in whatever state.
func devices(ctx context.Context, path string, limit time.Duration) ([]attached, error) {
	c, err := call(ctx, limit, path, "devices", "-l")
	if err != nil {
		return nil, err
	}
	if c.exit != 0 {
		return nil, fmt.Errorf("adb devices failed with exit status %d%s", c.exit, fault(c.out))
	}
	_, list, ok := strings.Cut(c.out, "List of devices attached")
	if !ok {
		return nil, fmt.Errorf("adb devices lists nothing%s", lastLine(c.out))
	}
	var found []attached
	for line := range strings.Lines(list) {
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(words[0], "*") {
			continue
		}
		a := attached{serial: words[0], state: words[1]}
		if words[1] == "no" { // "no permissions (…)"
			a.state = "no permissions"
		}
		for _, w := range words[2:] {
			if model, ok := strings.CutPrefix(w, "model:"); ok {
				a.model = model
			}
		}
		found = append(found, a)
	}
	return found, nil
}

// openADB finds the client and the device of that serial; "" stands for the only one.
func openADB(ctx context.Context, serial string, limit time.Duration) (*adb, error) {
	path, err := exec.LookPath("adb")
	if err != nil {
		return nil, errNoADB
	}
	list, err := devices(ctx, path, limit)
	if err != nil {
		return nil, err
	}
	d, err := choose(list, serial)
	if err != nil {
		return nil, err
	}
	return &adb{path, d.serial, limit}, nil
}

// choose gives the device of a serial, or the only one. It errs, saying what to do, if it
// can't be used.
func choose(list []attached, serial string) (attached, error) {
	var names []string
	var chosen []attached
	for _, d := range list {
		name := d.serial
		if d.model != "" {
			name += " (" + d.model + ")"
		}
		if d.state != "device" {
			name += " (" + d.state + ")"
		}
		names = append(names, name)
		if serial == "" || d.serial == serial {
			chosen = append(chosen, d)
		}
	}
	switch {
	case len(list) == 0:
		return attached{}, errors.New("no device is attached: plug one in, with USB debugging on (adb devices must list it)")
	case len(chosen) == 0:
		return attached{}, fmt.Errorf("no device %s is attached: there is %s", serial, strings.Join(names, ", "))
	case len(chosen) > 1:
		return attached{}, fmt.Errorf("%d devices are attached: --device SERIAL chooses of %s", len(chosen), strings.Join(names, ", "))
	}
	d := chosen[0]
	switch d.state {
	case "device":
		return d, nil
	case "unauthorized":
		return d, fmt.Errorf("device %s is unauthorized: unlock it and allow USB debugging of this computer there", d.serial)
	case "offline":
		return d, fmt.Errorf("device %s is offline: plug it in again, or adb kill-server", d.serial)
	case "no permissions":
		return d, fmt.Errorf("this user has no permissions for device %s: its udev rules are missing (apt install android-sdk-platform-tools-common), or adb kill-server", d.serial)
	}
	return d, fmt.Errorf("device %s is in state %q, want device", d.serial, d.state)
}

// do calls the client for the device. It errs with errGone if the device does not answer,
// and with what the client says if that fails otherwise.
func (a *adb) do(ctx context.Context, limit time.Duration, args ...string) (string, error) {
	c, err := call(ctx, limit, a.path, append([]string{"-s", a.serial}, args...)...)
	switch {
	case err != nil:
		return "", err
	case gone.MatchString(lastLines(c.out, 3)) && c.exit != 0:
		return "", fmt.Errorf("%w%s", errGone, lastLine(c.out))
	case c.exit != 0 && args[0] != "shell": // its status is that of the command
		return "", fmt.Errorf("adb %s failed with exit status %d%s", args[0], c.exit, fault(c.out))
	}
	return c.out, nil
}

// lastLines are the last n lines of a text.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// status is what shell adds to an output, since old clients don't pass it on.
var status = regexp.MustCompile(`(?m)^exit=(\d+)\s*$`)

// shell runs a command on the device and gives its output. It errs with errTorn if the
// output doesn't reach its end, and with what it says if the command fails.
func (a *adb) shell(ctx context.Context, limit time.Duration, command string) (string, error) {
	out, err := a.do(ctx, limit, "shell", "{ "+command+"; }; code=$?; echo; echo exit=$code")
	if err != nil {
		return "", err
	}
	m := status.FindStringSubmatchIndex(out)
	if m == nil {
		return "", fmt.Errorf("%w%s", errTorn, lastLine(out))
	}
	text := out[:m[0]]
	if code := out[m[2]:m[3]]; code != "0" {
		return text, fmt.Errorf("%s: exit status %s%s", strings.Fields(command)[0], code, fault(text))
	}
	return text, nil
}

// back waits until the device answers again.
func (a *adb) back(ctx context.Context, wait time.Duration) error {
	for deadline := time.Now().Add(wait); ; {
		out, err := a.do(ctx, a.limit, "get-state")
		if err == nil && strings.TrimSpace(out) == "device" {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w, and was not back after %v", errGone, wait)
		}
		if err := pause(ctx, poll); err != nil {
			return err
		}
	}
}

// poll is how often a device is asked whether it is back, or has cooled down.
var poll = 2 * time.Second

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
