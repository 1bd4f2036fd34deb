package browser

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/ofalat/ofalat/kernelext/run"
)

// lab is a JupyterLab of the test's own, with a browser.
type lab struct {
	url     string
	dir     string // notebooks, inside the module
	browser context.Context
}

// chromium finds the browser; "" where there is none.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// settings switch off what is in a test's way: windowing, which keeps cells that
// are out of sight out of the page, and news.
var settings = map[string]string{
	"@jupyterlab/notebook-extension/tracker.jupyterlab-settings":      `{"windowingMode": "none", "recordTiming": false}`,
	"@jupyterlab/apputils-extension/notification.jupyterlab-settings": `{"fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": true}`,
	"@jupyterlab/docmanager-extension/plugin.jupyterlab-settings":     `{"autosave": false}`,
}

// TestJupyterLab is all tests that use the lab: they share one JupyterLab.
func TestJupyterLab(t *testing.T) {
	l := startLab(t)
	t.Run("displays", func(t *testing.T) { testDisplays(t, l) })
	t.Run("failures", func(t *testing.T) { testFailures(t, l) })
	t.Run("interrupt", func(t *testing.T) { testInterrupt(t, l) })
	t.Run("notebooks", func(t *testing.T) {
		if os.Getenv("KERNELEXT_BROWSER") != "notebooks" {
			t.Skip("takes minutes: KERNELEXT_BROWSER=notebooks asks for it")
		}
		testNotebooks(t, l)
	})
}

