package js_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gannet/codec/js"
	"gannet/engine"
)

const secret = "for the tests of the JavaScript client alone"

// TestMain makes this program a server, where a test in test/ wants one that it can
// kill.
func TestMain(m *testing.M) {
	text := os.Getenv("JSTEST_SERVE")
	if text == "" {
		os.Exit(m.Run())
	}
	var at struct{ Dir, WS, HTTP, Admin string }
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		log.Fatal(err)
	}
	c := config(at.Dir)
	c.Listen.WS, c.Listen.HTTP, c.Listen.Admin = at.WS, at.HTTP, at.Admin
	e, err := engine.New(c, slog.New(slog.DiscardHandler))
	if err == nil {
		err = e.Start()
	}
	if err != nil {
		log.Fatal(err)
	}
	select {}
}

func config(dir string) engine.Config {
	c := engine.DefaultConfig()
	c.DataDir = dir
	c.Auth.Mode = "dev"
	c.Listen.WS, c.Listen.HTTP, c.Listen.Admin = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.Reactors = 2
	c.Storage.MinFreeBytes = 0
	return c
}

// TestNode runs the tests in test/ under Node, with two servers of this process,
// one in dev mode and one with tokens, and with this program for those that they kill.
func TestNode(t *testing.T) {
	node, ws := needNode(t)
	dev, api := serve(t, nil)
	jwt, jwtAPI := serve(t, func(c *engine.Config) {
		c.Auth.Mode, c.Auth.JWT.Secret = "jwt", secret
		c.Delivery.RetryCheck = c.Delivery.RetryCheck / 10 // tokens that run out are looked for as often
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("test/*.test.js")
	if err != nil || len(files) == 0 {
		t.Fatal("no tests in test/", err)
	}
	cmd := exec.CommandContext(t.Context(), node, append([]string{"--test"}, files...)...)
	cmd.Env = append(os.Environ(), "JSTEST_WS="+ws,
		"JSTEST_URL=ws://"+dev+"/ws", "JSTEST_API=http://"+api,
		"JSTEST_JWT_URL=ws://"+jwt+"/ws", "JSTEST_JWT_API=http://"+jwtAPI, "JSTEST_JWT_SECRET="+secret,
		"JSTEST_PROGRAM="+self)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("\n# skipped 0\n")) {
		t.Errorf("some were skipped:\n%s", out)
	}
}

// needNode skips where there is no Node, or not the package ws, of which clients
// are made there.
func needNode(t *testing.T) (node, ws string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("NOT TESTED: there is no node on this machine, so the JavaScript client isn't tried at all")
	}
	for _, place := range []string{os.Getenv("JSTEST_WS"), "node_modules/ws", "/usr/share/nodejs/ws", "/usr/lib/node_modules/ws"} {
		if place == "" {
			continue
		}
		if place, err = filepath.Abs(place); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(place, "package.json")); err == nil {
			return node, place
		} else if !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	t.Skip("NOT TESTED: the package ws isn't on this machine (Debian: node-ws; else set JSTEST_WS to its folder), so the JavaScript client isn't tried at all")
	return "", ""
}

// serve runs an engine for as long as the test.
func serve(t *testing.T, change func(*engine.Config)) (ws, http string) {
	t.Helper()
	c := config(t.TempDir())
	if change != nil {
		change(&c)
	}
	e, err := engine.New(c, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	ws, http, _ = e.Addrs()
	return ws, http
}

// What is embedded is what npm gets.
func TestEmbedded(t *testing.T) {
	for name, text := range map[string][]byte{"gannet.js": js.Module(), "gannet.d.ts": js.Types()} {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(file, text) || len(text) == 0 {
			t.Errorf("%s differs from what is embedded", name)
		}
	}
}
