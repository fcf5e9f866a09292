package bench

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A process is a server that the bench has started and will stop.
type process struct {
	cmd   *exec.Cmd
	ready map[string]string // the key=value pairs of its ready line
	logs  *tail
	dir   string // removed at the end; may be empty
	done  chan struct{}
}

// How long a server may take to get ready, and to stop when asked.
const (
	startPatience = 30 * time.Second
	stopPatience  = 15 * time.Second
)

// startProcess runs program with args and waits for the line `gannet ready …`
// on its standard output. The process is in a group of its own, so that Ctrl-C
// at the terminal ends the measuring and not the server under it.
func startProcess(program string, env []string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(program, args...), logs: &tail{}, done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = p.logs
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	line := make(chan string, 1)
	go func() {
		defer close(p.done)
		r := bufio.NewReader(stdout)
		first, _ := r.ReadString('\n')
		line <- first
		io.Copy(io.Discard, r) // its standard output must not fill up
		p.cmd.Wait()
	}()
	if err := p.await(line); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// await reads the ready line.
func (p *process) await(line <-chan string) error {
	select {
	case first := <-line:
		rest, ok := strings.CutPrefix(first, "gannet ready ")
		if !ok {
			return fmt.Errorf("the server did not get ready, it said %q and logged:\n%s", first, p.logs)
		}
		p.ready = make(map[string]string)
		for _, pair := range strings.Fields(rest) {
			key, value, _ := strings.Cut(pair, "=")
			p.ready[key] = value
		}
		return nil
	case <-time.After(startPatience):
		return fmt.Errorf("the server did not get ready within %s; it logged:\n%s", startPatience, p.logs)
	}
}

// stop asks the process to end, insists if it doesn't, and removes its directory.
func (p *process) stop() error {
	p.cmd.Process.Signal(syscall.SIGTERM)
	var err error
	select {
	case <-p.done:
	case <-time.After(stopPatience):
		p.cmd.Process.Kill()
		<-p.done
		err = fmt.Errorf("the server did not stop within %s", stopPatience)
	}
	if p.dir != "" {
		os.RemoveAll(p.dir)
	}
	return err
}

// exited reports whether the process has ended by itself.
func (p *process) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// startServer starts `gannet serve` with a fresh data directory.
func startServer(o *Options, secret string, settings []string) (*process, error) {
	program, err := o.program()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(o.Dir, "gannet-bench-")
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	args := []string{"serve", "--data", filepath.Join(dir, "data")}
	env := []string(nil)
	for _, listener := range []string{"ws", "http", "admin"} {
		settings = append(settings, "listen."+listener+"=127.0.0.1:0")
	}
	settings = append(settings, "log.level=warn")
	if secret != "" {
		settings = append(settings, "auth.mode=jwt")
		env = append(env, "GANNET_AUTH_JWT_SECRET="+secret) // an argument could be read by everybody
	}
	for _, s := range settings {
		args = append(args, "--set", s)
	}
	p, err := startProcess(program, env, append(args, o.ServerArgs...)...)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	p.dir = dir
	return p, nil
}

func (o *Options) program() (string, error) {
	if o.Executable != "" {
		return o.Executable, nil
	}
	return os.Executable()
}
