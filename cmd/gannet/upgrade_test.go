package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gannet/codec/client"
	"gannet/codec/wire"
)

const (
	upgradeUsers = 4   // each talks to the next
	upgradeAtOne = 3   // messages of each that are under way at a time
	upgradeSteps = 500 // messages that are answered before the program is replaced, and after
)

// TestUpgrade: the program on the disk is replaced and the server restarted, twice, the
// second time by the first program again, while clients talk that reconnect by
// themselves. Nothing that was answered is lost, nothing is there twice, and
// everybody gets all of it, once and in order.
func TestUpgrade(t *testing.T) {
	dir := t.TempDir()
	installed := filepath.Join(dir, "gannet")
	programs := []string{buildAs(t, dir, "old"), buildAs(t, dir, "new")}
	install(t, programs[0], installed)
	p := startCommand(t, installedCommand(t, installed, filepath.Join(dir, "data")))
	sets := []string{"listen.ws=" + p.ws, "listen.http=" + p.http, "listen.admin=" + p.admin} // clients know where it is

	c := startCrowd(t, "ws://"+p.ws+"/ws")
	for _, next := range []string{programs[1], programs[0]} {
		c.await(upgradeSteps)
		install(t, next, installed)
		p.stop()
		p = startCommand(t, installedCommand(t, installed, filepath.Join(dir, "data"), sets...))
		if running, err := os.ReadFile(fmt.Sprintf("/proc/%d/exe", p.cmd.Process.Pid)); err != nil || !bytes.Equal(running, read(t, next)) {
			t.Errorf("another program runs: %v", err)
		}
	}
	c.await(upgradeSteps)
	c.finish()
	for i := range upgradeUsers {
		c.check(i, p)
	}
}

// buildAs builds this program so that it differs from another of another name.
func buildAs(t *testing.T, dir, name string) string {
	t.Helper()
	program := filepath.Join(dir, name)
	out, err := exec.Command("go", "build", "-ldflags=-buildid="+name, "-o", program, "gannet/cmd/gannet").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// install puts a program beside the one that is there and renames it over.
func install(t *testing.T, program, installed string) {
	t.Helper()
	beside := installed + ".next"
	if err := os.WriteFile(beside, read(t, program), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(beside, installed); err != nil {
		t.Fatal(err)
	}
}

func installedCommand(t *testing.T, installed, data string, sets ...string) *exec.Cmd {
	cmd := command(t, data, sets...)
	cmd.Path = installed
	return cmd
}

// crowd is a ring of users: each sends to the next one and gets from the one before.
type crowd struct {
	t        *testing.T
	answered atomic.Int64
	enough   atomic.Bool
	senders  sync.WaitGroup
	getters  sync.WaitGroup
	leave    context.CancelFunc // lets the getters go

	mu   sync.Mutex
	sent [upgradeUsers]map[string]client.Sent // answers by content
	got  [upgradeUsers]map[string]uint64      // by content: the seq
}

func startCrowd(t *testing.T, url string) *crowd {
	c := &crowd{t: t}
	var ctx context.Context
	ctx, c.leave = context.WithTimeout(t.Context(), 3*patience)
	for i := range upgradeUsers {
		c.sent[i], c.got[i] = map[string]client.Sent{}, map[string]uint64{}
		// One connection to send and one to get: the answers don't wait for what comes.
		out, err := client.Dial(ctx, client.Config{URL: url, User: userOf(i), Device: "out", SendOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		in, err := client.Dial(ctx, client.Config{URL: url, User: userOf(i), Device: "in", Tracked: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.leave(); _ = out.Close(); _ = in.Close() })
		var n atomic.Int64
		for range upgradeAtOne {
			c.senders.Go(func() { c.send(ctx, i, out, &n) })
		}
		c.getters.Go(func() { c.get(ctx, i, in) })
	}
	return c
}

func userOf(i int) string { return fmt.Sprint("u", i%upgradeUsers) }

// send sends messages to the next user until it is enough.
func (c *crowd) send(ctx context.Context, user int, out *client.Client, n *atomic.Int64) {
	for !c.enough.Load() {
		content := fmt.Sprintf("%s %d", userOf(user), n.Add(1))
		sent, err := persist(ctx, out, client.Message{To: userOf(user + 1), CID: content, Content: client.Text(content)})
		if err != nil {
			c.t.Errorf("%s: %v", content, err)
			return
		}
		c.mu.Lock()
		c.sent[user][content] = sent
		c.mu.Unlock()
		c.answered.Add(1)
	}
}

// persist sends a message again where the server had too much to do.
func persist(ctx context.Context, out *client.Client, m client.Message) (client.Sent, error) {
	for {
		sent, err := out.Send(ctx, m)
		if refusal, ok := errors.AsType[*wire.Error](err); !ok || refusal.Reason != wire.ReasonBusy {
			return sent, err
		}
	}
}

// get takes what the user before has sent, until it is let go.
func (c *crowd) get(ctx context.Context, user int, in *client.Client) {
	for last := uint64(0); ; {
		m, err := in.Receive(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			c.t.Errorf("%s: %v", userOf(user), err)
			return
		}
		if m.From == userOf(user) { // what the other device of this user has sent
			continue
		}
		c.mu.Lock()
		if at, twice := c.got[user][string(m.Content)]; twice || m.Seq <= last {
			c.t.Errorf("%s got %s at %d after %d, and before that at %d", userOf(user), m.Content, m.Seq, last, at)
		}
		c.got[user][string(m.Content)], last = m.Seq, m.Seq
		c.mu.Unlock()
	}
}

// await returns when so many more were answered.
func (c *crowd) await(more int64) {
	c.t.Helper()
	want := c.answered.Load() + more
	c.until(func() bool { return c.answered.Load() >= want })
}

// until returns when something is so.
func (c *crowd) until(so func() bool) {
	c.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); !so(); <-look.C {
		if time.Now().After(deadline) {
			c.t.Fatalf("in vain; %d were answered", c.answered.Load())
		}
	}
}

// finish ends the talk when all that was sent has come.
func (c *crowd) finish() {
	c.t.Helper()
	c.enough.Store(true)
	c.senders.Wait()
	c.until(func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i := range upgradeUsers {
			if len(c.got[(i+1)%upgradeUsers]) < len(c.sent[i]) {
				return false
			}
		}
		return true
	})
	c.leave()
	c.getters.Wait()
}

// check holds what a user was answered, and the next one got, against the history.
func (c *crowd) check(user int, p *process) {
	c.t.Helper()
	receiver := (user + 1) % upgradeUsers
	stored := map[string]int{}
	for _, m := range p.historyOf(userOf(receiver), "to="+userOf(user)) {
		if m.From != userOf(user) {
			continue
		}
		stored[m.Content]++
		if sent := c.sent[user][m.Content]; fmt.Sprint(sent.ID) != m.ID || sent.Seq != uint64(m.Seq) {
			c.t.Errorf("answered %v, stored %v", sent, m)
		}
		if got := c.got[receiver][fmt.Sprintf("%q", m.Content)]; got != uint64(m.Seq) {
			c.t.Errorf("stored %v, got at %d", m, got)
		}
	}
	for content := range c.sent[user] {
		if stored[content] != 1 {
			c.t.Errorf("%s is stored %d times", content, stored[content])
		}
	}
	if len(stored) != len(c.sent[user]) || len(stored) == 0 {
		c.t.Errorf("%s: %d answered, %d stored", userOf(user), len(c.sent[user]), len(stored))
	}
}