// startLab starts JupyterLab and a browser; both end with the test.
func startLab(t testing.TB) *lab {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	browser := chromium()
	if browser == "" {
		t.Skip("needs Chromium: apt-get install chromium")
	}
	jupyter, err := exec.LookPath("jupyter-lab")
	if err != nil {
		t.Skip("needs JupyterLab: pip install jupyterlab")
	}
	module, err := run.FindModule(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(".", "testdata-lab-") // cells see the module around them
	if err != nil {
		t.Fatal(err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	home := t.TempDir()
	env := []string{"JUPYTER_PREFER_ENV_PATH=0", "KERNELEXT_CACHE=" + filepath.Join(home, "keep")}
	for _, name := range []string{"DATA", "CONFIG", "RUNTIME"} {
		env = append(env, "JUPYTER_"+name+"_DIR="+filepath.Join(home, name))
	}
	env = append(env, "JUPYTERLAB_SETTINGS_DIR="+filepath.Join(home, "settings"), "JUPYTERLAB_WORKSPACES_DIR="+filepath.Join(home, "workspaces"))
	for name, content := range settings {
		file := filepath.Join(home, "settings", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	install := exec.Command("go", "run", "./kernelext/cmd/kernelext", "install", "--user")
	install.Dir, install.Env = module, append(os.Environ(), env...)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("kernelext install --user: %v\n%s", err, out)
	}

	port := freePort(t)
	server := exec.Command(jupyter, "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", fmt.Sprintf("--ServerApp.port=%d", port),
		"--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.root_dir="+dir, "--LabApp.expose_app_in_browser=True")
	server.Env = append(os.Environ(), env...)
	server.Dir = dir
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-server.Process.Pid, syscall.SIGTERM) // it ends its Jupyter kernels
		ended := make(chan struct{})
		go func() { _ = server.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-server.Process.Pid, syscall.SIGKILL)
			<-ended
		}
		if t.Failed() {
			t.Logf("JupyterLab's last words:\n%s", log.Bytes()[max(0, log.Len()-3000):])
		}
	})
	l := &lab{url: fmt.Sprintf("http://127.0.0.1:%d", port), dir: dir}
	await(t, "JupyterLab answers", time.Minute, func() bool {
		response, err := http.Get(l.url + "/api/status")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(browser),
		chromedp.WindowSize(1300, 1000), chromedp.Flag("disable-background-networking", true))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...) // the test's own context ends before its cleanup
	t.Cleanup(cancel)
	l.browser = allocator
	return l
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// await waits until something is so.
func await(t testing.TB, what string, limit time.Duration, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !so(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

func (p *page) await(what string, limit time.Duration, so func() bool) {
	p.t.Helper()
	await(p.t, what, limit, so)
}

// page is a notebook open in JupyterLab.
type page struct {
	*lab
	t    testing.TB
	ctx  context.Context
	name string
}

// open opens a notebook of the lab's folder and waits until its Jupyter kernel is
// connected. (GoNB says that it is idle only after its first cell.)
func (l *lab) open(t testing.TB, name string) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(l.browser)
	t.Cleanup(cancel)
	p := &page{lab: l, t: t, ctx: ctx, name: name}
	t.Cleanup(func() {
		if t.Failed() {
			p.shot("failed-" + strings.TrimSuffix(name, ".ipynb"))
		}
	})
	workspace := strings.TrimSuffix(name, ".ipynb")
	_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	err = chromedp.Do(ctx, chromedp.EmulateViewport(1300, 1000), chromedp.Navigate(l.url+"/lab/workspaces/"+workspace+"/tree/"+name+"?reset"))
	if err != nil {
		t.Fatal(err)
	}
	p.await(name+" is open and its kernel connected", time.Minute, func() bool {
		return eval[string](p, p.widget()+`?.context?.sessionContext?.session?.kernel?.connectionStatus ?? ""`) == "connected"
	})
	eval[bool](p, `window.jupyterapp.shell.activateById(`+p.widget()+`.id), true`)
	return p
}

// status is the Jupyter kernel's, "" while there is none.
func (p *page) status() string {
	return eval[string](p, p.widget()+`?.context?.sessionContext?.session?.kernel?.status ?? ""`)
}

// widget is JavaScript for the notebook's panel.
func (p *page) widget() string {
	return `[...window.jupyterapp?.shell?.widgets("main") ?? []].find(w => w.context?.path === "` + p.name + `")`
}

// eval evaluates JavaScript in the page.
func eval[T any](p *page, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// command gives a command of JupyterLab, as a menu would, and doesn't wait.
func (p *page) command(name, args string) {
	p.t.Helper()
	eval[bool](p, `window.jupyterapp.commands.execute("`+name+`", `+args+`), true`)
}

// waiting counts the cells that run or wait.
func (p *page) waiting() int {
	p.t.Helper()
	return eval[int](p, `[...document.querySelectorAll(".jp-InputPrompt")].filter(e => e.textContent.includes("*")).length`)
}

func (p *page) busy() bool { return p.waiting() > 0 }
func (p *page) idle() bool { return p.waiting() == 0 && p.status() == "idle" }

// settled waits until nothing runs.
func (p *page) settled(limit time.Duration) {
	p.t.Helper()
	p.await(p.name+": all cells have run", limit, p.idle)
	time.Sleep(300 * time.Millisecond) // the last displays are drawn
}

// runCell runs one cell.
func (p *page) runCell(cell int) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`%s.content.activeCellIndex = %d, true`, p.widget(), cell))
	p.command("notebook:run-cell", "{}")
}

// theme changes the theme: "Light" or "Dark".
func (p *page) theme(name string) {
	p.t.Helper()
	eval[bool](p, `window.jupyterapp.commands.execute("apputils:change-theme", {theme: "JupyterLab `+name+`"}).then(() => true)`)
	p.await("the theme is "+name, 10*time.Second, func() bool {
		return eval[string](p, `document.body.dataset.jpThemeLight`) == fmt.Sprint(name == "Light")
	})
	time.Sleep(300 * time.Millisecond)
}

// shot leaves a screenshot where KERNELEXT_SHOTS says.
func (p *page) shot(name string) {
	dir := os.Getenv("KERNELEXT_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		p.t.Errorf("screenshot %s: %v", name, err)
	}
}
