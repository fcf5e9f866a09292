package main

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// chatServerAt starts a server on ports that another one can have after it.
func chatServerAt(t *testing.T, dir, ws, http string) *process {
	return startProcess(t, dir, "listen.ws="+ws, "listen.http="+http)
}

// freeAddress is one that nobody listens on now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// chatAt is gannet chat at a terminal.
func chatAt(t *testing.T, p *process, args ...string) *ptyProcess {
	t.Helper()
	return startPTY(t, 80, 24, nil, append([]string{"gannet", "chat", "--url", "ws://" + p.ws + "/ws", "--http", "http://" + p.http}, args...)...)
}

// said are the messages on a screen: number, who and the text's first row.
func said(s *screen) (list []string) {
	message := regexp.MustCompile(`^(#\d+) +\d\d:\d\d (\S+)  (.*)$`)
	for _, line := range s.lines() {
		if m := message.FindStringSubmatch(line); m != nil {
			list = append(list, strings.Join(m[1:], " "))
		}
	}
	return list
}

// TestTerminalKill: two people chat at terminals, the server is killed twice while
// they do. Nothing is lost, doubled or out of order on either screen.
func TestTerminalKill(t *testing.T) {
	dir, ws, http := t.TempDir(), freeAddress(t), freeAddress(t)
	p := chatServerAt(t, dir, ws, http)
	alice := chatAt(t, p, "--user", "alice", "--to", "bob")
	bob := chatAt(t, p, "--user", "bob", "--to", "alice")
	alice.see("nothing has been said here yet")
	bob.see("nothing has been said here yet")
	var want, seenByAlice, seenByBob []string
	for round := range 3 {
		for i := range 3 {
			text := fmt.Sprintf("round %d, %d", round, i)
			alice.enter(text)
			want = append(want, text)
			if i == 1 && round < 2 {
				p.kill()
				alice.see("no connection for")
				bob.see("no connection for")
			}
		}
		if round < 2 {
			p = chatServerAt(t, dir, ws, http)
		}
		alice.see(want[len(want)-1])
		bob.see(want[len(want)-1])
		bob.enter(fmt.Sprint("answer ", round))
		want = append(want, fmt.Sprint("answer ", round))
		alice.see(want[len(want)-1])
		bob.see(fmt.Sprintf("#%-3d", len(want)))
	}
	for i, text := range want {
		who, other := "you", "alice"
		if strings.HasPrefix(text, "answer") {
			who, other = "bob", "you"
		}
		seenByAlice = append(seenByAlice, fmt.Sprintf("#%d %s %s", i+1, who, text))
		seenByBob = append(seenByBob, fmt.Sprintf("#%d %s %s", i+1, other, text))
	}
	if err := same(seenByAlice, said(alice.screen)); err != nil {
		t.Errorf("%v\n%s", err, alice.screen.text())
	}
	if err := same(seenByBob, said(bob.screen)); err != nil {
		t.Errorf("%v\n%s", err, bob.screen.text())
	}
}

// TestTerminalCatchesUp: what the user said elsewhere while the terminal was cut off
// is shown as well, however much it is.
func TestTerminalCatchesUp(t *testing.T) {
	const elsewhere = 250 // more than two pages
	dir, ws, http := t.TempDir(), freeAddress(t), freeAddress(t)
	p := chatServerAt(t, dir, ws, http)
	p.api("POST", "/api/v1/messages/send?uid=bob", `{"to":"alice","content":"first"}`, &struct{}{})
	alice := chatAt(t, p, "--user", "alice", "--to", "bob")
	alice.see("bob  first")
	p.kill()
	alice.see("no connection for")
	p = startProcess(t, dir)
	for i := range elsewhere {
		p.api("POST", "/api/v1/messages/send?uid=alice", fmt.Sprintf(`{"to":"bob","content":"%d"}`, i), &struct{}{})
	}
	p.kill()
	p = chatServerAt(t, dir, ws, http)
	alice.see(fmt.Sprintf("you  %d\n", elsewhere-1))
	p.api("POST", "/api/v1/messages/send?uid=bob", `{"to":"alice","content":"last"}`, &struct{}{})
	alice.see("bob  last")
	want := []string{"#1 bob first"}
	for i := range elsewhere {
		want = append(want, fmt.Sprintf("#%d you %d", i+2, i))
	}
	if err := same(append(want, fmt.Sprintf("#%d bob last", elsewhere+2)), said(alice.screen)); err != nil {
		t.Errorf("%v\n%s", err, alice.screen.text())
	}
}

// A terminal is as it was when the chat is over, however it ends.
func TestTerminalIsRestored(t *testing.T) {
	p := startProcess(t, t.TempDir())
	for name, test := range map[string]struct {
		end  func(*ptyProcess)
		code int
	}{
		"Ctrl-D":  {func(c *ptyProcess) { c.keys("\x04") }, exitOK},
		"Ctrl-C":  {func(c *ptyProcess) { c.keys("typed\x03\x03") }, exitOK},
		"quit":    {func(c *ptyProcess) { c.enter("/quit") }, exitOK},
		"SIGTERM": {func(c *ptyProcess) { _ = c.cmd.Process.Signal(syscall.SIGTERM) }, exitFailure},
	} {
		t.Run(name, func(t *testing.T) {
			c := chatAt(t, p, "--user", "alice")
			c.see("/open NAME")
			if modes(t, c.master) == c.before || !c.screen.mode("2004") {
				t.Fatal("the terminal isn't in the mode for keys")
			}
			test.end(c)
			if code := c.ends(); code != test.code {
				t.Errorf("exit code %d\n%s", code, c.screen.text())
			}
			if modes(t, c.master) != c.before || c.screen.mode("2004") {
				t.Error("the terminal isn't restored")
			}
			if strange := c.screen.unfamiliar(); len(strange) > 0 {
				t.Errorf("the terminal doesn't know %q", strange)
			}
		})
	}
}

// modes are the terminal's, as the kernel has them.
func modes(t *testing.T, tty *os.File) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}
