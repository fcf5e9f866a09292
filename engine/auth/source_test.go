package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

func TestKeySetAddresses(t *testing.T) {
	for address, allowed := range map[string]bool{
		"https://login.example.com/keys":    true,
		"https://login.example.com:8443":    true,
		"https://10.0.0.1/keys?v=1":         true,
		"http://127.0.0.1:8080/keys":        true,
		"http://[::1]/keys":                 true,
		"http://[::ffff:127.0.0.1]/keys":    true,
		"http://localhost/keys":             true,
		"http://login.example.com/keys":     false,
		"http://10.0.0.1/keys":              false,
		"http://localhost.example.com/keys": false,
		"http://127.0.0.1.example.com/keys": false,
		"http://[::]/keys":                  false,
		"login.example.com/keys":            false,
		"//login.example.com/keys":          false,
		"https:///keys":                     false,
		"https://:443/keys":                 false,
		"file:///etc/keys.json":             false,
		"ftp://127.0.0.1/keys":              false,
		"https://a b/":                      false,
		"https://me:hunter2@example.com/":   false,
		"https://me@login.example.com/keys": false,
	} {
		c := Config{Mode: ModeJWT, JWKSURL: address, JWKSRefresh: time.Minute}
		err := c.Validate()
		if allowed != (err == nil) || err != nil && !strings.HasPrefix(err.Error(), "auth.jwks_url: ") {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the password is shown: %v", address, err)
		}
	}
}

func TestFetchingAKeySet(t *testing.T) {
	set := string(setOf(t, named(t, ecKey().Public(), "k")))
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, set) }))
	defer elsewhere.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/good", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, set) })
	mux.Handle("/moved", http.RedirectHandler("/good", http.StatusFound))
	mux.Handle("/away", http.RedirectHandler(elsewhere.URL, http.StatusFound))
	mux.Handle("/upwards", http.RedirectHandler("https://127.0.0.1:1/", http.StatusFound))
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, set, strings.Repeat(" ", maxKeySetBytes))
	})
	mux.HandleFunc("/full", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, set, strings.Repeat(" ", maxKeySetBytes-len(set)))
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9999")
		fmt.Fprint(w, set)
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	server := httptest.NewServer(mux)
	defer server.Close()
	for path, want := range map[string]string{
		"/good":    "",
		"/moved":   "",
		"/full":    "",
		"/away":    "it redirects to another server, http://127.0.0.1:",
		"/upwards": "it redirects to another server, https://127.0.0.1:1",
		"/round":   "it redirects too often",
		"/large":   "longer than 1048576 bytes",
		"/cut":     "unexpected EOF",
		"/broken":  "/broken answers 502 Bad Gateway",
		"/nowhere": "/nowhere answers 404 Not Found",
	} {
		text, err := newURLSource(server.URL + path).read(t.Context())
		if want == "" && (err != nil || strings.TrimSpace(string(text)) != set) {
			t.Errorf("%s: %d bytes, %v", path, len(text), err)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

func TestFetchingIsCutShort(t *testing.T) {
	asked := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if _, err := newURLSource(server.URL).read(ctx); err == nil {
		t.Fatal("an answer that never came")
	}
}

func TestFileIsReadWhenItHasChanged(t *testing.T) {
	f := &fileSource{name: tempFile(t, []byte("one"))}
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(f.name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(f.name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string) {
		t.Helper()
		if text, err := f.read(t.Context()); err != nil || string(text) != want || (text == nil) != (want == "") {
			t.Fatalf("%q, %v, want %q", text, err, want)
		}
	}
	expect("one")
	expect("")
	write("two", noon)
	expect("two")
	expect("")
	write("three", noon) // the size tells
	expect("three")
	write("back!", noon.Add(-time.Hour))
	expect("back!")
	if err := os.Remove(f.name); err != nil {
		t.Fatal(err)
	}
	if _, err := f.read(t.Context()); err == nil || !strings.Contains(err.Error(), "open "+f.name) {
		t.Fatal(err)
	}
	write("back!", noon.Add(-time.Hour))
	expect("")
	write(strings.Repeat("x", maxKeySetBytes+1), noon)
	if _, err := f.read(t.Context()); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Fatal(err)
	}
}
