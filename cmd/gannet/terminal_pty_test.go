package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// ptyProcess is a program at a terminal of its own.
type ptyProcess struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	screen *screen
	done   chan struct{} // closed when all that it wrote is on the screen
	raw    []byte        // all that it wrote, to be read when done
	before unix.Termios  // the terminal's modes before the program
}

// startPTY starts a program at a terminal of width columns and height rows. It ends
// with the test.
func startPTY(t *testing.T, width, height int, env []string, args ...string) *ptyProcess {
	t.Helper()
	master, slave := openPTY(t)
	p := &ptyProcess{t: t, cmd: exec.Command(args[0], args[1:]...), master: master, screen: newScreen(width, height), done: make(chan struct{})}
	p.before = modes(t, master)
	p.resize(width, height)
	p.cmd.Env = append(append(os.Environ(), "TERM=xterm", "NO_COLOR=", "TZ=UTC"), env...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, slave
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	go p.read()
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
		master.Close()
		<-p.done
	})
	return p
}

// openPTY makes a terminal: what is written to one of its ends is read at the other.
func openPTY(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("terminals were NOT tried: %v", err)
	}
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return master, slave
}

// read puts what the program writes on the screen until it has ended.
func (p *ptyProcess) read() {
	defer close(p.done)
	buf := make([]byte, 4096)
	for {
		n, err := p.master.Read(buf)
		p.raw = append(p.raw, buf[:n]...)
		_, _ = p.screen.Write(buf[:n])
		if err != nil {
			return
		}
	}
}

// resize tells the program that its terminal has another size.
func (p *ptyProcess) resize(width, height int) {
	p.t.Helper()
	p.screen.resize(width, height)
	size := unix.Winsize{Row: uint16(height), Col: uint16(width)}
	if err := unix.IoctlSetWinsize(int(p.master.Fd()), unix.TIOCSWINSZ, &size); err != nil {
		p.t.Fatal(err)
	}
}

// keys presses keys.
func (p *ptyProcess) keys(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.master, text); err != nil {
		p.t.Fatal(err)
	}
}

// enter types a line.
func (p *ptyProcess) enter(text string) {
	p.t.Helper()
	p.keys(text + "\r")
}

// await returns when the screen is as wanted.
func (p *ptyProcess) await(what string, is func(*screen) bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	for !is(p.screen) {
		select {
		case <-p.screen.changed:
		case <-p.done:
			if !is(p.screen) {
				p.t.Fatalf("it has ended, and never was there: %s\n%s", what, p.screen.text())
			}
		case <-ctx.Done():
			p.t.Fatalf("never was there: %s\n%s\ncursor: %s", what, p.screen.text(), p.screen.cursor())
		}
	}
}

// see returns when a text is on the screen, or was.
func (p *ptyProcess) see(text string) {
	p.t.Helper()
	p.await(text, func(s *screen) bool { return strings.Contains(s.text(), text) })
}

// at returns when the cursor is in this row, in the place of the |.
func (p *ptyProcess) at(row string) {
	p.t.Helper()
	p.await(row, func(s *screen) bool { return s.cursor() == row })
}

// ends waits for the program to end and returns its exit code.
func (p *ptyProcess) ends() int {
	p.t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.cmd.Wait() // the exit code says it
	}()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	select {
	case <-ended:
	case <-ctx.Done():
		p.t.Fatalf("it doesn't end\n%s", p.screen.text())
	}
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}
