package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gannet/engine"
)

// unit is a file of systemd: its lines by key, of all sections.
func unit(t *testing.T, name string) map[string][]string {
	t.Helper()
	keys := map[string][]string{}
	for line := range strings.Lines(deployed(t, name)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("%s: %q", name, line)
		}
		keys[key] = append(keys[key], value)
	}
	return keys
}

// commandLine wants a command line that this program understands, and returns the
// files that it names.
func commandLine(t *testing.T, words []string) (config string) {
	t.Helper()
	cmd, rest, err := newRoot().Find(words)
	if err != nil || cmd.Name() == "gannet" {
		t.Fatalf("%q: %v", words, err)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	if f := cmd.Flags().Lookup("config"); f != nil {
		return f.Value.String()
	}
	return ""
}

// TestUnit: what the unit says is what the program does.
func TestUnit(t *testing.T) {
	u := unit(t, "systemd/gannet.service")
	words := strings.Fields(u["ExecStart"][0])
	if words[0] != "/usr/local/bin/gannet" || commandLine(t, words[1:]) != "/etc/gannet.yaml" || words[1] != "serve" {
		t.Errorf("starts %q", words)
	}
	for key, want := range map[string]string{
		"Type": "notify", "RestartPreventExitStatus": "2", "ProtectSystem": "strict", "NoNewPrivileges": "true",
		"StateDirectory": "gannet", "EnvironmentFile": "-/etc/gannet.env", "CapabilityBoundingSet": "",
		"Restart": "always", "RestartSec": "1", "StartLimitIntervalSec": "0",
	} {
		if got := u[key]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	// With either the program ends when it starts, or listens with a backlog of 128.
	for _, key := range []string{"MemoryDenyWriteExecute", "ProcSubset"} {
		if u[key] != nil {
			t.Errorf("%s=%s", key, u[key])
		}
	}
	if u["TimeoutStopSec"][0] != "15" || stopTime.Seconds() >= 15 {
		t.Errorf("a stop takes %s, and systemd waits for %s s", stopTime, u["TimeoutStopSec"])
	}
	if user := u["User"][0]; !strings.Contains(deployed(t, "systemd/sysusers.conf"), "\nu "+user+" ") {
		t.Errorf("nobody makes the user %s", user)
	}
}

// TestUnitBySystemd: systemd understands the unit, and finds little to say against it.
func TestUnitBySystemd(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("NO systemd-analyze: the unit is read by our own test alone. Install systemd to have it checked.")
	}
	name := filepath.Join(t.TempDir(), "gannet.service")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(deployed(t, "systemd/gannet.service"), "ExecStart=/usr/local/bin/gannet", "ExecStart="+self)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", "--man=no", name).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", "--no-pager", name).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestSampleConfiguration: a server can run with the sample once the secrets are
// filled in, and doesn't with the sample's own.
func TestSampleConfiguration(t *testing.T) {
	var names []string
	for line := range strings.Lines(deployed(t, "systemd/gannet.env")) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			if value != "" {
				t.Errorf("%s has a value that everybody knows", name)
			}
			t.Setenv(name, "")
			names = append(names, name)
		}
	}
	from := sources{file: "../../docs/deploy/systemd/gannet.yaml"}
	if _, err := from.loadValid(); err == nil {
		t.Error("it is valid without secrets")
	}
	for _, name := range names {
		t.Setenv(name, strings.Repeat("s", 64))
	}
	c, err := from.loadValid()
	if err != nil {
		t.Fatal(err)
	}
	if risks := c.Risks(); len(risks) > 0 {
		t.Errorf("risky: %v", risks)
	}
	if c.DataDir != "/var/lib/"+unit(t, "systemd/gannet.service")["StateDirectory"][0] {
		t.Errorf("data_dir is %s", c.DataDir)
	}
}

// TestDockerfile: the files that it copies, the command lines and the variables are
// there.
func TestDockerfile(t *testing.T) {
	text := strings.ReplaceAll(deployed(t, "docker/Dockerfile"), "\\\n", " ")
	names := map[string]bool{}
	for _, s := range engine.DefaultConfig().Settings() {
		names[s.Env] = true
	}
	for _, name := range regexp.MustCompile(`GANNET_[A-Z_]+`).FindAllString(text+deployed(t, "docker/compose.yaml"), -1) {
		if !names[name] {
			t.Errorf("%s sets nothing", name)
		}
	}
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "COPY":
			copied(t, rest)
		case "CMD":
			commandLine(t, list(rest))
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, "CMD ")
			commandLine(t, list(command)[1:])
		}
	}
	if !strings.Contains(text, "./cmd/gannet") || !strings.Contains(text, "FROM golang:"+goVersion(t)+" ") {
		t.Errorf("builds something else than this with Go %s", goVersion(t))
	}
}

// copied wants that what is copied from the repository is there.
func copied(t *testing.T, rest string) {
	t.Helper()
	words := strings.Fields(rest)
	if strings.HasPrefix(words[0], "--from=") {
		return
	}
	for _, name := range words[:len(words)-1] {
		if _, err := os.Stat(filepath.Join("../..", name)); err != nil {
			t.Error(err)
		}
	}
}

// list is a JSON list of words.
func list(text string) (words []string) {
	for _, m := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(text, -1) {
		words = append(words, m[1])
	}
	return words
}

// goVersion is the one of go.mod, without its last number.
func goVersion(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`\ngo (\d+\.\d+)`).FindStringSubmatch(string(text))[1]
}

// TestDeployIndex: every file of docs/deploy is in its index.
func TestDeployIndex(t *testing.T) {
	index := deployed(t, "README.md")
	err := filepath.WalkDir("../../docs/deploy", func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel("../../docs/deploy", name)
		if dir := filepath.Dir(rel); rel != "README.md" && !strings.Contains(index, "("+rel+")") && (dir == "." || !strings.Contains(index, "("+dir+"/)")) {
			t.Errorf("%s is not in docs/deploy/README.md", rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(index, -1) {
		if _, err := os.Stat(filepath.Join("../../docs/deploy", m[1])); err != nil {
			t.Error(err)
		}
	}
}
