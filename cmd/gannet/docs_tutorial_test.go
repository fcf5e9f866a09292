package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTutorial does what docs/tutorial.md says, from its first command to its last,
// and sees what it says is to be seen.
func TestTutorial(t *testing.T) {
	for _, tool := range []string{"curl", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("docs/tutorial.md was NOT tried: its commands need %s", tool)
		}
	}
	u := newTutorial(t)
	list := fences(t, "../../docs/tutorial.md")
	for _, f := range list {
		u.do(f)
	}
	if len(list) < 20 || u.commands < 18 || u.lines < 7 {
		t.Errorf("%d fences, %d commands, %d lines on screens were tried", len(list), u.commands, u.lines)
	}
}

// fence is a block of code of a page: what stands behind its first backticks, and
// what is in it.
type fence struct{ info, text string }

func fences(t *testing.T, page string) (list []fence) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(text)) {
		info, mark := strings.CutPrefix(line, "```")
		switch {
		case mark && !inside:
			list = append(list, fence{info: strings.TrimSpace(info)})
			inside = true
		case mark:
			inside = false
		case inside:
			list[len(list)-1].text += line
		}
	}
	return list
}

// tutorial is a reader of the page who does what it says.
type tutorial struct {
	t         *testing.T
	dir       string
	ws, http  string
	admin     string
	hook      string // where the webhook's receiver listens
	secret    string // of the webhook
	server    *process
	terminals map[string]*ptyProcess
	commands  int // that were run
	lines     int // that were seen on terminals
}

func newTutorial(t *testing.T) *tutorial {
	u := &tutorial{t: t, dir: t.TempDir(), ws: freeAddress(t), http: freeAddress(t), admin: freeAddress(t), hook: freeAddress(t), terminals: make(map[string]*ptyProcess)}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, "codec"), filepath.Join(u.dir, "codec")); err != nil {
		t.Fatal(err)
	}
	for _, f := range fences(t, "../../docs/webhooks.md") {
		if f.info == "js" {
			u.save("receiver.mjs", f.text)
			break
		}
	}
	return u
}

func (u *tutorial) save(name, text string) {
	u.t.Helper()
	if err := os.WriteFile(filepath.Join(u.dir, name), []byte(u.here(text)), 0o600); err != nil {
		u.t.Fatal(err)
	}
}

// here puts the addresses of this test in the place of those of the page.
func (u *tutorial) here(text string) string {
	return strings.NewReplacer("127.0.0.1:9502", u.ws, "127.0.0.1:9501", u.http, "127.0.0.1:8080", u.hook,
		"bin/gannet chat", fmt.Sprintf("gannet chat --url ws://%s/ws --http http://%s", u.ws, u.http),
		"bin/gannet webhooks add", "gannet webhooks add --admin http://"+u.admin, "bin/gannet", "gannet",
	).Replace(text)
}

func (u *tutorial) do(f fence) {
	u.t.Helper()
	kind, name, _ := strings.Cut(f.info, " ")
	switch {
	case name != "":
		u.save(name, f.text)
	case kind == "console":
		u.console(f.text)
	case kind == "alice", kind == "bob":
		u.types(kind, f.text)
	case strings.HasPrefix(kind, "screen-"):
		u.sees(strings.TrimPrefix(kind, "screen-"), f.text)
	default:
		u.t.Errorf("nobody knows what to do with the fence %q", f.info)
	}
}

// console runs the commands of a fence one after the other.
func (u *tutorial) console(text string) {
	u.t.Helper()
	for example := range strings.SplitSeq("\n"+text, "\n$ ") {
		command, printed, _ := strings.Cut(example, "\n")
		if command != "" {
			u.commands++
			u.run(command, printed)
		}
	}
}

var (
	atTerminal = regexp.MustCompile(`^bin/gannet chat --user (\w+) --to (\w+)$`)
	hookSecret = regexp.MustCompile(`whsec_\S+`)
)

func (u *tutorial) run(command, printed string) {
	u.t.Helper()
	chat := atTerminal.FindStringSubmatch(command)
	command = u.here(command)
	switch {
	case command == "make build": // this test's own program was built
	case strings.HasPrefix(command, "gannet serve"):
		u.serve(strings.Fields(command)[2:])
	case strings.HasPrefix(command, "kill -9"):
		u.server.kill()
	case chat != nil:
		c := startPTY(u.t, 80, 24, nil, strings.Fields(command)...)
		u.terminals[chat[1]] = c
		c.see("── " + chat[2])
	default:
		u.shell(command, printed)
	}
}

