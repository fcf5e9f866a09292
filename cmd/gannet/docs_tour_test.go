package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReadmeTour does what README.md shows under "A tour in 60 seconds" and "Behind
// your own backend", and gets answers of the shape that stands there.
func TestReadmeTour(t *testing.T) {
	for _, tool := range []string{"curl", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the tour of README.md was NOT tried: its commands need %s", tool)
		}
	}
	dir, ws, http := t.TempDir(), freeAddress(t), freeAddress(t)
	tour := &tour{t: t, dir: dir, here: strings.NewReplacer("127.0.0.1:9502", ws, "127.0.0.1:9501", http)}
	start := func(sets ...string) *process {
		return startProcess(t, filepath.Join(dir, "data"), append(sets, "listen.ws="+ws, "listen.http="+http)...)
	}
	p := start()
	list := fences(t, filepath.Join(repository, english))
	at := slices.IndexFunc(list, func(f fence) bool { return f.info == "js" })
	tour.greets(list[at].text, list[at+1].text)
	curls := shellExamples(t, filepath.Join(repository, english))
	if len(curls) != 3 {
		t.Fatalf("%d commands: %v", len(curls), curls)
	}
	tour.shows(curls[0])
	p.kill()
	p = start()
	tour.shows(curls[1])
	p.stop()

	out, err := exec.CommandContext(t.Context(), "gannet", "apikey", "--name", "shop").Output()
	if err != nil {
		t.Fatal(err)
	}
	words := regexp.MustCompile(`(?s)key: +(\S+).*(shop:\S+)`).FindStringSubmatch(string(out))
	if words == nil {
		t.Fatalf("%s", out)
	}
	start("auth.api_keys=" + strings.Trim(words[2], `",'`))
	first, more := strings.CutSuffix(curls[2].command, "\\")
	if !more {
		t.Fatalf("%q isn't continued in a second line", first)
	}
	if answer := tour.run("KEY=" + words[1] + "; " + first + curls[2].printed); !strings.Contains(answer, `"code":200`) {
		t.Errorf("%s\nprinted %s", curls[2].command, answer)
	}
}

// tour is somebody who follows the page in a directory.
type tour struct {
	t    *testing.T
	dir  string
	here *strings.Replacer // this test's addresses for those of the page
}

// greets runs the script of the page, whose lines may come in another order.
func (u *tour) greets(script, printed string) {
	u.t.Helper()
	if err := os.WriteFile(filepath.Join(u.dir, "hello.mjs"), []byte(u.here.Replace(script)), 0o600); err != nil {
		u.t.Fatal(err)
	}
	got := sortedLines(u.run("node --experimental-websocket hello.mjs"))
	want := sortedLines(printed)
	if len(got) != len(want) {
		u.t.Fatalf("hello.mjs printed %q", got)
	}
	for i := range want {
		who, object, _ := strings.Cut(want[i], " < ")
		whoGot, objectGot, _ := strings.Cut(got[i], " < ")
		if err := same(who, whoGot); err != nil {
			u.t.Error(err)
		}
		if err := sameShape(object, objectGot); err != nil {
			u.t.Errorf("%s: %v", got[i], err)
		}
	}
}

var kindOfMessage = regexp.MustCompile(`^\w+ < \{"type":"\w+"`)

// sortedLines are the lines of a text by who hears what.
func sortedLines(text string) []string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.SortFunc(lines, func(a, b string) int {
		return strings.Compare(kindOfMessage.FindString(a), kindOfMessage.FindString(b))
	})
	return lines
}

func (u *tour) shows(e shellExample) {
	u.t.Helper()
	if err := sameShape(e.printed, u.run(e.command)); err != nil {
		u.t.Errorf("%s: %v", e.command, err)
	}
}

func (u *tour) run(command string) string {
	u.t.Helper()
	ctx, cancel := context.WithTimeout(u.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-eu", "-c", u.here.Replace(command))
	cmd.Dir, cmd.WaitDelay = u.dir, patience
	out, err := cmd.Output()
	if err != nil {
		u.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}
