package engine_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"gannet/engine"
)

func TestMain(m *testing.M) {
	// gnet's pool of goroutines lives as long as the process.
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent(),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*goWorker).run.func1"))
}

// object is a JSON object.
type object = map[string]any

// server is an engine on free ports, with the clients that a test opened.
type server struct {
	*engine.Engine
	t               *testing.T
	ws, http, admin string
	hangUps         []func()
	stopped         bool
}

// serve runs an engine for as long as the test, or until stop.
func serve(t *testing.T, dir string, change func(*engine.Config)) *server {
	t.Helper()
	return serveLogging(t, dir, change, t.Output())
}

// serveLogging is serve with a log of one's own.
func serveLogging(t *testing.T, dir string, change func(*engine.Config), log io.Writer) *server {
	t.Helper()
	e, err := engine.New(config(dir, change), slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return started(t, e)
}

// started starts an engine for as long as the test, or until stop.
func started(t *testing.T, e *engine.Engine) *server {
	t.Helper()
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{Engine: e, t: t}
	s.ws, s.http, s.admin = e.Addrs()
	t.Cleanup(s.stop)
	return s
}

func config(dir string, change func(*engine.Config)) engine.Config {
	c := engine.DefaultConfig()
	c.DataDir = dir
	c.Listen = engine.ListenConfig{WS: "127.0.0.1:0", HTTP: "127.0.0.1:0", Admin: "127.0.0.1:0"}
	c.Reactors = 2
	c.Log.Level = "error"
	if change != nil {
		change(&c)
	}
	return c
}

// run is t.Run; within it the server's helpers speak of the subtest.
func (s *server) run(name string, test func(t *testing.T)) {
	parent := s.t
	defer func() { s.t = parent }()
	parent.Run(name, func(t *testing.T) {
		s.t = t
		test(t)
	})
}

// in is the server to a subtest that runs beside others. The subtest's clients
// hang up when it ends.
func (s *server) in(t *testing.T) *server {
	v := &server{Engine: s.Engine, t: t, ws: s.ws, http: s.http, admin: s.admin}
	t.Cleanup(v.hangUp)
	return v
}

// hangUp cuts the clients' connections: a shutdown would wait for the answers
// to its close frames, and nobody reads them any more.
func (s *server) hangUp() {
	for _, fn := range s.hangUps {
		fn()
	}
	s.hangUps = nil
}

func (s *server) stop() {
	if s.stopped {
		return
	}
	s.stopped = true
	s.hangUp()
	if err := s.Shutdown(background); err != nil {
		s.t.Errorf("shutdown: %v", err)
	}
}

// browser keeps no connections, which would outlive their test.
var browser = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// exchange asks the HTTP API. Headers come as name, value. Of a stream of events
// the text isn't waited for.
func (s *server) exchange(method, path, body string, headers ...string) (status int, text []byte) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+s.http+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := browser.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return resp.StatusCode, nil
	}
	if text, err = io.ReadAll(resp.Body); err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode, text
}

// call is exchange for what is answered in the envelope.
func (s *server) call(method, path, body string, headers ...string) (int, object) {
	s.t.Helper()
	status, text := s.exchange(method, path, body, headers...)
	var answer object
	if err := json.Unmarshal(text, &answer); err != nil {
		s.t.Fatalf("%s %s: %q: %v", method, path, text, err)
	}
	if answer["code"] != float64(status) {
		s.t.Errorf("%s %s: code %v in an answer of status %d", method, path, answer["code"], status)
	}
	return status, answer
}

// api is call for what must succeed; it returns the data.
func (s *server) api(method, path, body string, headers ...string) object {
	s.t.Helper()
	status, answer := s.call(method, path, body, headers...)
	if status != http.StatusOK {
		s.t.Fatalf("%s %s: %v", method, path, answer)
	}
	return answer["data"].(object)
}

// scrape reads the figures of the operator's listener.
func (s *server) scrape() string {
	s.t.Helper()
	resp, err := browser.Get("http://" + s.admin + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}
