package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/operator"
)

const adminToken = "a-token-of-the-operator"

// fakeOperator has one backup, with one file, and says that all went well.
type fakeOperator struct {
	err  error
	file io.Reader
	call string
}

func (f *fakeOperator) Create() (operator.Backup, error) {
	f.call = "create"
	return operator.Backup{ID: "b1", Created: time.UnixMilli(5), Files: []operator.File{
		{Name: "000004.sst", Size: 3, Modified: time.Unix(1, 2)},
	}}, f.err
}

func (f *fakeOperator) Open(id, name string) (io.ReadCloser, error) {
	f.call = "open " + id + " " + name
	return io.NopCloser(f.file), f.err
}

func (f *fakeOperator) Remove(id string) error { f.call = "remove " + id; return f.err }

func (f *fakeOperator) Start() (operator.RekeyState, error) {
	f.call = "start"
	return operator.RekeyState{Running: true, Sealed: 1, Done: 2, Total: 3, Keys: []string{"k"}}, f.err
}

func (f *fakeOperator) State() operator.RekeyState {
	f.call = "state"
	return operator.RekeyState{Err: errors.New("disk")}
}

func (f *fakeOperator) Cancel() operator.RekeyState {
	f.call = "cancel"
	return operator.RekeyState{Finished: true}
}

func newTestAdmin(f *fakeOperator, local bool, token string) *Server {
	figures := metrics.New()
	return NewAdmin(AdminConfig{
		Local: local, Token: token, Backups: f, Rekey: f, Webhooks: fakeWebhooks{f}, Ready: func() *wire.Error { return nil },
		Live:    Live{History: metrics.NewHistory(figures), Started: time.UnixMilli(7), Version: "v1", Commit: "c0ffee"},
		Metrics: figures, Logger: slog.New(slog.DiscardHandler),
	})
}

// operatorPaths are all that the operator's listener serves, and what it does.
var operatorPaths = []struct {
	request string
	open    bool // without a login
	body    string
	call    string
}{
	{request: "GET /healthz", open: true},
	{request: "GET /readyz", open: true},
	{request: "GET /metrics", open: true},
	{request: "GET /debug/pprof/"},
	{request: "GET /debug/pprof/goroutine"},
	{request: "GET /debug/pprof/symbol"},
	{request: "GET /api/v1/live"},
	{request: "POST /api/v1/backups", call: "create"},
	{request: "GET /api/v1/backups/b1/files/000004.sst", call: "open b1 000004.sst"},
	{request: "DELETE /api/v1/backups/b1", call: "remove b1"},
	{request: "POST /api/v1/rekey", call: "start"},
	{request: "GET /api/v1/rekey", call: "state"},
	{request: "DELETE /api/v1/rekey", call: "cancel"},
	{request: "POST /api/v1/webhooks", body: `{"name":"h"}`, call: "add h[] 0 -1 false false"},
	{request: "GET /api/v1/webhooks", call: "list"},
	{request: "GET /api/v1/webhooks/h", call: "get h"},
	{request: "PATCH /api/v1/webhooks/h", body: "{}", call: "update h[] true false"},
	{request: "DELETE /api/v1/webhooks/h", call: "remove h"},
	{request: "POST /api/v1/webhooks/h/test", call: "test h"},
	{request: "GET /api/v1/webhooks/h/dead", call: "dead h0 100"},
	{request: "POST /api/v1/webhooks/h/replay", call: "replay h0 0"},
	{request: "DELETE /api/v1/webhooks/h/dead", call: "discard h0 0"},
}

// Who may do what on the operator's listener.
func TestOperatorLogin(t *testing.T) {
	for _, c := range []struct {
		name    string
		local   bool
		token   string
		headers []string
		status  int // of what isn't open
	}{
		{"local, no token", true, "", nil, 200},
		{"local, no token needed", true, "", []string{"Authorization: Bearer x"}, 200},
		{"reachable, no token", false, "", nil, 403},
		{"reachable, guessed", false, "", []string{"Authorization: Bearer "}, 403},
		{"local, token", true, adminToken, []string{"Authorization: Bearer " + adminToken}, 200},
		{"reachable, token", false, adminToken, []string{"Authorization: bearer " + adminToken}, 200},
		{"local, none shown", true, adminToken, nil, 401},
		{"reachable, none shown", false, adminToken, nil, 401},
		{"wrong", false, adminToken, []string{"Authorization: Bearer " + adminToken[1:]}, 401},
		{"longer", false, adminToken, []string{"Authorization: Bearer " + adminToken + "x"}, 401},
		{"empty", false, adminToken, []string{"Authorization: Bearer "}, 401},
		{"another scheme", false, adminToken, []string{"Authorization: Basic " + adminToken}, 401},
		{"no scheme", false, adminToken, []string{"Authorization: " + adminToken}, 401},
		{"twice", false, adminToken, []string{"Authorization: Bearer " + adminToken, "Authorization: Bearer " + adminToken}, 401},
		{"as an API key", false, adminToken, []string{"X-Api-Key: " + adminToken}, 401},
	} {
		for _, p := range operatorPaths {
			f := &fakeOperator{file: strings.NewReader("abc")}
			method, path, _ := strings.Cut(p.request, " ")
			status, _, body := do(newTestAdmin(f, c.local, c.token), request(method, path, p.body, c.headers...))
			want := c.status
			if p.open {
				want = 200
			}
			expect(t, c.name+", "+p.request, status, want)
			if want == 401 {
				expect(t, c.name+", "+p.request, body, `{"code":401,"msg":"a valid login is needed","data":null,"reason":"unauthorized"}`)
			}
			if want == 200 {
				expect(t, c.name+", "+p.request, f.call, p.call)
			} else {
				expect(t, c.name+", "+p.request, f.call, "")
			}
		}
	}
}

