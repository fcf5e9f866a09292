package terminal

import (
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

func (t *tty) raw() (err error) {
	if t.before, err = term.MakeRaw(int(t.in.Fd())); err != nil {
		return err
	}
	_, err = t.out.WriteString(pasteOn)
	return err
}

// restore makes the terminal what it was.
func (t *tty) restore() error {
	if _, err := t.out.WriteString(pasteOff); err != nil {
		return err
	}
	return term.Restore(int(t.in.Fd()), t.before)
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
