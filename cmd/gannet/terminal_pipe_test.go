package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// chatPipe runs gannet chat without a terminal, and returns what it printed and its
// exit code.
func chatPipe(t *testing.T, env []string, stdin, url string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "gannet", append([]string{"chat", "--url", url}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	cmd.Env = append(os.Environ(), env...)
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestPipe: each line is a message, in order, beyond the rate that the server
// allows; and the receiver still gets all of it.
func TestPipe(t *testing.T) {
	const lines = 60
	p := startProcess(t, t.TempDir(), "limits.messages_per_second=100", "limits.burst=10")
	url := "ws://" + p.ws + "/ws"
	var input, want strings.Builder
	for i := range lines {
		fmt.Fprintf(&input, "line %d\n\n", i)
		fmt.Fprintf(&want, "line %d|", i)
	}
	stdout, stderr, code := chatPipe(t, nil, input.String()+"no end of line", url, "--user", "alice", "--to", "bob", "--json")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for i, line := range strings.Split(strings.TrimSpace(stdout), "\n") {
		var sent struct {
			Type string
			Seq  int
		}
		if err := json.Unmarshal([]byte(line), &sent); err != nil || sent.Type != "sent" || sent.Seq != i+1 {
			t.Errorf("%s: %v", line, err)
		}
	}
	stdout, stderr, code = chatPipe(t, nil, "", url, "--user", "bob", "--listen", "--count", fmt.Sprint(lines+1), "--json")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	got := ""
	for line := range strings.Lines(stdout) {
		var m struct{ Type, From, Content string }
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.Type != "chat" || m.From != "alice" {
			t.Errorf("%s: %v", line, err)
		}
		got += m.Content + "|"
	}
	if got != want.String()+"no end of line|" {
		t.Errorf("heard %s", got)
	}
}

// TestPipeTakesNothing: a script that only sends leaves what its user wasn't sent
// yet to the user's own clients.
func TestPipeTakesNothing(t *testing.T) {
	p := startProcess(t, t.TempDir())
	url := "ws://" + p.ws + "/ws"
	const waiting = 400 // more than a client takes in before somebody receives
	var lines strings.Builder
	for i := range waiting {
		fmt.Fprintf(&lines, "for alice %d\n", i)
	}
	if _, stderr, code := chatPipe(t, nil, lines.String(), url, "--user", "bob", "--to", "alice"); code != exitOK {
		t.Fatal(stderr)
	}
	if _, stderr, code := chatPipe(t, nil, "from alice", url, "--user", "alice", "--to", "carol", "--timeout", "10s"); code != exitOK {
		t.Fatal(stderr)
	}
	stdout, stderr, code := chatPipe(t, nil, "", url, "--user", "alice", "--listen", "--count", fmt.Sprint(waiting+1))
	if code != exitOK || strings.Count(stdout, "bob: for alice ") != waiting || !strings.Contains(stdout, "alice → carol: from alice\n") || !strings.Contains(stdout, "bob: for alice 0\n") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
}

// TestPipeFails: the exit code tells that something wasn't sent, and why stands on
// standard error.
func TestPipeFails(t *testing.T) {
	p := startProcess(t, t.TempDir())
	url := "ws://" + p.ws + "/ws"
	for name, test := range map[string]struct {
		url, stdin string
		args       []string
		code       int
		stderr     string
	}{
		"a line is refused":   {url, "x\n", []string{"--user", "alice", "--to", "alice"}, exitFailure, "line 1: "},
		"nobody is there":     {"ws://" + freeAddress(t) + "/ws", "x\n", []string{"--user", "alice", "--to", "bob"}, exitFailure, "no chat at"},
		"a foreign group":     {url, "x\n", []string{"--user", "alice", "--group", "g/h"}, exitUsage, `"g/h" is no id`},
		"nobody is named":     {url, "x\n", []string{"--user", "alice"}, exitUsage, "standard input is no terminal"},
		"two are":             {url, "x\n", []string{"--user", "alice", "--to", "b", "--group", "c"}, exitUsage, "exclude each other"},
		"who":                 {url, "x\n", []string{"--to", "b"}, exitUsage, "who are you?"},
		"a bad URL":           {"http://127.0.0.1", "x\n", []string{"--user", "a", "--to", "b"}, exitUsage, "ws://host:port"},
		"a number of nothing": {url, "x\n", []string{"--user", "a", "--to", "b", "--count", "1"}, exitUsage, "--listen"},
		"listening to one":    {url, "", []string{"--user", "a", "--to", "b", "--listen"}, exitUsage, "it excludes --to and --group"},
		"listening to few":    {url, "", []string{"--user", "a", "--group", "g", "--listen"}, exitUsage, "it excludes --to and --group"},
		"a file that isn't":   {url, "x\n", []string{"--token-file", "/nowhere", "--to", "b"}, exitUsage, "--token-file"},
		"an argument":         {url, "x\n", []string{"alice"}, exitUsage, "takes no argument"},
		"a bad token":         {url, "x\n", []string{"--token", "abc", "--to", "b"}, exitFailure, ""},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := chatPipe(t, nil, test.stdin, test.url, test.args...)
			if code != test.code || !strings.Contains(stderr, test.stderr) || stdout != "" {
				t.Errorf("exit code %d, %q, %s", code, stdout, stderr)
			}
		})
	}
}

