package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gannet/storage"
)

// newKeyText is a line of the configuration.
func newKeyText(t *testing.T, id string) string {
	t.Helper()
	key, err := storage.NewKey(id)
	if err != nil {
		t.Fatal(err)
	}
	return key.Text()
}

// keySet sets the keys, the newest first.
func keySet(keys ...string) string { return "storage.encryption_keys=" + strings.Join(keys, ",") }

// allSealed wants a directory to verify with one key and to have nothing in the
// clear.
func allSealed(t *testing.T, dir, key string) {
	t.Helper()
	said, _ := gannet(t, exitOK, "verify", dir, "--set", keySet(key))
	var c, m, e, sealed, runs int
	lines := strings.Split(said, "\n")
	if _, err := fmt.Sscanf(lines[1], "  %d conversations, %d messages, %d events, %d of %d runs encrypted", &c, &m, &e, &sealed, &runs); err != nil {
		t.Fatalf("%q: %v", lines[1], err)
	}
	if sealed != runs || runs == 0 {
		t.Errorf("%d of %d runs are sealed", sealed, runs)
	}
}

// startRekeyOn begins a rekey that isn't waited for.
func startRekeyOn(t *testing.T, p *process) {
	t.Helper()
	var state rekeyState
	o := &operator{base: adminURL(p)}
	if err := o.ask(t.Context(), http.MethodPost, "/api/v1/rekey", &state); err != nil || !state.Running {
		t.Fatalf("%+v, %v", state, err)
	}
}

// A database that was in the clear is sealed, and later sealed under another key,
// while clients chat and in spite of kills in the middle. Nothing is lost, and the
// old key isn't needed any more.
func TestRekeyOnline(t *testing.T) {
	dir := t.TempDir()
	old, fresh := newKeyText(t, "2025"), newKeyText(t, "2026")
	c := newChatter(t)
	p := startProcess(t, dir)
	c.found(p)
	c.say(p, 300)

	for _, keys := range [][]string{{old}, {fresh, old}} {
		p = startProcess(t, dir, keySet(keys...))
		startRekeyOn(t, p)
		c.say(p, 50) // and a kill
		p = startProcess(t, dir, keySet(keys...))
		enough := c.await(50)
		c.talk(p)
		<-enough
		said, _ := gannet(t, exitOK, "rekey", "--admin", adminURL(p))
		says(t, said, "needs no other key than "+keys[0][:4]+" now")
		p.kill()
		c.wg.Wait()
		allSealed(t, dir, keys[0])
	}
	p = startProcess(t, dir, keySet(fresh))
	c.has(p, c.soFar())
	c.rises(p, c.soFar())
	p.stop()
	refusesToStart(t, dir, `needs the key with the id "2026"`, keySet(old))
	refusesToStart(t, dir, `needs the key with the id "2026"`)
	refusesToStart(t, dir, `"2026" isn't the one`, keySet(newKeyText(t, "2026")))
}

