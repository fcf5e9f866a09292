package sse

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// rules is a hub with the real rules, sequencer and storage behind it, the second
// of two reactors.
type rules struct {
	*chat.Service
	hub *Hub
	seq *sequencer.Sequencer
	t   *testing.T
	url string
}

func newRules(t *testing.T) *rules {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	db, err := storage.Open(storage.Options{
		Dir: "/data", FS: vfs.NewMem(), Logger: logger, CacheBytes: 1 << 20, MemTableBytes: 1 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &rules{t: t}
	s.seq, err = sequencer.New(db, sequencer.Config{
		Reactors: 2, DedupeWindow: 24 * time.Hour, MaxMembers: 100, Logger: logger,
		Encoder: chat.Encoder{Refusal: func(err error) *wire.Error { return s.Refusal(err) }},
		Post: func(reactor int, posts []delivery.Post) {
			if reactor == 1 {
				s.hub.Post(posts)
			}
		},
		Fatal: func(err error) { t.Error(err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := testConfig()
	cfg.Index, cfg.Durable, cfg.Open = 1, s.seq.Durable, s.open
	s.hub = New(cfg)
	s.Service = chat.New(chat.Config{
		Reactors: 2, Readers: 2, Backlog: 20, RetryAfter: 30 * time.Second, Retries: 3,
		MaxMembers: 100, GroupMembers: 100, MaxOutbound: cfg.MaxOutbound, Crowded: func() bool { return false }, Logger: logger,
	}, db, s.seq, s.hub)
	s.seq.Start()
	server := httptest.NewServer(handler(s.hub))
	s.url = server.URL
	t.Cleanup(func() {
		if err := s.hub.Close(context.Background(), shutdownFrame); err != nil {
			t.Error(err)
		}
		server.Close()
		s.seq.Stop()
		s.Service.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *rules) open(c chat.Conn, login chat.Login, resume uint64) (*chat.Session, error) {
	login.Resume = resume
	return s.Open(c, login, func(old delivery.Conn) {
		s.hub.DoConn(old, func(c chat.Conn) { c.Close(codec.CloseReplaced, "a newer connection of this device") })
	})
}

// stream is a client of the rules that has caught up.
func (s *rules) stream(user, device string, lastID string) *client {
	s.t.Helper()
	c := newClient(s.t, get(s.t, fmt.Sprintf("%s/?user=%s&device=%s", s.url, user, device), "Last-Event-ID", lastID).Body)
	c.greeted()
	return c
}

func (s *rules) send(from string, r wire.Request) chat.Sent {
	s.t.Helper()
	r.Verb = wire.VerbSend
	sent, err := s.Send(s.t.Context(), from, &r)
	if err != nil {
		s.t.Fatal(err)
	}
	return sent
}

// message is what the tests look at of a chat event.
type message struct {
	Type    string
	ID      uint64 `json:",string"`
	ConvID  string `json:"conv_id"`
	Seq     uint64
	Content json.RawMessage
}

func messageOf(t *testing.T, b block) (m message) {
	t.Helper()
	if err := json.Unmarshal([]byte(b.data), &m); err != nil {
		t.Fatalf("%q: %v", b.data, err)
	}
	return m
}
