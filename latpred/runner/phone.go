package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred/timing"
)

// Where things lie on a phone: any user may write and execute there.
const (
	phoneDir  = "/data/local/tmp"
	phoneTool = phoneDir + "/benchmark_model"
)

// tries is how often a call is made whose output is torn, or whose device is gone.
const tries = 3

// phone is an engine whose networks run by benchmark_model on an Android phone.
type phone struct {
	adb     *adb
	options Options
}

func openPhone(ctx context.Context, o Options) (engine, hello, error) {
	if o.Precision != "" && o.Precision != "f32" {
		return nil, hello{}, errors.New("it runs float32 alone: leave --precision out")
	}
	a, err := openADB(ctx, o.Serial, o.Timeout)
	if err != nil {
		return nil, hello{}, err
	}
	p := &phone{a, o}
	h := hello{program: o.Tool, Versions: map[string]string{}, Label: "litert-f32", Model: tfliteFile, Layout: "nhwc"}
	err = p.again(ctx, func() error {
		if h.Hardware, err = a.property(ctx, "ro.product.model"); err != nil {
			return err
		}
		h.Versions["android"], err = a.property(ctx, "ro.build.version.release")
		return err
	})
	if err == nil {
		err = p.installTool(ctx)
	}
	return p, h, err
}

func (a *adb) property(ctx context.Context, name string) (string, error) {
	out, err := a.shell(ctx, a.limit, "getprop "+name)
	return strings.TrimSpace(out), err
}

// installTool copies benchmark_model to the phone, where it is given, and errs if the
// phone has none.
func (p *phone) installTool(ctx context.Context) error {
	return p.again(ctx, func() error {
		if p.options.Tool != "" {
			if err := p.push(ctx, p.options.Tool, phoneTool); err != nil {
				return err
			}
			if _, err := p.adb.shell(ctx, p.adb.limit, "chmod 755 "+phoneTool); err != nil {
				return err
			}
		}
		_, err := p.adb.shell(ctx, p.adb.limit, "ls "+phoneTool)
		if err != nil && !errors.Is(err, errGone) && !errors.Is(err, errTorn) && ctx.Err() == nil {
			return fmt.Errorf("the phone has no %s: get benchmark_model for its processor (LiteRT's nightly Android binaries, or built of LiteRT by bazel for android_arm64) and name it with --tool", phoneTool)
		}
		return err
	})
}

func (p *phone) push(ctx context.Context, from, to string) error {
	_, err := p.adb.do(ctx, loadFactor*p.options.Timeout, "push", from, to)
	return err
}

// again makes a call up to tries times, while outputs are torn or the phone is gone. It
// waits for the phone in between.
func (p *phone) again(ctx context.Context, f func() error) (err error) {
	for range tries {
		if err = f(); !errors.Is(err, errGone) && !errors.Is(err, errTorn) {
			return err
		}
		p.options.Notes.Once("again", "runner litert-adb: %v: trying again", err)
		if errors.Is(err, errGone) {
			if err := p.adb.back(ctx, p.options.Heat.Wait); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%w, %d times in a row", err, tries)
}

func (p *phone) close() {}

func (p *phone) load(ctx context.Context, n *network) (loaded, error) {
	l := &inPhone{p, n, phoneDir + "/latpred-" + n.key()}
	return l, p.again(ctx, func() error { return l.copy(ctx) })
}

// inPhone is a network whose file is on the phone.
type inPhone struct {
	*phone
	network *network
	file    string // on the phone, without its ending
}

func (l *inPhone) copy(ctx context.Context) error {
	return l.push(ctx, l.network.model, l.file+".tflite")
}

func (l *inPhone) close() {
	_, _ = l.adb.shell(context.Background(), l.adb.limit, "rm -f "+l.file+"*") // a phone that is gone keeps it
}

// benchmark runs the tool on the network and gives its output.
func (l *inPhone) benchmark(ctx context.Context, args ...string) (out string, err error) {
	command := strings.Join(append([]string{phoneTool, "--graph=" + l.file + ".tflite", "--num_threads=" + strconv.Itoa(l.options.Threads)}, args...), " ")
	err = l.again(ctx, func() error {
		if out, err = l.adb.shell(ctx, l.options.Timeout, command); err == nil || errors.Is(err, errGone) || errors.Is(err, errTorn) || ctx.Err() != nil {
			return err
		}
		if _, missing := l.adb.shell(ctx, l.adb.limit, "ls "+l.file+".tflite"); missing == nil {
			return err // the tool's own fault
		}
		if failed := l.copy(ctx); failed != nil { // the phone was started anew, say
			return failed
		}
		return fmt.Errorf("%w: its file was gone", errTorn)
	})
	return out, err
}

// times waits until the phone is cool, runs the tool and gives the median that it tells,
// or the mean of its timed runs where its version tells no median.
func (l *inPhone) times(ctx context.Context) ([]float64, error) {
	var r timing.Reading
	err := l.again(ctx, func() error {
		if err := l.cool(ctx); err != nil {
			return err
		}
		out, err := l.benchmark(ctx, "--warmup_runs=1", "--warmup_min_secs=0.3", "--num_runs="+strconv.Itoa(l.options.Runs), "--min_secs=0")
		if err != nil {
			return err
		}
		if r, err = timing.Read(out, nil); err != nil || !strings.HasPrefix(r.From, "benchmark_model:") {
			return fmt.Errorf("%w: no times are in it%s", errTorn, lastLine(out))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	l.options.Notes.Once("report", "runner litert-adb: this is read: %s", r.From)
	return []float64{r.Ms}, nil
}

// outputs runs the tool once on the image and fetches what it wrote.
func (l *inPhone) outputs(ctx context.Context) (logits []float32, err error) {
	image, out := l.file+".image", l.file+".logits"
	here := filepath.Join(l.network.dir, "logits.f32")
	r := l.network.arch.Resolution
	err = l.again(ctx, func() error {
		if err := l.push(ctx, l.network.image, image); err != nil {
			return err
		}
		if _, err := l.benchmark(ctx, "--warmup_runs=0", "--warmup_min_secs=0", "--num_runs=1", "--min_secs=0", "--input_layer=image",
			fmt.Sprintf("--input_layer_shape=%d,%d,%d,3", l.network.batch, r, r), "--input_layer_value_files=image:"+image, "--output_filepath="+out); err != nil {
			return err
		}
		if _, err := l.adb.do(ctx, l.adb.limit, "pull", out, here); errors.Is(err, errGone) || ctx.Err() != nil {
			return err
		} else if err != nil {
			return fmt.Errorf("%w: this benchmark_model writes none", errNoOutputs)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return readFloats(here)
}
