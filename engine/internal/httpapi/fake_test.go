package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/web"
)

// fakeChat answers without storing anything and remembers the last call.
type fakeChat struct {
	call string             // method and arguments of the last call
	all  []string           // calls
	err  error              // answered if set
	page []byte             // of History
	size int                // members of each group
	held chan chan struct{} // Send gives a channel here, if set, and waits for its close
	next string             // where the lists with cursors go on

	mu      sync.Mutex            // for the two below
	answers map[string]keptAnswer // by user and key
	kept    int                   // answers, as often as one was kept
}

type keptAnswer struct {
	fingerprint uint64
	body        string
}

func (f *fakeChat) note(format string, args ...any) error {
	f.call = fmt.Sprintf(format, args...)
	f.all = append(f.all, f.call)
	return f.err
}

func (f *fakeChat) Send(ctx context.Context, user string, r *wire.Request) (chat.Sent, error) {
	if f.held != nil {
		release := make(chan struct{})
		f.held <- release
		<-release
	}
	err := f.note("send %s cid=%s to=%s%s%s %s %s", user, r.CID, r.To, r.GroupID, r.ConvID, r.ContentType, r.Content)
	return chat.Sent{ID: 1<<62 + 7, ConvID: "single_1:2", Seq: 42, Time: 1764000000000}, err
}

func (f *fakeChat) History(_ context.Context, user string, r *wire.Request, dst []byte) ([]byte, error) {
	if f.page != nil {
		return append(dst, f.page...), nil
	}
	err := f.note("history %s %s%s%s before=%d limit=%d", user, r.To, r.GroupID, r.ConvID, r.Before, r.Limit)
	return append(dst, `"conv_id":"single_1:2","messages":[],"has_more":false`...), err
}

func (f *fakeChat) Ack(_ context.Context, user string, r *wire.Request) error {
	return f.note("ack %s %s %d %v", user, r.ConvID, r.Seq, r.IDs)
}

// fakeAuth knows the tokens "token-of-<user>", with a role "<role>-token-of-<user>",
// "own-token-of-<user>" of the server's own, and "expired".
type fakeAuth struct{}

func (fakeAuth) Verify(token string) (auth.Identity, error) {
	if token == "expired" {
		return auth.Identity{}, auth.ErrExpired
	}
	role, user, ok := strings.Cut(token, "token-of-")
	id := auth.Identity{User: user, Role: strings.TrimSuffix(role, "-"), Expires: time.Now().Add(time.Hour)}
	switch role {
	case "own-":
		id.Role, id.Own = auth.RoleVisitor, true
	case "", "visitor-", "agent-", "supervisor-":
	default:
		ok = false
	}
	if !ok {
		return auth.Identity{}, auth.ErrUnauthorized
	}
	return id, nil
}

// fakeKeys knows the keys "key-of-<backend>".
type fakeKeys struct{}

func (fakeKeys) Find(key string) (string, bool) { return strings.CutPrefix(key, "key-of-") }

// fakeEvents answers who it was called for.
type fakeEvents struct{}

func (fakeEvents) Serve(w http.ResponseWriter, r *http.Request, login Login) {
	if r.Header.Get("Last-Event-ID") == "bad" {
		Refuse(w, wire.RetryError(wire.ReasonBusy, "too many", 5*time.Second))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	fmt.Fprintf(w, "data: %s %d %s\n\n", login.User, len(login.Device), login.Token.User)
	_ = http.NewResponseController(w).Flush()
}

const testMaxBody = 8192

// identitySecret is that of the test servers.
const identitySecret = "an example secret of 32 bytes or more"

func newTestServer(f Chat, dev bool) *Server {
	noted, _ := f.(*fakeChat)
	return New(Config{
		Desk: fakeDesk{noted}, Visitors: fakeVisitors{noted}, IdentitySecret: []byte(identitySecret),
		Chat: f, Auth: fakeAuth{}, Keys: fakeKeys{}, Events: fakeEvents{}, SystemUser: "system",
		Origins:        Origins{Dev: dev, Allowed: []string{"https://chat.example.com"}},
		MaxBody:        testMaxBody,
		MaxConnections: 100,
		Pages:          web.Config{WebSocket: "127.0.0.1:9502", Dev: dev},
		Ready:          func() *wire.Error { return nil },
		Metrics:        metrics.New(),
		Logger:         slog.New(slog.DiscardHandler),
	})
}

// request is an HTTP request in short: method, target, body; headers as "Name: value".
func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "http://localhost:9501"+target, strings.NewReader(body))
	if body != "" || method == "POST" || method == "PUT" || method == "PATCH" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		} else if value == "" {
			r.Header.Del(name)
		} else {
			r.Header.Add(name, value)
		}
	}
	return r
}

// do serves a request and returns status, headers and body.
func do(s http.Handler, r *http.Request) (int, http.Header, string) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Body)
	return w.Code, w.Result().Header, string(body)
}

var errDisk = errors.New("secret detail of the disk")

func expect(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

// sink is a fakeChat without notes, for benchmarks.
type sink struct{ *fakeChat }

func (sink) Send(context.Context, string, *wire.Request) (chat.Sent, error) {
	return chat.Sent{ID: 1<<62 + 7, ConvID: "single_1001:1002", Seq: 42, Time: 1764000000000}, nil
}
