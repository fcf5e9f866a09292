package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// This machine can be looked at, whatever it is like.
func TestLook(t *testing.T) {
	r := Look(t.Context(), Machine{}, &Target{Room: plain, DataDir: t.TempDir() + "/not/there", Listeners: []Listener{{Key: "listen.ws", Addr: "127.0.0.1:0"}}})
	seen := map[string]bool{}
	for _, l := range r.Lines {
		if l.Found == "" {
			t.Errorf("%+v says nothing", l)
		}
		seen[l.Check] = true
	}
	for _, check := range []string{"machine", "descriptors", "net.core.somaxconn", "processors", "memory", "swap", "file system", "free space", "flush time", "data_dir", "clock", "listen.ws"} {
		if !seen[check] {
			t.Errorf("no line of %s", check)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := Look(ctx, Machine{}, &Target{DataDir: t.TempDir()}); len(r.Lines) > 0 {
		t.Errorf("looked on: %+v", r.Lines)
	}
}

func TestReport(t *testing.T) {
	var r Report
	if r.Worst() != OK {
		t.Error(r.Worst())
	}
	r.add(OK, "a", "not to be said", "fine")
	r.add(Unknown, "b", "", "dark")
	if r.Worst() != Unknown {
		t.Error(r.Worst())
	}
	r.add(Fail, "c", "mend it", "%d broken", 2)
	r.add(Warn, "d", "look", "odd")
	if r.Worst() != Fail {
		t.Error(r.Worst())
	}
	var text, raw bytes.Buffer
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ok       a ", "fail     c ", "2 broken\n", "-> mend it\n", "ok 1, warn 1, fail 1, unknown 1"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &text)
		}
	}
	if strings.Contains(text.String(), "not to be said") {
		t.Error("advice for what is well")
	}
	if err := r.JSON(&raw); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Worst string
		Lines []struct{ Check, State, Found, Advice string }
	}
	if err := json.Unmarshal(raw.Bytes(), &back); err != nil || back.Worst != "fail" || len(back.Lines) != 4 || back.Lines[2].Advice != "mend it" {
		t.Errorf("%v: %s", err, &raw)
	}
}

func TestContainer(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"":           {"proc/1/environ": "HOME=/root\x00"},
		"Docker":     {".dockerenv": ""},
		"Podman":     {"run/.containerenv": ""},
		"process 1":  {"proc/1/environ": "A=b\x00container=lxc\x00"},
		"Kubernetes": {"var/run/secrets/kubernetes.io/token": "x"},
	} {
		var r Report
		place(t.Context(), machine(t, files), nil, &r)
		if want := map[bool]State{true: OK, false: Unknown}[name == ""]; r.Lines[0].State != want || !strings.Contains(r.Lines[0].Found, name) {
			t.Errorf("%s: %+v", name, r.Lines)
		}
	}
}

// It looks at this machine from whatever directory it runs in.
func TestMachineFromAnyDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	var m Machine
	if _, err := m.read("proc/meminfo"); err != nil {
		t.Error(err)
	}
	if !m.exists("proc/self") {
		t.Error("no proc/self")
	}
}
