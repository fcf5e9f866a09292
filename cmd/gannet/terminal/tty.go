package terminal

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// tty is a terminal whose keys come one by one, until it is restored.
type tty struct {
	in, out *os.File
	before  *term.State
}

const (
	pasteOn  = "\x1b[?2004h" // pasted text comes between marks
	pasteOff = "\x1b[?2004l"
)

func openTTY(in, out *os.File) (*tty, error) {
	t := &tty{in: in, out: out}
	return t, t.raw()
}

// raw has keys come one by one. After an error the terminal is what it was.
func (t *tty) raw() error {
	before, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return err
	}
	t.before = before
	if _, err := t.out.WriteString(pasteOn); err != nil {
		return errors.Join(err, term.Restore(int(t.in.Fd()), t.before))
	}
	return nil
}

// restore makes the terminal what it was, first what needs no writing to it.
func (t *tty) restore() error {
	err := term.Restore(int(t.in.Fd()), t.before)
	_, err2 := t.out.WriteString(pasteOff)
	return errors.Join(err, err2)
}

// size is how many columns and rows the terminal has.
func (t *tty) size() (width, height int) {
	width, height, err := term.GetSize(int(t.out.Fd()))
	if err != nil || width == 0 || height == 0 {
		return 80, 24
	}
	return width, height
}

// read hands what is typed over until the terminal is gone. It outlives a session
// whose process ends: nothing can take a read of a terminal back.
func (t *tty) read(input func([]byte), gone func()) {
	buf := make([]byte, 4096)
	for {
		n, err := t.in.Read(buf)
		if n > 0 {
			input(append([]byte(nil), buf[:n]...))
		}
		if err != nil {
			gone()
			return
		}
	}
}

// stopTime is how soon a process that can be stopped is.
const stopTime = 200 * time.Millisecond

// suspend stops the process, as a shell's job, until it is continued.
func (t *tty) suspend() error {
	if err := t.restore(); err != nil {
		return err
	}
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if err := syscall.Kill(0, syscall.SIGTSTP); err != nil {
		return err
	}
	select {
	case <-continued:
	case <-time.After(stopTime): // nobody could continue it: the kernel stops no such process
	}
	return t.raw()
}
