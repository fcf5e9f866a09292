package hook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/signature"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "0123456789abcdef0123456789abcdef"

// receiver is a service that answers questions, and a Hook that asks it.
type receiver struct {
	*Hook
	*httptest.Server
	conns sync.Map // of its clients
}

func receive(t *testing.T, change func(*Config), answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{Server: httptest.NewUnstartedServer(answer)}
	r.Config.ConnState = func(c net.Conn, s http.ConnState) {
		if s == http.StateNew {
			r.conns.Store(c.RemoteAddr().String(), true)
		}
	}
	r.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	r.Start()
	cfg := Config{
		URL: r.Server.URL + "/ask?k=1", Secret: []byte(secret), Timeout: 10 * time.Second, Requests: 4, MaxContent: 100,
		Figures: NewFigures(metrics.New()), Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if change != nil {
		change(&cfg)
	}
	r.Hook = New(cfg)
	t.Cleanup(func() { r.Hook.Close(); r.Server.Close() })
	return r
}

func answering(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func (r *receiver) count(of result) uint64 { return r.Hook.cfg.Figures.requests[of].Value() }

func question() *wire.Question {
	return &wire.Question{Type: "send", From: "a", ConvID: "single_a:b", To: "b", CID: "c", Content: []byte(`"hi"`), Time: 1}
}

func (r *receiver) ask(t *testing.T) wire.Verdict {
	t.Helper()
	v, err := r.Ask(t.Context(), question())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The service gets what it needs, signed.
func TestRequest(t *testing.T) {
	var wrong error
	r := receive(t, nil, func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		wrong = errors.Join(err, signature.Check([]byte(secret), q.Header.Get(signature.Timestamp), q.Header.Get(signature.Signature), body, time.Now(), time.Minute))
		var got map[string]any
		wrong = errors.Join(wrong, json.Unmarshal(body, &got))
		if q.Method != "POST" || q.RequestURI != "/ask?k=1" || q.Header.Get("Content-Type") != "application/json" || got["from"] != "a" || got["content"] != "hi" {
			wrong = errors.Join(wrong, errors.New(q.Method+q.RequestURI+string(body)))
		}
		if _, sent := q.Header["Idempotency-Key"]; sent {
			wrong = errors.Join(wrong, errors.New("an Idempotency-Key was sent"))
		}
		answering(`{"action":"allow"}`)(w, q)
	})
	if v := r.ask(t); v.Refusal != nil || v.Content != nil || wrong != nil {
		t.Errorf("%+v %v", v, wrong)
	}
}

func TestVerdicts(t *testing.T) {
	for answer, want := range map[string]result{
		`{"action":"allow"}`:                allowed,
		`{"action":"deny","reason":"no"}`:   denied,
		`{"action":"change","content":"*"}`: changed,
		`{"action":"change"}`:               badAnswer,
		`oops`:                              badAnswer,
		`{"action":"allow","x":"` + strings.Repeat("x", envelope+100) + `"}`: badAnswer,
	} {
		for _, open := range []bool{false, true} {
			r := receive(t, func(c *Config) { c.FailOpen = open }, answering(answer))
			v := r.ask(t)
			if r.count(want) != 1 {
				t.Errorf("%.40s: not counted as %s", answer, results[want])
			}
			switch reason := reasonOf(v); {
			case want == denied && (reason != wire.ReasonDenied || v.Refusal.Msg != "no"),
				want == badAnswer && !open && (reason != wire.ReasonBusy || v.Refusal.RetryAfter <= 0),
				want == badAnswer && open && (reason != "" || v.Content != nil),
				want == changed && string(v.Content) != `"*"`,
				want == allowed && reason != "":
				t.Errorf("%.40s, open %v: %+v", answer, open, v)
			}
		}
	}
}

func reasonOf(v wire.Verdict) string {
	if v.Refusal == nil {
		return ""
	}
	return v.Refusal.Reason
}

// Bad answers don't open the circuit, however many: who can provoke them must not be
// able to switch the hook off. What says that nobody is there does.
func TestWhatOpensTheCircuit(t *testing.T) {
	for status, opens := range map[int]bool{200: false, 204: false, 302: false, 400: false, 404: false, 500: false, 502: true, 503: true, 504: true} {
		r := receive(t, func(c *Config) { c.FailOpen = true }, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(status)
		})
		for range 3 * maxFailures {
			r.ask(t)
		}
		if got := r.count(notAsked) > 0; got != opens {
			t.Errorf("status %d: opened %v, want %v", status, got, opens)
		}
	}
}

// Nobody listens: after a few tries nobody waits for it any more, and once somebody
// does again the pause ends.
func TestUnreachable(t *testing.T) {
	r := receive(t, nil, answering(`{"action":"allow"}`))
	addr := r.Listener.Addr().String()
	r.Server.Close()
	for i := range maxFailures + 3 {
		v := r.ask(t)
		if reasonOf(v) != wire.ReasonBusy || v.Refusal.RetryAfter <= 0 {
			t.Fatalf("question %d: %+v", i, v)
		}
	}
	if r.count(unreachable) != maxFailures || r.count(notAsked) != 3 {
		t.Errorf("%d unreachable, %d not asked", r.count(unreachable), r.count(notAsked))
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Skip("the port was taken meanwhile")
	}
	again := httptest.NewUnstartedServer(answering(`{"action":"allow"}`))
	again.Listener.Close()
	again.Listener = listener
	again.Start()
	t.Cleanup(func() { r.Hook.Close(); again.Close() })
	r.circuit.mu.Lock()
	r.circuit.until = time.Now()
	r.circuit.mu.Unlock()
	for range 3 {
		if v := r.ask(t); v.Refusal != nil {
			t.Errorf("%+v", v)
		}
	}
}

// A service that never answers costs its time, and then none.
func TestTimeout(t *testing.T) {
	for _, open := range []bool{false, true} {
		release := make(chan struct{})
		r := receive(t, func(c *Config) { c.Timeout, c.FailOpen = 20*time.Millisecond, open }, func(_ http.ResponseWriter, q *http.Request) {
			_, _ = io.Copy(io.Discard, q.Body)
			<-release
		})
		for range maxFailures + 1 {
			if got := reasonOf(r.ask(t)) == ""; got != open {
				t.Errorf("open %v: let through %v", open, got)
			}
		}
		close(release)
		if r.count(timedOut) != maxFailures || r.count(notAsked) != 1 {
			t.Errorf("%d timed out, %d not asked", r.count(timedOut), r.count(notAsked))
		}
	}
}

// An answer that stops in the middle is no answer.
func TestTornAnswer(t *testing.T) {
	r := receive(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		answering(`{"action":"allow"}`)(w, nil)
		panic(http.ErrAbortHandler)
	})
	if v := r.ask(t); reasonOf(v) != wire.ReasonBusy || r.count(unreachable) != 1 {
		t.Errorf("%+v", v)
	}
}

