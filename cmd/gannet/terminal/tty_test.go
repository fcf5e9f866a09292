package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// terminalOf is a terminal to chat at; its other end stays silent.
func terminalOf(t *testing.T) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("terminals were NOT tried: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return slave
}

func modesOf(t *testing.T, f *os.File) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

// unwritable is a file that nothing can be written to.
func unwritable(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// A terminal that can't be written to is what it was, however far it had come.
func TestRestoredWithoutWriting(t *testing.T) {
	in := terminalOf(t)
	before := modesOf(t, in)
	if _, err := openTTY(in, unwritable(t)); err == nil || modesOf(t, in) != before {
		t.Errorf("%v, and the modes of keys stay: %t", err, modesOf(t, in) != before)
	}
	tty, err := openTTY(in, in)
	if err != nil || modesOf(t, in) == before {
		t.Fatal("no modes of keys: ", err)
	}
	tty.out = unwritable(t)
	if err := tty.restore(); err == nil || modesOf(t, in) != before {
		t.Errorf("%v, and the modes of keys stay: %t", err, modesOf(t, in) != before)
	}
}

// sessionAt is a session without a server.
func sessionAt(t *testing.T, in *os.File, stderr io.Writer) *session {
	t.Helper()
	tty, err := openTTY(in, in)
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(t.Context(), &Options{Stderr: stderr})
	s.tty, s.me, s.editor.out = tty, "alice", in
	return s
}

// A terminal is what it was when the program panics.
func TestRestoredAfterPanic(t *testing.T) {
	in := terminalOf(t)
	before := modesOf(t, in)
	s := sessionAt(t, in, io.Discard)
	s.tasks.add(func() { panic("a fault") })
	func() {
		defer func() {
			if r := recover(); r != "a fault" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = s.run()
	}()
	if modesOf(t, in) != before {
		t.Error("the modes of keys stay")
	}
}

// What a session leaves without an answer is told, whyever it ends.
func TestUnsentIsTold(t *testing.T) {
	kicked, gone := errors.New("kicked"), errors.New("gone")
	for name, end := range map[string]struct {
		how  func(*session, context.CancelCauseFunc)
		want error
	}{
		"the server's end":     {func(s *session, _ context.CancelCauseFunc) { s.over(kicked) }, kicked},
		"the terminal is gone": {func(s *session, _ context.CancelCauseFunc) { s.over(nil) }, nil},
		"a signal":             {func(_ *session, cancel context.CancelCauseFunc) { cancel(gone) }, gone},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr strings.Builder
			s := sessionAt(t, terminalOf(t), &stderr)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			s.ctx = ctx
			bob, team := s.conversation(wire.SingleID("alice", "bob")), s.conversation(wire.GroupConvID("team"))
			s.outbox = []outgoing{
				{conv: bob, message: client.Message{Content: client.Text("one\ntwo\x1b[2J")}},
				{conv: team, message: client.Message{Content: client.Text("three")}},
			}
			end.how(s, cancel)
			if err := s.run(); !errors.Is(err, end.want) {
				t.Errorf("%v, want %v", err, end.want)
			}
			want := "gannet: not sent, as far as is known:\n  to bob: one\n    │ two␛[2J\n  to #team: three\n"
			if stderr.String() != want {
				t.Errorf("told %q", &stderr)
			}
		})
	}
	var stderr strings.Builder
	s := sessionAt(t, terminalOf(t), &stderr)
	s.over(nil)
	if err := s.run(); err != nil || stderr.Len() > 0 {
		t.Errorf("%v, told %q of nothing", err, &stderr)
	}
}