// TestPipeTimeout: a server that doesn't answer ends the command in time.
func TestPipeTimeout(t *testing.T) {
	p := startProcess(t, t.TempDir())
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.CommandContext(t.Context(), "gannet", "chat", "--url", "ws://"+p.ws+"/ws", "--user", "alice", "--to", "bob", "--timeout", "200ms", "--json")
	var stderr bytes.Buffer
	stdout, err := cmd.StdoutPipe()
	cmd.Stdin, cmd.Stderr = r, &stderr
	if err != nil || cmd.Start() != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(w, "answered")
	buf := make([]byte, 1)
	if _, err := stdout.Read(buf); err != nil {
		t.Fatal(err)
	}
	p.kill()
	fmt.Fprintln(w, "not answered")
	w.Close()
	_, _ = new(bytes.Buffer).ReadFrom(stdout)
	_ = cmd.Wait() // the exit code says it
	if code := cmd.ProcessState.ExitCode(); code != exitFailure || !strings.Contains(stderr.String(), "line 2: no answer in time; it may have been sent or not; 1 lines before it were sent") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
}

// TestPipeToken: with a token one is who it says, from wherever it comes.
func TestPipeToken(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "gannet.yaml")
	if err := os.WriteFile(config, []byte("auth:\n  mode: jwt\n  jwt:\n    secret: "+testSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startProcess(t, filepath.Join(dir, "data"), "auth.mode=jwt", "auth.jwt.secret="+testSecret)
	url := "ws://" + p.ws + "/ws"
	token, err := exec.CommandContext(t.Context(), "gannet", "token", "--config", config, "--user", "alice").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "alice.jwt")
	if err := os.WriteFile(file, token, 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := strings.TrimSpace(string(token))
	for name, test := range map[string]struct {
		env, args []string
	}{
		"file":        {nil, []string{"--token-file", file}},
		"flag":        {nil, []string{"--token", fresh}},
		"environment": {[]string{"GANNET_CHAT_TOKEN=" + fresh}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := chatPipe(t, test.env, "hi", url, append(test.args, "--to", "bob", "--json")...)
			if code != exitOK || !strings.Contains(stdout, `"conv_id":"single_alice:bob"`) {
				t.Errorf("exit code %d, %s%s", code, stdout, stderr)
			}
		})
	}
	if _, stderr, code := chatPipe(t, nil, "hi", url, "--user", "alice", "--to", "bob"); code != exitFailure || !strings.Contains(stderr, "wants a token") {
		t.Errorf("without a token: exit code %d: %s", code, stderr)
	}
	if _, err := exec.CommandContext(t.Context(), "env", "GANNET_CHAT_TOKEN="+fresh, "gannet", "config").Output(); err != nil {
		t.Errorf("the token's variable is taken for the server's configuration: %v", err)
	}
}
