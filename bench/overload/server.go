package overload

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A server is a `gannet serve` in a process of its own.
type server struct {
	target
	admin string // host:port of the operator's listener
	cmd   *exec.Cmd
	dir   string
	logs  logTail
	done  chan struct{}
}

const (
	startPatience = 30 * time.Second
	stopPatience  = 15 * time.Second
)

// startServer starts a server for an attack, with a fresh data directory.
func startServer(o *Options, a *attack) (*server, error) {
	program, err := o.program()
	if err != nil {
		return nil, err
	}
	s := &server{done: make(chan struct{})}
	s.Secret = rand.Text() + rand.Text()
	if err := s.prepare(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp(o.Dir, "gannet-overload-"); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	s.cmd = exec.Command(program, s.arguments(o, a)...)
	if a.files > 0 {
		limited := fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, a.files)
		s.cmd = exec.Command("/bin/sh", append([]string{"-c", limited, program}, s.arguments(o, a)...)...)
	}
	s.cmd.Env = append(os.Environ(), "GANNET_AUTH_JWT_SECRET="+s.Secret)
	s.cmd.Stderr = &s.logs
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.start(); err != nil {
		_ = s.stop()
		return nil, err
	}
	return s, nil
}

func (o *Options) program() (string, error) {
	if o.Executable != "" {
		return o.Executable, nil
	}
	return os.Executable()
}

func (s *server) arguments(o *Options, a *attack) []string {
	args := []string{"serve", "--data", filepath.Join(s.dir, "data")}
	settings := []string{
		"listen.ws=127.0.0.1:0", "listen.http=127.0.0.1:0", "listen.admin=127.0.0.1:0",
		"log.level=error", "auth.mode=jwt",
	}
	for _, setting := range append(settings, a.settings...) {
		args = append(args, "--set", setting)
	}
	return append(args, o.ServerArgs...)
}

// start runs the process and waits for its ready line.
func (s *server) start() error {
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		close(s.done)
		return err
	}
	if err := s.cmd.Start(); err != nil {
		close(s.done)
		return fmt.Errorf("start the server: %w", err)
	}
	line := make(chan string, 1)
	go func() {
		defer close(s.done)
		r := bufio.NewReader(stdout)
		first, _ := r.ReadString('\n')
		line <- first
		_, _ = io.Copy(io.Discard, r)
		_ = s.cmd.Wait()
	}()
	select {
	case first := <-line:
		var pid int
		if _, err := fmt.Sscanf(first, "gannet ready ws=%s http=%s admin=%s pid=%d", &s.WS, &s.HTTP, &s.admin, &pid); err != nil {
			return fmt.Errorf("the server did not get ready, it said %q and logged:\n%s", first, s.logs.String())
		}
		return nil
	case <-time.After(startPatience):
		return fmt.Errorf("the server did not get ready within %s; it logged:\n%s", startPatience, s.logs.String())
	}
}

// stop asks the process to end, insists if it doesn't, and removes its data.
func (s *server) stop() (err error) {
	defer os.RemoveAll(s.dir)
	if s.cmd.Process == nil {
		return nil
	}
	select {
	case <-s.done:
		return fmt.Errorf("the server ended by itself (%s); it logged:\n%s", s.cmd.ProcessState, s.logs.String())
	default:
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(stopPatience):
		_ = s.cmd.Process.Kill()
		<-s.done
		return fmt.Errorf("the server did not stop within %s", stopPatience)
	}
	if !s.cmd.ProcessState.Success() {
		return fmt.Errorf("the server's end: %s; it logged:\n%s", s.cmd.ProcessState, s.logs.String())
	}
	return nil
}

// logTail keeps the end of what a process logs.
type logTail struct {
	mu   sync.Mutex
	text []byte
}

const logTailBytes = 8 << 10

func (t *logTail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - logTailBytes; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

func (t *logTail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
