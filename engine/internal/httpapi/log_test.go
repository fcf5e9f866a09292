package httpapi

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
)

// TestLogHoldsNoSecrets: what is logged of a request that panics or fails names its
// path and no more of it, at the most talkative level.
func TestLogHoldsNoSecrets(t *testing.T) {
	var log bytes.Buffer
	f := &fakeChat{}
	s := New(Config{
		Chat: f, Auth: fakeAuth{}, Keys: fakeKeys{}, Events: fakeEvents{}, SystemUser: "system",
		MaxBody: testMaxBody, MaxConnections: 1, Ready: func() *wire.Error { return nil }, Metrics: metrics.New(),
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	send := func(login string) int {
		status, _, _ := do(s, request("POST", "/api/v1/messages/send?token=token-of-hunter2&x=hunter2", `{"to":"2","content":"hunter2"}`,
			login, "Idempotency-Key: hunter2", "Cookie: hunter2", "X-User-Id: 2"))
		return status
	}
	logins := []string{token, backend}
	f.err = errors.New("the disk is gone")
	for _, login := range logins {
		expect(t, "status", send(login), 500)
	}
	f.err = panicking{}
	for _, login := range logins {
		expect(t, "status", send(login), 500)
	}
	if n := strings.Count(log.String(), "/api/v1/messages/send"); n != 4 {
		t.Errorf("%d of 4 requests are logged:\n%s", n, &log)
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("a secret is logged:\n%s", &log)
	}
}

// panicking is an error that panics when it is looked at.
type panicking struct{}

func (panicking) Error() string { panic("looked at") }
func (panicking) Is(error) bool { panic("looked at") }
