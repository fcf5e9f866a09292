package doctor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDataDir(t *testing.T) {
	dir := t.TempDir()
	open, closed, file := filepath.Join(dir, "open"), filepath.Join(dir, "closed"), filepath.Join(dir, "file")
	for path, mode := range map[string]os.FileMode{open: 0o755, closed: 0o700} {
		if err := os.Mkdir(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]State{open: Warn, closed: OK, file: Fail, filepath.Join(closed, "a/b"): OK} {
		var r Report
		dataDir(t.Context(), Machine{}, &Target{DataDir: path}, &r)
		only(t, &r, "data_dir", want, path)
	}
}

func TestWrittenInTheFuture(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "000001.log"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var r Report
	written(dir, time.Now(), &r)
	if len(r.Lines) > 0 {
		t.Errorf("%+v", r.Lines)
	}
	written(dir, time.Now().Add(-time.Hour), &r)
	only(t, &r, "clock and data", Warn, "in the future")
}

func TestClock(t *testing.T) {
	for name, tc := range map[string]struct {
		state, status int
		maxError      time.Duration
		want          State
	}{
		"kept": {0, 0x2001, 20 * time.Millisecond, OK}, "error": {timeError, 0, 0, Warn}, "unsynced": {0, unsynced | 0x2000, 0, Warn}, "vague": {0, 0, 2 * time.Second, Warn},
	} {
		var r Report
		judgeClock(tc.state, tc.status, tc.maxError, &r)
		t.Log(name)
		only(t, &r, "clock", tc.want, "")
	}
}

func TestListeners(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	alive := answering(t, httptest.NewServer, http.StatusOK, `{"code":200,"msg":"ok","data":{"status":"alive"}}`)
	for name, tc := range map[string]struct {
		addr  string
		tls   bool
		want  State
		found string
	}{
		"free":              {"127.0.0.1:0", false, OK, "is free"},
		"silent":            {taken.Addr().String(), false, Fail, "no Gannet answers"},
		"ours":              {alive, false, OK, "by a Gannet"},
		"ours, by its port": {alive[strings.LastIndex(alive, ":"):], false, OK, "by a Gannet"},
		"ours, WebSockets":  {answering(t, httptest.NewServer, http.StatusBadRequest, `{"code":400,"reason":"bad_request","msg":"no Upgrade: websocket"}`), false, OK, "by a Gannet"},
		"ours, TLS":         {answering(t, httptest.NewTLSServer, http.StatusOK, `{"code":200,"msg":"ok","data":{"status":"alive"}}`), true, OK, "by a Gannet"},
		"another's":         {answering(t, httptest.NewServer, http.StatusOK, `{"code":200,"data":null}`), false, Fail, "no Gannet answers"},
		"another's error":   {answering(t, httptest.NewServer, http.StatusBadRequest, `bad request`), false, Fail, "no Gannet answers"},
		"another's words":   {answering(t, httptest.NewServer, http.StatusOK, `{"code":400,"reason":"bad_request"}`), false, Fail, "no Gannet answers"},
		"not here":          {"192.0.2.1:0", false, Fail, "assign requested address"},
	} {
		// Beside one that is a Gannet's: what another has isn't Gannet's for that.
		target := &Target{Listeners: []Listener{{"listen.http", alive, false}, {"listen.ws", tc.addr, tc.tls}}}
		var r Report
		listeners(t.Context(), Machine{}, target, &r)
		t.Log(name)
		line(t, &r, "listen.http", OK, "by a Gannet")
		line(t, &r, "listen.ws", tc.want, tc.found)
	}
}

// answering is the address of a server that answers everything with this.
func answering(t *testing.T, start func(http.Handler) *httptest.Server, status int, body string) string {
	t.Helper()
	s := start(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	look := func(f File) *Report {
		r := new(Report)
		files(t.Context(), Machine{}, &Target{Files: []File{f}}, r)
		return r
	}
	only(t, look(File{"k", path, true}), "k", Fail, "no such file")
	for mode, want := range map[os.FileMode]State{0o600: OK, 0o640: OK, 0o644: Warn} {
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		only(t, look(File{"k", path, true}), "k", want, path)
		only(t, look(File{"k", path, false}), "k", OK, path)
	}
}

func TestCertificate(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	cert, key := filepath.Join(dir, "crt"), filepath.Join(dir, "key")
	writeCertificate(t, cert, key, now.Add(-time.Hour), now.Add(30*24*time.Hour))
	var r Report
	certificate(t.Context(), Machine{}, &Target{CertFile: cert, KeyFile: key}, &r)
	only(t, &r, "certificate", OK, "for chat.example.com, until")
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration]State{17 * 24 * time.Hour: Warn, 31 * 24 * time.Hour: Fail, -2 * time.Hour: Fail} {
		var r Report
		judgeCertificate(&pair, now.Add(at), &r)
		only(t, &r, "certificate", want, "chat.example.com")
	}
	r = Report{}
	certificate(t.Context(), Machine{}, &Target{CertFile: cert, KeyFile: cert}, &r)
	only(t, &r, "certificate", Fail, "")
	r = Report{}
	if certificate(t.Context(), Machine{}, &Target{}, &r); len(r.Lines) > 0 {
		t.Errorf("%+v", r.Lines)
	}
}

func writeCertificate(t *testing.T, cert, key string, from, until time.Time) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: until, DNSNames: []string{"chat.example.com"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
