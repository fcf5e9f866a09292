package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// longTasks are commands that tell how far they are, on a server with some data.
func longTasks(t *testing.T) (commands map[string][]string) {
	dir := t.TempDir()
	p := startProcess(t, filepath.Join(dir, "data"), "storage.encryption_keys=k:"+strings.Repeat("A", 43)+"=")
	for i := range 20 {
		p.api("POST", "/api/v1/messages/send?uid=bob", fmt.Sprintf(`{"to":"alice","content":"text %d"}`, i), &struct{}{})
	}
	backups, admin := filepath.Join(dir, "backups"), "http://"+p.admin
	keys := []string{"--set", "storage.encryption_keys=k:" + strings.Repeat("A", 43) + "="}
	if out, err := exec.CommandContext(t.Context(), "gannet", "backup", backups, "--admin", admin).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return map[string][]string{
		"backup":  {"gannet", "backup", filepath.Join(dir, "others"), "--admin", admin},
		"restore": {"gannet", "restore", backups, "--data", filepath.Join(dir, "restored-%s")},
		"verify":  append([]string{"gannet", "verify", backups}, keys...),
		"rekey":   append([]string{"gannet", "rekey", "--admin", admin}, keys...),
		"bench":   {"gannet", "bench", "ping", "--connections", "4", "--duration", "200ms", "--no-echo"},
	}
}

// withName fills in what must be another in each run.
func withName(args []string, name string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = strings.ReplaceAll(arg, "%s", name)
	}
	return out
}

// TestProgressOnTerminals: there is a bar while a command runs and nothing of it
// afterwards; what the command prints is as without.
func TestProgressOnTerminals(t *testing.T) {
	bar := regexp.MustCompile(`(backup|restore|verify: sums|bench 1/1 ping) +\d+% \[[=> ]+\]`)
	for name, args := range longTasks(t) {
		t.Run(name, func(t *testing.T) {
			p := startPTY(t, 120, 24, nil, withName(args, "seen")...)
			if code := p.ends(); code != exitOK {
				t.Fatalf("exit code %d\n%s", code, p.screen.text())
			}
			if !bar.Match(p.raw) && name != "rekey" { // which may be over before it is asked
				t.Errorf("there was no bar: %q", p.raw)
			}
			if text := p.screen.text(); strings.ContainsAny(text, "%[") && name != "bench" || strings.Contains(text, "bench 1/1") {
				t.Errorf("the bar is left over:\n%s", text)
			}
			if text := p.screen.text(); strings.TrimSpace(text) == "" {
				t.Error("nothing was printed")
			}
		})
	}
}

// TestProgressElsewhere: in pipes and logs there is no bar, nor on a terminal that
// can't or doesn't want to.
func TestProgressElsewhere(t *testing.T) {
	tasks := longTasks(t)
	for name, args := range tasks {
		var stderr bytes.Buffer
		args := withName(args, "piped")
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil {
			t.Errorf("%s: %v: %s", name, err, &stderr)
		}
		if strings.ContainsAny(stderr.String(), "\r\x1b%") {
			t.Errorf("%s: %q", name, &stderr)
		}
	}
	for name, test := range map[string]struct{ env, args []string }{
		"quiet":  {nil, append(tasks["backup"], "--quiet")},
		"dumb":   {[]string{"TERM=dumb"}, tasks["backup"]},
		"json":   {nil, append(tasks["verify"], "--json")},
		"json 2": {nil, append(tasks["bench"], "--json")},
	} {
		p := startPTY(t, 120, 24, test.env, test.args...)
		if code := p.ends(); code != exitOK {
			t.Errorf("%s: exit code %d\n%s", name, code, p.screen.text())
		}
		if strings.Contains(string(p.raw), "\x1b") || strings.Contains(string(p.raw), "% [") {
			t.Errorf("%s: %q", name, p.raw)
		}
	}
}

// TestProgressInterrupted: Ctrl-C takes the bar away.
func TestProgressInterrupted(t *testing.T) {
	p := startPTY(t, 100, 24, nil, "gannet", "bench", "ping", "--connections", "4", "--duration", "1h", "--no-echo")
	p.see("bench 1/1 ping")
	p.keys("\x03")
	p.ends()
	for _, line := range p.screen.lines() {
		if strings.Contains(line, "bench 1/1") {
			t.Errorf("left over: %q", line)
		}
	}
}

// TestProgressBar: a bar shows how much, how fast and for how long still.
func TestProgressBar(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, false)
	p.terminal = true
	p.set(task{"backup", 100 << 20, unitBytes}, 25<<20)
	p.done()
	if text := out.String(); !regexp.MustCompile(`backup  25% \[=+> +\] \(25/100 ?MiB.*\[\d+s:\d+s\]`).MatchString(text) || !strings.HasSuffix(text, "\r\x1b[K") {
		t.Errorf("%q", text)
	}
	out.Reset()
	p.set(task{what: "verify: reading all records"}, 0)
	fmt.Fprintln(p, "a line")
	p.done()
	if text := out.String(); !strings.Contains(text, "\r\x1b[Ka line\n") {
		t.Errorf("%q", text)
	}
	out.Reset()
	p.silent = true
	p.set(task{"rekey", 10, "runs"}, 5)
	p.done()
	if out.Len() > 0 {
		t.Errorf("silent: %q", &out)
	}
}

// TestProgressText: without a terminal it is told in lines, now and then.
func TestProgressText(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, false)
	p.every = 0
	for _, s := range []struct {
		task  task
		count int64
	}{
		{task{"restore", 2048, unitBytes}, 1024}, {task{"rekey", 10, "runs"}, 5}, {task{what: "verify: reading all records"}, 0},
		{task{"bench 2/3 ping", 1000, unitTime}, 250},
	} {
		p.set(s.task, s.count)
	}
	p.done()
	if err := same("restore: 1.0 KiB of 2.0 KiB\nrekey: 5 of 10 runs\nverify: reading all records …\nbench 2/3 ping, 25 %\n", out.String()); err != nil {
		t.Error(err)
	}
	out.Reset()
	p = newProgress(&out, false)
	p.set(task{"restore", 2048, unitBytes}, 1024)
	p.set(task{"restore", 2048, unitBytes}, 2048)
	p.done()
	if out.Len() > 0 {
		t.Errorf("too often: %q", &out)
	}
}
