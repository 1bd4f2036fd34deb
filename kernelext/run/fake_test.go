package run

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"go.uber.org/goleak"
)

// TestMain lets the test binary play a Jupyter kernel: called with a connection file
// alone it answers the protocol, and what a cell's code asks for happens.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && strings.HasSuffix(os.Args[1], "connection.json") {
		fakeKernel(os.Args[1])
		return
	}
	if os.Getenv("KERNELEXT_ENDLESS") != "" {
		if err := EndWithJupyter(); err != nil {
			os.Exit(1)
		}
		select {}
	}
	if script := os.Getenv("KERNELEXT_HOLD"); script != "" {
		hold(script)
		return
	}
	// No goroutine is left behind, but for the clock of a package of regular expressions.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

func fakeKernel(file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	var c Connection
	if err := json.Unmarshal(content, &c); err != nil {
		panic(err)
	}
	if os.Getenv("FAKE_KERNEL") == "dies" {
		fmt.Fprintln(os.Stderr, "no such module")
		os.Exit(3)
	}
	if marker := os.Getenv("FAKE_PORT_TAKEN"); marker != "" && os.Mkdir(marker, 0o755) == nil { // the first time
		l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", c.IP, c.Shell))
		if err != nil {
			panic(err)
		}
		defer l.Close()
	}
	ctx := context.Background()
	shell, control, iopub := zmq4.NewRouter(ctx), zmq4.NewRouter(ctx), zmq4.NewPub(ctx)
	for port, socket := range map[int]zmq4.Socket{c.Shell: shell, c.Control: control, c.IOPub: iopub} {
		if err := socket.Listen(fmt.Sprintf("tcp://%s:%d", c.IP, port)); err != nil {
			panic(err)
		}
	}
	s := signer{[]byte(c.Key)}
	interrupts := make(chan struct{}, 10)
	answer := func(socket zmq4.Socket, route [][]byte, parent message, kind string, body any) {
		_, frames, err := s.encode("fake", kind, body)
		if err != nil {
			panic(err)
		}
		head, err := json.Marshal(parent.Header)
		if err != nil {
			panic(err)
		}
		frames[3] = head
		frames[1] = s.sign(frames[2:6])
		if err := socket.SendMulti(zmq4.NewMsgFrom(append(route, frames...)...)); err != nil {
			panic(err)
		}
	}
	go func() {
		for {
			raw, err := control.Recv()
			if err != nil {
				return
			}
			if m, err := s.decode(raw.Frames); err == nil && m.Header.Type == "shutdown_request" {
				os.Exit(0)
			}
			interrupts <- struct{}{}
		}
	}()
	for count := 1; ; count++ {
		raw, err := shell.Recv()
		if err != nil {
			return
		}
		m, err := s.decode(raw.Frames)
		if err != nil {
			continue
		}
		status := func(state string) { answer(iopub, nil, m, "status", map[string]string{"execution_state": state}) }
		stream := func(text string) { answer(iopub, nil, m, "stream", map[string]string{"name": "stdout", "text": text}) }
		status("busy")
		if m.Header.Type == "kernel_info_request" {
			answer(shell, raw.Frames[:1], m, "kernel_info_reply", map[string]any{"status": "ok"})
			status("idle")
			count = 0
			continue
		}
		var request struct{ Code string }
		if err := json.Unmarshal(m.Content, &request); err != nil {
			panic(err)
		}
		reply := map[string]any{"status": "ok", "execution_count": count}
		switch request.Code {
		case "hang":
			stream("before")
			<-interrupts
			reply = map[string]any{"status": "error", "ename": "Interrupted", "evalue": "by the user", "execution_count": count}
		case "deaf":
			select {}
		case "crash":
			fmt.Fprintln(os.Stderr, "segmentation fault")
			os.Exit(2)
		case "error":
			answer(iopub, nil, m, "error", map[string]any{"ename": "ERROR", "evalue": "undefined: x", "traceback": []string{"\x1b[31mcell 1, line 2\x1b[0m"}})
			reply = map[string]any{"status": "error", "ename": "ERROR", "evalue": "undefined: x", "execution_count": count}
		case "!ls nowhere":
			answer(iopub, nil, m, "stream", map[string]string{"name": "stderr", "text": "ls: nowhere: exit status 2\n"})
		case "live":
			for i := range 3 {
				kind := "update_display_data"
				if i == 0 {
					kind = "display_data"
				}
				answer(iopub, nil, m, kind, map[string]any{"data": map[string]string{"text/plain": fmt.Sprint("state ", i)},
					"metadata": map[string]any{}, "transient": map[string]string{"display_id": "one"}})
			}
		case "show", "change", "again": // a display of the session
			kind := map[string]string{"show": "display_data", "again": "display_data", "change": "update_display_data"}[request.Code]
			answer(iopub, nil, m, kind, map[string]any{"data": map[string]string{"text/plain": request.Code},
				"metadata": map[string]any{}, "transient": map[string]string{"display_id": "two"}})
		case "clear", "clear later", "clear later and print":
			stream("before")
			answer(iopub, nil, m, "clear_output", map[string]bool{"wait": request.Code != "clear"})
			if request.Code == "clear later and print" {
				stream("after")
			}
		case "chatter": // what shows nothing, and what is not this session's
			answer(iopub, nil, m, "execute_input", map[string]string{"code": "chatter"})
			answer(iopub, nil, m, "comm_open", map[string]string{"comm_id": "x"})
			answer(iopub, nil, message{Header: header{ID: "another's"}}, "stream", map[string]string{"name": "stdout", "text": "another's"})
		case "late": // its goroutine goes on for a while
			late := m
			time.AfterFunc(50*time.Millisecond, func() {
				answer(iopub, nil, late, "stream", map[string]string{"name": "stdout", "text": "late"})
			})
		case "flood":
			for range 40 {
				stream(strings.Repeat("0123456789abcde\n", 4096))
			}
			stream("the end\n")
		case "many":
			for i := range maxOutputs + 7 {
				answer(iopub, nil, m, "display_data", map[string]any{"data": map[string]string{"text/plain": fmt.Sprint(i)}, "metadata": map[string]any{}})
			}
		case "odd": // outputs that are not as the format wants them
			answer(iopub, nil, m, "display_data", map[string]any{"data": map[string]any{"text/plain": 3.5, "application/json": map[string]any{"n": json.Number("12345678901234567890")}}, "metadata": nil})
			answer(iopub, nil, m, "execute_result", map[string]any{"data": map[string]any{"application/vnd.x": []int{1}}, "execution_count": 1})
		default:
			stream("did ")
			stream(request.Code)
		}
		answer(shell, raw.Frames[:1], m, "execute_reply", reply)
		status("idle")
	}
}

func fake(env ...string) Launch {
	l := Launch{Path: os.Args[0], Env: map[string]string{}}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		l.Env[name] = value
	}
	return l
}
