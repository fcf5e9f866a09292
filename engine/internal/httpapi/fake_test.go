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
	"testing"
	"time"

	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/metrics"
)

// fakeChat answers without storing anything and remembers the last call.
type fakeChat struct {
	call string             // method and arguments of the last call
	err  error              // answered if set
	page []byte             // of History
	size int                // members of each group
	held chan chan struct{} // Send gives a channel here, if set, and waits for its close
}

func (f *fakeChat) note(format string, args ...any) error {
	f.call = fmt.Sprintf(format, args...)
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

func (f *fakeChat) CreateGroup(_ context.Context, by string, g chat.NewGroup) (chat.Group, error) {
	return f.group(g.ID), f.note("create %s %s %q %v %d", by, g.ID, g.Name, g.Members, g.MaxMembers)
}

func (f *fakeChat) Group(_ context.Context, by, id string) (chat.Group, error) {
	return f.group(id), f.note("group %s %s", by, id)
}

func (f *fakeChat) group(id string) chat.Group {
	return chat.Group{ID: id, Name: "a \"b\" <c>", Owner: "1", Members: f.size, MaxMembers: 500, CreatedAt: 7}
}

func (f *fakeChat) Members(_ context.Context, by, id, after string, limit int) ([]chat.Member, error) {
	members := make([]chat.Member, min(limit, f.size))
	for i := range members {
		members[i] = chat.Member{User: fmt.Sprintf("u%d", i), Role: chat.Role(i % 3), JoinedAt: int64(i)}
	}
	return members, f.note("members %s %s after=%s limit=%d", by, id, after, limit)
}

func (f *fakeChat) AddMembers(_ context.Context, by, id string, users []string) (chat.Group, error) {
	return f.group(id), f.note("add %s %s %v", by, id, users)
}

func (f *fakeChat) RemoveMember(_ context.Context, by, id, user string) error {
	return f.note("remove %s %s %s", by, id, user)
}

// fakeAuth knows the tokens "token-of-<user>" and "expired".
type fakeAuth struct{}

func (fakeAuth) Verify(token string) (auth.Identity, error) {
	if token == "expired" {
		return auth.Identity{}, auth.ErrExpired
	}
	user, ok := strings.CutPrefix(token, "token-of-")
	if !ok {
		return auth.Identity{}, auth.ErrUnauthorized
	}
	return auth.Identity{User: user, Expires: time.Now().Add(time.Hour)}, nil
}

const testMaxBody = 4096

func newTestServer(f Chat, dev bool) *Server {
	return New(Config{
		Chat: f, Auth: fakeAuth{},
		Origins:        Origins{Dev: dev, Allowed: []string{"https://chat.example.com"}},
		MaxBody:        testMaxBody,
		MaxConnections: 100,
		WebSocket:      "127.0.0.1:9502",
		Ready:          func() *wire.Error { return nil },
		Metrics:        metrics.New(),
		Logger:         slog.New(slog.DiscardHandler),
	})
}

// request is an HTTP request in short: method, target, body; headers as "Name: value".
func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "http://localhost:9501"+target, strings.NewReader(body))
	if method == "POST" {
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