// serve starts the server with these arguments, on this test's addresses. One that
// runs is ended before.
func (u *tutorial) serve(args []string) {
	u.t.Helper()
	if u.server != nil && u.server.cmd.ProcessState == nil {
		u.server.stop()
	}
	cmd := exec.Command("gannet", append([]string{"serve", "--set", "listen.ws=" + u.ws, "--set", "listen.http=" + u.http,
		"--set", "listen.admin=" + u.admin, "--set", "log.level=error", "--set", "log.format=json"}, args...)...)
	cmd.Dir, cmd.Stderr = u.dir, u.t.Output()
	u.server = startCommand(u.t, cmd)
}

// shell runs a command and compares what it prints with what the page shows.
func (u *tutorial) shell(command, want string) {
	u.t.Helper()
	ctx, cancel := context.WithTimeout(u.t.Context(), patience)
	defer cancel()
	if u.secret != "" {
		command = hookSecret.ReplaceAllString(command, u.secret)
	}
	if background, ok := strings.CutSuffix(command, " &"); ok {
		u.background(background)
		return
	}
	if file, ok := strings.CutPrefix(command, "cut -d ' ' -f 1 "); ok { // events come when they come
		command = fmt.Sprintf("until test $(wc -l < %s) -ge %d; do sleep 0.05; done; %s", file, strings.Count(want, "\n"), command)
	}
	cmd := exec.CommandContext(ctx, "sh", "-eu", "-c", command)
	cmd.Dir, cmd.WaitDelay, cmd.Stderr = u.dir, patience, u.t.Output()
	out, err := cmd.Output()
	if err != nil {
		u.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if secret := hookSecret.FindString(string(out)); secret != "" {
		u.secret = secret
	}
	want, got := hookSecret.ReplaceAllString(want, "S"), hookSecret.ReplaceAllString(string(out), "S")
	if err := sameShape(strings.TrimSpace(timesOut(want)), strings.TrimSpace(timesOut(got))); err != nil {
		u.t.Errorf("%s\nprinted\n%sthe page says\n%s%v", command, out, want, err)
	}
}

// background runs a command until the test is over.
func (u *tutorial) background(command string) {
	u.t.Helper()
	cmd := exec.Command("sh", "-c", "exec env PORT="+u.hook[strings.LastIndex(u.hook, ":")+1:]+" "+command)
	cmd.Dir, cmd.Stderr = u.dir, u.t.Output()
	if err := cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	})
}

var localTime = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\b\d\d:\d\d\b`)

func timesOut(text string) string { return localTime.ReplaceAllString(text, "T") }

// types enters lines at somebody's terminal, and sees what becomes of them.
func (u *tutorial) types(name, text string) {
	u.t.Helper()
	c := u.terminals[name]
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		lost := u.server.cmd.ProcessState != nil
		if lost {
			c.see("no connection for")
		}
		if words := strings.Fields(line); words[0] == "/reply" || words[0] == "/react" {
			c.see("\n#" + words[1] + " ")
		}
		c.enter(line)
		switch {
		case lost:
			c.see("1 unsent")
		case strings.HasPrefix(line, "/groups create "):
			c.see("you created the group")
		case strings.HasPrefix(line, "/open "):
			c.see("── " + strings.TrimPrefix(line, "/open "))
		case strings.HasPrefix(line, "/reply "):
			c.see("you  " + strings.Fields(line)[2])
		case strings.HasPrefix(line, "/react "):
			c.see("you put ")
		default:
			c.see("you  " + line)
		}
	}
}

// sees waits for lines on somebody's terminal, one after the other with nothing
// between them.
func (u *tutorial) sees(name, text string) {
	u.t.Helper()
	u.lines += strings.Count(text, "\n")
	want := timesOut(strings.TrimRight(text, "\n"))
	u.terminals[name].await(want, func(s *screen) bool {
		return strings.Contains(withoutDays(timesOut(s.text())), want)
	})
}

var dayLine = regexp.MustCompile(`(?m)^ {4}\w+day, \d+ \w+ \d{4}\n`)

func withoutDays(text string) string { return dayLine.ReplaceAllString(text, "") }
