package chaos

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// How long a server may take to get ready, and to stop when asked.
const (
	startPatience = 30 * time.Second
	stopPatience  = 10 * time.Second
)

// A server is a process that runs `gannet serve`.
type server struct {
	cmd             *exec.Cmd
	ws, http, admin string // where it listens, once ready is closed
	log             *tail
	ready           chan struct{} // closed when it takes traffic
	done            chan struct{} // closed when it is gone
}

// startServer starts one on a data directory. It doesn't wait for it to get
// ready. The process is in a group of its own: Ctrl-C at the terminal ends the
// campaign, which then ends the server.
func startServer(program, data string, settings, env []string) (*server, error) {
	args := []string{"serve", "--data", data}
	for _, s := range settings {
		args = append(args, "--set", s)
	}
	s := &server{cmd: exec.Command(program, args...), log: &tail{}, ready: make(chan struct{}), done: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stderr = s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go s.watch(stdout)
	return s, nil
}

// watch reads the ready line and then waits for the end.
func (s *server) watch(stdout io.Reader) {
	defer close(s.done)
	r := bufio.NewReader(stdout)
	line, _ := r.ReadString('\n') // a server that ends before has said why in its log
	if rest, ok := strings.CutPrefix(line, "gannet ready "); ok {
		for _, pair := range strings.Fields(rest) {
			switch key, value, _ := strings.Cut(pair, "="); key {
			case "ws":
				s.ws = value
			case "http":
				s.http = value
			case "admin":
				s.admin = value
			}
		}
		close(s.ready)
	}
	_, _ = io.Copy(io.Discard, r) // its standard output must not fill up
	_ = s.cmd.Wait()              // the exit code is in ProcessState
}

// errEnded says that a server has ended by itself.
var errEnded = errors.New("the server has ended")

// await returns when the server takes traffic, or why it doesn't.
func (s *server) await(ctx context.Context) error {
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	select {
	case <-s.ready:
		return nil
	case <-s.done:
		return fmt.Errorf("%w (%s); it logged:\n%s", errEnded, s.cmd.ProcessState, s.log)
	case <-patience.C:
		return fmt.Errorf("the server did not get ready within %s; it logged:\n%s", startPatience, s.log)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// kill is kill -9. It returns when the process is gone.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // fails where it is gone
	<-s.done
}

// terminate is SIGTERM. It returns when the process is gone, and what was wrong
// with the way it went.
func (s *server) terminate() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // fails where it is gone
	patience := time.NewTimer(stopPatience)
	defer patience.Stop()
	select {
	case <-s.done:
	case <-patience.C:
		s.kill()
		return fmt.Errorf("after SIGTERM the server did not end within %s; it logged:\n%s", stopPatience, s.log)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("after SIGTERM the server ended with %s; it logged:\n%s", s.cmd.ProcessState, s.log)
	}
	return nil
}

// signalled reports whether a server that is gone was ended by SIGKILL.
func (s *server) signalled() bool {
	status, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
