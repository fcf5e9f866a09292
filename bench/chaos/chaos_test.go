package chaos

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gannet/bench/checker"
)

// atOnce is how many campaigns are played at a time: they mostly wait.
const atOnce = 10

// TestFaults is the short form: each fault once.
func TestFaults(t *testing.T) {
	t.Parallel()
	p, dir := program(t), t.TempDir()
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, name := range shortFaults(Faults()) {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			o := Options{Program: p, Faults: []string{name}, Rounds: 1, Dir: dir}
			var out strings.Builder
			if err := Run(t.Context(), o, &out, t.Output()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != 2 || !strings.HasPrefix(lines[1], name) {
				t.Errorf("the table of %s is\n%s", name, &out)
			}
		})
	}
	wg.Wait()
}

// rollback puts the data back to where it was a round ago: what was answered
// since is lost, and has been seen.
func rollback() fault {
	var old string
	f := fault{name: "rollback", rounds: 2}
	f.strike = func(ctx context.Context, c *campaign) {
		c.traffic(ctx)
		c.down(func() {
			c.server.kill()
			if old == "" {
				old = filepath.Join(c.dir, "old")
				must(os.CopyFS(old, os.DirFS(c.data())))
				return
			}
			must(os.RemoveAll(c.data()))
			must(os.Rename(old, c.data()))
		})
		c.up(ctx)
	}
	return f
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// TestLossIsFound: a server that forgets what it has answered is found out, and
// what shows it is kept.
func TestLossIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{Program: program(t), Seed: 1, Dir: dir}
	c, err := newCampaign(&o, rollback(), 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	j, err := c.judge(&o)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{checker.Lost, checker.DivergentOrder} {
		if j.report.Counts[kind] == 0 {
			t.Errorf("nothing is %s: %v", kind, j.report.Counts)
		}
	}
	if _, err := os.Stat(c.data()); err != nil {
		t.Errorf("the data is not kept: %v", err)
	}
	i := slices.IndexFunc(j.kept, func(name string) bool { return strings.HasSuffix(name, ".jsonl") })
	if i < 0 {
		t.Fatalf("no history is kept: %v", j.kept)
	}
	f, err := os.Open(j.kept[i])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	events, err := checker.ReadHistory(f)
	if err != nil {
		t.Fatal(err)
	}
	if again := checker.Check(events); again.OK() {
		t.Error("the history that was kept breaks no promise")
	}
}

// TestForgottenMessageIsFound: of what really happened one message is left out of
// what everybody reads in the end.
func TestForgottenMessageIsFound(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "history")
	o := Options{Program: program(t), Faults: []string{"kill"}, Rounds: 1, History: name, Dir: t.TempDir()}
	if err := Run(t.Context(), o, t.Output(), t.Output()); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	events, err := checker.ReadHistory(f)
	if err != nil {
		t.Fatal(err)
	}
	if report := checker.Check(events); !report.OK() {
		t.Fatal(report.Counts)
	}
	forget(events)
	if report := checker.Check(events); report.Counts[checker.Lost] == 0 {
		t.Errorf("nothing is lost: %v", report.Counts)
	}
}

// forget leaves a conversation's last message out of the final pages, if it was
// answered.
func forget(events []checker.Event) {
	answered := make(map[string]uint64)
	for _, e := range events {
		if e.Phase == checker.OK && e.Verb == checker.Send {
			answered[e.Conv] = max(answered[e.Conv], e.Seq)
		}
	}
	for i := range events {
		e := &events[i]
		if e.Verb == checker.Final && e.Phase == checker.OK {
			e.Entries = slices.DeleteFunc(e.Entries, func(x checker.Entry) bool { return x.Seq >= answered[e.Conv] })
		}
	}
}

// TestNoStart: a server that doesn't start is an error at the beginning, and a
// violation later.
func TestNoStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("#!/bin/sh\necho no, not me >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	o := Options{Program: program(t), Seed: 1, Dir: dir}
	f := faults[0]
	f.strike = func(ctx context.Context, c *campaign) {
		c.program = bad
		killed(ctx, c)
	}
	c, err := newCampaign(&o, f, 0, 5)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.run(t.Context()); err != errHopeless {
		t.Errorf("run: %v", err)
	}
	if c.left != 4 || len(c.rec.findings) != 1 || c.rec.findings[0].Kind != kindStart || !strings.Contains(c.rec.findings[0].Detail, "no, not me") {
		t.Errorf("%d rounds are left, found %v", c.left, c.rec.findings)
	}
	if err := Run(t.Context(), Options{Program: bad, Dir: dir}, t.Output(), t.Output()); err == nil {
		t.Error("a program that can't tell its version is tried")
	}
}