// Who stops waiting gets no verdict, not even where all may pass, and the circuit
// doesn't mind.
func TestAbandoned(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	r := receive(t, func(c *Config) { c.FailOpen = true }, func(http.ResponseWriter, *http.Request) { cancel(); <-release })
	v, err := r.Ask(ctx, question())
	close(release)
	if !errors.Is(err, context.Canceled) || v.Refusal != nil || v.Content != nil {
		t.Errorf("%+v %v", v, err)
	}
	if r.circuit.failures != 0 || r.count(unreachable) != 0 {
		t.Errorf("%d failures", r.circuit.failures)
	}
}

// Connections are kept: as many as there are questions at a time.
func TestKeepAlive(t *testing.T) {
	r := receive(t, nil, answering(`{"action":"allow"}`))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if v, err := r.Ask(t.Context(), question()); err != nil || v.Refusal != nil {
					t.Error(v, err)
				}
			}
		})
	}
	wg.Wait()
	n := 0
	r.conns.Range(func(_, _ any) bool { n++; return true })
	if n > 4 {
		t.Errorf("%d connections for 4 at a time", n)
	}
}

// A service that closes idle connections at once loses no question: one that met a
// closing connection is asked again.
func TestClosingConnections(t *testing.T) {
	var n atomic.Int32
	r := receive(t, nil, func(w http.ResponseWriter, q *http.Request) {
		if n.Add(1)%2 == 0 { // cut before any byte of an answer, after the connection was used
			panic(http.ErrAbortHandler)
		}
		answering(`{"action":"allow"}`)(w, q)
	})
	for i := range 20 {
		if v := r.ask(t); v.Refusal != nil {
			t.Fatalf("question %d: %+v", i, v)
		}
	}
}

// The address, which may hold a secret, isn't logged.
func TestLogHidesAddress(t *testing.T) {
	var log strings.Builder
	r := receive(t, func(c *Config) {
		c.URL = "http://127.0.0.1:1/path-secret"
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	}, answering(""))
	for range maxFailures {
		r.ask(t)
	}
	if text := log.String(); strings.Contains(text, "path-secret") || !strings.Contains(text, "level=ERROR") {
		t.Error(text)
	}
}