// The table above has every route.
func TestOperatorPathsAreComplete(t *testing.T) {
	mux := newTestAdmin(&fakeOperator{}, true, "").mux
	shown := make(map[string]bool)
	for _, p := range operatorPaths {
		method, path, _ := strings.Cut(p.request, " ")
		_, pattern := mux.Handler(request(method, path, ""))
		shown[pattern] = true
	}
	for _, rt := range adminRoutes() {
		if label := rt.method + " " + rt.path; !shown[label] {
			t.Errorf("nothing says who may do %s", label)
		}
		public := newTestServer(&fakeChat{}, true)
		if _, pattern := public.mux.Handler(request(rt.method, rt.path, "")); rt.level == levelOperator && pattern != "/" {
			t.Errorf("%s is served to the public as %s", rt.path, pattern)
		}
	}
}

// A web page must not reach the operator's listener by letting its name resolve to
// this machine, nor send it what it does without being asked.
func TestOperatorForeignPages(t *testing.T) {
	for _, p := range operatorPaths {
		method, path, _ := strings.Cut(p.request, " ")
		for _, header := range []string{"Host: evil.example:9500", "Origin: http://evil.example"} {
			f := &fakeOperator{}
			status, _, _ := do(newTestAdmin(f, true, ""), request(method, path, "", header))
			expect(t, p.request+" "+header, status, 403)
			expect(t, p.request+" "+header, f.call, "")
		}
	}
	for _, header := range []string{"Host: evil.example:9500", "Origin: http://evil.example"} {
		f := &fakeOperator{}
		status, _, _ := do(newTestAdmin(f, true, ""), request("OPTIONS", "/api/v1/backups", "", header, "Access-Control-Request-Method: POST"))
		expect(t, "preflight "+header, status, 403)
	}
}

func TestOperatorAnswers(t *testing.T) {
	ask := func(f *fakeOperator, method, path string) (int, string) {
		status, _, body := do(newTestAdmin(f, true, ""), request(method, path, ""))
		return status, body
	}
	for _, c := range []struct {
		method, path string
		err          error
		status       int
		body         string
	}{
		{"POST", "/api/v1/backups", nil, 200, `{"code":200,"msg":"ok","data":{"id":"b1","created_at":5,"files":[{"name":"000004.sst","size":3,"mtime":"1970-01-01T00:00:01.000000002Z"}]}}`},
		{"POST", "/api/v1/backups", operator.ErrTooManyBackups, 409, `"reason":"conflict","retry_after_ms":60000}`},
		{"POST", "/api/v1/backups", operator.ErrNoRoom, 507, `"reason":"storage_full"}`},
		{"POST", "/api/v1/backups", operator.ErrClosed, 503, `"reason":"shutting_down"}`},
		{"POST", "/api/v1/backups", errors.New("secret path"), 500, `{"code":500,"msg":"internal error","data":null,"reason":"internal"}`},
		{"GET", "/api/v1/backups/b1/files/x", operator.ErrNoBackup, 404, `"reason":"not_found"}`},
		{"DELETE", "/api/v1/backups/b1", nil, 200, `{"code":200,"msg":"ok","data":{}}`},
		{"DELETE", "/api/v1/backups/b1", operator.ErrNoBackup, 404, `"reason":"not_found"}`},
		{"GET", "/api/v1/backups", nil, 405, `"reason":"bad_request"}`},
		{"POST", "/api/v1/rekey", nil, 200, `"data":{"running":true,"finished":false,"sealed":1,"done":2,"total":3,"keys":["k"]}}`},
		{"POST", "/api/v1/rekey", operator.ErrNotSealed, 409, `"reason":"conflict"}`},
		{"GET", "/api/v1/rekey", nil, 200, `"data":{"running":false,"finished":false,"sealed":0,"done":0,"total":0,"keys":[],"error":"disk"}}`},
		{"DELETE", "/api/v1/rekey", nil, 200, `"finished":true`},
		{"PUT", "/api/v1/rekey", nil, 405, `"reason":"bad_request"}`},
	} {
		status, body := ask(&fakeOperator{err: c.err}, c.method, c.path)
		expect(t, c.method+" "+c.path, status, c.status)
		if !strings.Contains(body, c.body) {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, body, c.body)
		}
	}
}

// A file comes with its digest, and is cut where it can't be read to its end.
func TestBackupFile(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 3*fileChunk/16) + "end"
	sum := sha256.Sum256([]byte(text))
	for _, c := range []struct {
		name string
		file io.Reader
		fine bool
	}{
		{"whole", strings.NewReader(text), true},
		{"broken", io.MultiReader(strings.NewReader(text[:2*fileChunk+5]), failingReader{}), false},
	} {
		s := httptest.NewServer(newTestAdmin(&fakeOperator{file: c.file}, true, ""))
		resp, err := http.Get(s.URL + "/api/v1/backups/b1/files/000004.sst")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if fine := err == nil; fine != c.fine {
			t.Errorf("%s: %v after %d bytes", c.name, err, len(got))
		}
		digest := resp.Trailer.Get("Repr-Digest")
		if c.fine && (string(got) != text || digest != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":") {
			t.Errorf("%s: %d bytes, digest %q", c.name, len(got), digest)
		}
		if !c.fine && digest != "" {
			t.Errorf("%s: a digest %q of what isn't whole", c.name, digest)
		}
		resp.Body.Close()
		http.DefaultClient.CloseIdleConnections()
		s.Close()
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("disk") }