// refusesToStart wants a server to say why it can't run, without any part of a
// secret.
func refusesToStart(t *testing.T, dir, why string, sets ...string) {
	t.Helper()
	cmd := command(t, dir, sets...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitFailure {
		t.Errorf("exit code %d, %v", code, err)
	}
	says(t, stderr.String(), why)
	for _, set := range sets {
		if _, secret, _ := strings.Cut(set, ":"); strings.Contains(stderr.String(), secret[:8]) {
			t.Errorf("it shows a secret: %s", &stderr)
		}
	}
}

// The same without a server.
func TestRekeyOffline(t *testing.T) {
	dir := t.TempDir()
	old, fresh := newKeyText(t, "2025"), newKeyText(t, "2026")
	c := newChatter(t)
	p := startProcess(t, dir, keySet(old))
	c.found(p)
	c.say(p, 300)
	for range 5 {
		cmd := exec.Command("gannet", "rekey", "--data", dir, "--set", keySet(fresh, old))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(rand.N(60*time.Millisecond), func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // says that it was killed, if it was
		timer.Stop()
	}
	said, _ := gannet(t, exitOK, "rekey", "--data", dir, "--set", keySet(fresh, old))
	says(t, said, "needs no other key than 2026 now")
	said, _ = gannet(t, exitOK, "rekey", "--data", dir, "--set", keySet(fresh))
	says(t, said, "0 runs of messages sealed")
	allSealed(t, dir, fresh)
	_, said = gannet(t, exitFailure, "verify", dir, "--set", keySet(old))
	says(t, said, `needs the key with the id "2026"`, "GANNET_STORAGE_ENCRYPTION_KEYS")
	c.has(startProcess(t, dir, keySet(fresh)), c.soFar())
}

// Where no server answers, the configured directory is done; one that a server runs
// on isn't touched.
func TestRekeyFindsWhom(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	key := newKeyText(t, "2026")
	p := startProcess(t, data, keySet(key))
	nobody := "listen.admin=127.0.0.1:1"
	_, said := gannet(t, exitFailure, "rekey", "--set", nobody, "--set", "data_dir="+data, "--set", keySet(key))
	says(t, said, "no server answers at http://127.0.0.1:1", "another process", "; is listen.admin of the configuration (or --admin) where its server listens?")
	_, said = gannet(t, exitFailure, "rekey", "--data", data, "--set", keySet(key))
	says(t, said, "another process", "; leave --data out to let its server do it")
	said, _ = gannet(t, exitOK, "rekey", "--set", "listen.admin="+p.admin)
	says(t, said, "0 runs of messages sealed")
	gannet(t, exitOK, "rekey", "--set", "listen.admin="+p.admin, "--cancel")
	p.stop()
	_, said = gannet(t, exitFailure, "rekey", "--admin", adminURL(p), "--set", "data_dir="+data)
	says(t, said, "no server answers")
	said, errs := gannet(t, exitOK, "rekey", "--set", nobody, "--set", "data_dir="+data, "--set", keySet(key))
	says(t, said+errs, "going on with "+data, "0 runs of messages sealed")

	plain := startProcess(t, filepath.Join(dir, "plain"))
	_, said = gannet(t, exitFailure, "rekey", "--admin", adminURL(plain))
	says(t, said, "no encryption keys")
}

// A server that is there but doesn't answer may be starting: its directory is left
// alone.
func TestRekeyLeavesTheSilent(t *testing.T) {
	dir, key := t.TempDir(), newKeyText(t, "2026")
	newSealedDB(t, dir, key)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer s.Close()
	at := "listen.admin=" + s.Listener.Addr().String()
	_, said := gannet(t, exitFailure, "rekey", "--set", at, "--set", "data_dir="+dir, "--set", keySet(key))
	says(t, said, "no server answers at "+s.URL)
	s.Close() // now nobody listens
	_, said = gannet(t, exitOK, "rekey", "--set", at, "--set", "data_dir="+dir, "--set", keySet(key))
	says(t, said, "going on with "+dir)
}

// A path that was mistyped is told, and nothing is made there.
func TestMistypedPaths(t *testing.T) {
	dir := t.TempDir()
	nowhere, empty := filepath.Join(dir, "nowhere"), filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	key := keySet(newKeyText(t, "k"))
	for _, args := range [][]string{
		{"verify", nowhere}, {"verify", empty},
		{"rekey", "--data", nowhere, "--set", key}, {"rekey", "--data", empty, "--set", key},
		{"restore", nowhere, "--data", filepath.Join(dir, "new")}, {"restore", empty, "--data", filepath.Join(dir, "new")},
	} {
		gannet(t, exitFailure, args...)
	}
	left := map[string]int{}
	for _, path := range []string{dir, empty} {
		entries, err := os.ReadDir(path)
		if err != nil {
			t.Fatal(err)
		}
		left[path] = len(entries)
	}
	if !maps.Equal(left, map[string]int{dir: 1, empty: 0}) {
		t.Errorf("there are %v", left)
	}
}
