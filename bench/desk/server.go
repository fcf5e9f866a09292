package desk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// How long a server may take to get ready, and to stop when asked.
const (
	startPatience = 30 * time.Second
	stopPatience  = 15 * time.Second
)

// A server is a process that runs `gannet serve`.
type server struct {
	cmd   *exec.Cmd
	at    address       // once ready is closed
	logs  logTail       // the end of what it logs
	ready chan struct{} // closed when it takes traffic
	done  chan struct{} // closed when it is gone
}

// An address is where a server listens: host:port.
type address struct{ ws, http string }

// serverSettings are those of every server: addresses of the system's choice, no
// limits of rates, and patience with agents who have nothing to say.
var serverSettings = []string{
	"listen.ws=127.0.0.1:0", "listen.http=127.0.0.1:0", "listen.admin=127.0.0.1:0",
	"auth.mode=jwt", "log.level=warn", "limits.messages_per_second=0", "limits.http_per_second=0",
	"limits.logins_per_second=0", "limits.connections_per_address=0", "heartbeat.idle=1h",
}

// startServer starts one on a data directory and waits until it takes traffic. The
// process is in a group of its own: Ctrl-C at the terminal ends what goes on here,
// which then ends the server.
func startServer(ctx context.Context, program, data string, settings, env []string) (*server, error) {
	args := []string{"serve", "--data", data}
	for _, s := range append(serverSettings[:len(serverSettings):len(serverSettings)], settings...) {
		args = append(args, "--set", s)
	}
	s := &server{cmd: exec.Command(program, args...), ready: make(chan struct{}), done: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stderr = &s.logs
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go s.watch(stdout)
	if err := s.await(ctx); err != nil {
		s.kill()
		return nil, err
	}
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
				s.at.ws = value
			case "http":
				s.at.http = value
			}
		}
		close(s.ready)
	}
	_, _ = io.Copy(io.Discard, r) // its standard output must not fill up
	_ = s.cmd.Wait()              // the exit code is in ProcessState
}

func (s *server) await(ctx context.Context) error {
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	select {
	case <-s.ready:
		return nil
	case <-s.done:
		return fmt.Errorf("the server has ended (%s); it logged:\n%s", s.cmd.ProcessState, &s.logs)
	case <-patience.C:
		return fmt.Errorf("the server did not get ready within %s; it logged:\n%s", startPatience, &s.logs)
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
	select {
	case <-s.done:
		return fmt.Errorf("the server ended by itself (%s); it logged:\n%s", s.cmd.ProcessState, &s.logs)
	default:
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // fails where it is gone
	patience := time.NewTimer(stopPatience)
	defer patience.Stop()
	select {
	case <-s.done:
	case <-patience.C:
		s.kill()
		return fmt.Errorf("the server did not end within %s of SIGTERM; it logged:\n%s", stopPatience, &s.logs)
	}
	if !s.cmd.ProcessState.Success() {
		return fmt.Errorf("after SIGTERM the server ended with %s; it logged:\n%s", s.cmd.ProcessState, &s.logs)
	}
	return nil
}

// verifyData has the program look for damage in the data of a server that is stopped.
func verifyData(ctx context.Context, program, data string) error {
	out, err := exec.CommandContext(ctx, program, "verify", data).CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		return fmt.Errorf("gannet verify: %w\n%s", err, out)
	}
	return err
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
