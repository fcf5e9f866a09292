package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gannet/engine"
)

// TestReady: who asks is told whether the server takes traffic; doctor sees that the
// addresses in use are this server's.
func TestReady(t *testing.T) {
	p := startProcess(t, t.TempDir())
	out, _ := gannet(t, exitOK, "ready", "--admin", "http://"+p.admin)
	says(t, out, "ready")
	out, _ = gannet(t, exitOK, "ready", "--set", "listen.admin="+p.admin)
	says(t, out, "ready")
	out, _ = gannet(t, exitOK, "doctor", "--data", t.TempDir(), "--set", "listen.ws="+p.ws, "--set", "listen.http="+p.http, "--set", "listen.admin="+p.admin)
	if n := strings.Count(out, "in use, by a Gannet that runs"); n != 3 {
		t.Errorf("%d addresses are a Gannet's in\n%s", n, out)
	}
	p.stop()
	_, errs := gannet(t, exitFailure, "ready", "--admin", "http://"+p.admin)
	says(t, errs, "no server answers")
}

func TestNotReady(t *testing.T) {
	stopping := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"code":503}`)
	}))
	defer stopping.Close()
	_, errs := gannet(t, exitFailure, "ready", "--admin", stopping.URL)
	says(t, errs, "not ready", "503")
}

// What the configuration names is what doctor looks at.
func TestDoctorTarget(t *testing.T) {
	c := engine.DefaultConfig()
	if got := doctorTarget(c); len(got.Files) != 0 || len(got.Listeners) != 3 || got.CertFile != "" || got.TLS || got.Room(20_000) != c.Room(20_000) {
		t.Errorf("%+v", got)
	}
	c.Listen.TLS, c.TLS.CertFile, c.TLS.KeyFile = "127.0.0.1:1", "crt", "key"
	c.Storage.EncryptionKeyFile, c.Auth.JWT.PublicKeyFile, c.Auth.JWKSFile = "keys", "pem", "set"
	got := doctorTarget(c)
	secret := map[string]bool{}
	for _, f := range got.Files {
		secret[f.Path] = f.Secret
	}
	if room := got.Room(20_000); !got.TLS || room == 0 || room != c.Room(20_000) || 3*room > 20_000 {
		t.Errorf("with TLS there is room for %d", room)
	}
	if len(got.Listeners) != 4 || got.KeyFile != "key" || len(secret) != 5 || !secret["key"] || !secret["keys"] || secret["crt"] || secret["pem"] {
		t.Errorf("%+v", got)
	}
}

// deployed reads a file of docs/deploy.
func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../docs/deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
