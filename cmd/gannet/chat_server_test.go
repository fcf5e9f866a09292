package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// chatServer is a server process of a script.
type chatServer struct {
	cmd             *exec.Cmd
	ws, http, admin string
	log             bytes.Buffer // to be read when it has ended
	ended           bool
}

// serve starts the server, with settings key=value, and waits until it takes
// traffic.
func (s *chatScript) serve(settings []string) error {
	if s.server != nil {
		return errors.New("a server is running")
	}
	args := []string{"serve", "--data", s.dataDir, "--set", "log.level=error",
		"--set", "listen.ws=127.0.0.1:0", "--set", "listen.http=127.0.0.1:0", "--set", "listen.admin=127.0.0.1:0"}
	if len(s.entries) > 0 {
		settings = append(settings, "auth.api_keys="+strings.Join(s.entries, ","))
	}
	for _, setting := range slices.Concat(s.settings, settings) {
		args = append(args, "--set", setting)
	}
	p := &chatServer{cmd: exec.Command(s.program, args...)}
	p.cmd.Dir, p.cmd.Stderr = s.workDir, &p.log
	p.cmd.Env = append(os.Environ(), s.environment...)
	stdout, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return err
	}
	s.server = p
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err == nil {
		_, err = fmt.Sscanf(line, "gannet ready ws=%s http=%s admin=%s", &p.ws, &p.http, &p.admin)
	}
	return err
}

// shutdown ends the server in order.
func (s *chatScript) shutdown([]string) error {
	if s.server == nil {
		return errors.New("no server is running")
	}
	if err := s.server.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := s.server.cmd.Wait()
	s.server.ended = true
	return errors.Join(err, s.forgetServer())
}

// crash is kill -9.
func (s *chatScript) crash([]string) error {
	if s.server == nil {
		return errors.New("no server is running")
	}
	s.server.kill()
	return s.forgetServer()
}

func (s *chatScript) forgetServer() error {
	log := s.server.faults()
	s.server = nil
	if log != "" {
		return fmt.Errorf("the server logged\n%s", log)
	}
	return nil
}

// faults is what a server that has ended has logged. What it says to people who
// try it out is no log.
func (p *chatServer) faults() string {
	var logged []string
	for line := range strings.Lines(p.log.String()) {
		invites := strings.HasPrefix(line, "Open http") || strings.HasPrefix(line, "In a terminal: ") || strings.HasPrefix(line, "Everybody is believed")
		if !invites && line != "\n" {
			logged = append(logged, line)
		}
	}
	return strings.Join(logged, "")
}

func (p *chatServer) kill() {
	if !p.ended {
		p.ended = true
		_ = p.cmd.Process.Kill() // fails where it has ended by itself
		_ = p.cmd.Wait()         // says that it was killed
	}
}
