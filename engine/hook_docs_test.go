package engine_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gannet/engine"
)

// TestHookDocs: the receiver in docs/hook.md does what is said of it.
func TestHookDocs(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: there is no node here, by which the receiver of docs/hook.md is run")
	}
	url := "http://127.0.0.1:" + runReceiver(t, node)
	s := serve(t, t.TempDir(), func(c *engine.Config) { c.Hook.URL, c.Hook.Secret = url, hookSecret })
	a, b := s.enter("1"), s.enter("2")
	a.ask(`{"type":"send","to":"2","content":"hello"}`, object{"type": "sent"})
	b.expect(object{"type": "chat", "content": "hello"})
	a.ask(`{"type":"send","to":"2","content":"buy now!"}`, object{"type": "error", "reason": "denied", "msg": "no advertising, please"})
	a.ask(`{"type":"send","to":"2","content":{"card":"4111111111111111"},"content_type":"rich"}`, object{"type": "sent"})
	b.expect(object{"type": "chat", "content": "[a card number was removed]", "content_type": nil})
	s.stop()
	s = serve(t, t.TempDir(), func(c *engine.Config) { c.Hook.URL, c.Hook.Secret = url, strings.Repeat("another ", 4) })
	s.dial("uid=1").expect(object{"type": "system"})
	if status, _ := s.call("POST", "/api/v1/messages/send?uid=1", `{"to":"2","content":"hello"}`); status != 503 {
		t.Errorf("status %d with another secret", status)
	}
}

// runReceiver runs the program of the page and returns its port.
func runReceiver(t *testing.T, node string) (port string) {
	t.Helper()
	page, err := os.ReadFile("../docs/hook.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```js\n")
	program, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/hook.md has no receiver")
	}
	name := filepath.Join(t.TempDir(), "hook.mjs")
	if err := os.WriteFile(name, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, name)
	cmd.Env = append(os.Environ(), "PORT=0", "GANNET_HOOK_SECRET="+hookSecret)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
