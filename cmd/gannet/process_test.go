package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// patience is when a test that waits for something in vain fails.
const patience = 30 * time.Second

// process is a server of its own: this test's binary, run as gannet.
type process struct {
	t               *testing.T
	cmd             *exec.Cmd
	ws, http, admin string
}

// command is a server that doesn't limit rates: tests are as fast as they can.
func command(t *testing.T, dir string, sets ...string) *exec.Cmd {
	cmd := exec.Command("gannet", "serve", "--data", dir, "--set", "log.level=error", "--set", "log.format=json",
		"--set", "listen.ws=127.0.0.1:0", "--set", "listen.http=127.0.0.1:0", "--set", "listen.admin=127.0.0.1:0",
		"--set", "limits.messages_per_second=0", "--set", "limits.http_per_second=0")
	for _, set := range sets {
		cmd.Args = append(cmd.Args, "--set", set)
	}
	cmd.Stderr = t.Output()
	return cmd
}

// startProcess returns when the server takes traffic, configured by key=value. It
// ends with the test.
func startProcess(t *testing.T, dir string, sets ...string) *process {
	t.Helper()
	return startCommand(t, command(t, dir, sets...))
}

// startCommand is startProcess with a command of one's own.
func startCommand(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscanf(line, "gannet ready ws=%s http=%s admin=%s pid=%d", &p.ws, &p.http, &p.admin, &pid); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if pid != p.cmd.Process.Pid {
		t.Errorf("says it is process %d, and is %d", pid, p.cmd.Process.Pid)
	}
	return p
}

// kill is kill -9. It returns when the process is gone.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill() // fails where it has ended by itself
		_ = p.cmd.Wait()         // says that it was killed
	}
}

// stop is SIGTERM. It returns when the process is gone.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("exit: %v", err)
	}
}

// dial connects a client; what it reads is up to the caller.
func (p *process) dial(query string, protocols ...string) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, "ws://"+p.ws+"/ws?"+query, &websocket.DialOptions{Subprotocols: protocols, HTTPClient: browser})
	if err == nil {
		ws.SetReadLimit(-1)
	}
	return ws, err
}

// browser keeps no connections, which would outlive their test.
var browser = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}

// api asks the HTTP API for what must succeed and stores the data in v.
func (p *process) api(method, path, body string, v any) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, "http://"+p.http+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := browser.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer := struct{ Data any }{v}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("%s %s: status %d, %v", method, path, resp.StatusCode, err)
	}
}

// TestTerminated: SIGTERM ends the server in order, with exit code 0.
func TestTerminated(t *testing.T) {
	dir := t.TempDir()
	p := startProcess(t, dir)
	ws, err := p.dial("uid=1")
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	if err := ws.Write(t.Context(), websocket.MessageText, []byte(`{"type":"send","to":"2","content":"hi"}`)); err != nil {
		t.Fatal(err)
	}
	var heard []string
	for err == nil {
		var text []byte
		if _, text, err = ws.Read(t.Context()); err == nil {
			heard = append(heard, string(text))
		}
		if strings.Contains(string(text), `"sent"`) {
			if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	if websocket.CloseStatus(err) != websocket.StatusServiceRestart || !strings.Contains(heard[len(heard)-1], `"shutdown"`) {
		t.Errorf("heard %q, then %v", heard, err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	var page struct{ Messages []stored }
	startProcess(t, dir).api("GET", "/api/v1/messages/history?uid=2&to=1", "", &page)
	if len(page.Messages) != 1 {
		t.Errorf("%v is there", page)
	}
}

// TestDirectoryInUse: a second server on a directory says so and ends.
func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	startProcess(t, dir)
	cmd := command(t, dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailure || !strings.Contains(stderr.String(), dir) {
		t.Errorf("%v: %s", err, &stderr)
	}
}
