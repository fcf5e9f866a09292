package client

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"gannet/codec"
	"gannet/codec/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run runs f with a server and the config of a client of it, in a bubble of
// synctest: time stands still unless everybody waits, and no goroutine may be
// left at the end.
func run(t *testing.T, f func(t *testing.T, s *FakeServer, cfg Config)) {
	synctest.Test(t, func(t *testing.T) {
		s := NewFakeServer()
		f(t, s, Config{URL: "ws://server", User: "1", Device: "d", Dial: s.Dial})
		s.Close()
	})
}

func dial(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := Dial(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// expect receives n messages of one conversation and checks that their seqs are
// first, first+1, ….
func expect(t *testing.T, c *Client, conv string, first, n uint64) {
	t.Helper()
	for seq := first; seq < first+n; seq++ {
		m, err := c.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m.ConvID != conv || m.Seq != seq {
			t.Fatalf("received %s %d, want %s %d", m.ConvID, m.Seq, conv, seq)
		}
	}
}

// expectNothing checks that no message is waiting once all is quiet.
func expectNothing(t *testing.T, c *Client) {
	t.Helper()
	synctest.Wait()
	if n := len(c.inbox); n > 0 {
		t.Fatalf("%d messages too many, the first %+v", n, <-c.inbox)
	}
}

func TestSendReceiveHistory(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		a := dial(t, cfg)
		cfg.User = "2"
		b := dial(t, cfg)
		if a.User() != "1" || a.Device() != "d" || a.Err() != nil {
			t.Fatalf("%q %q", a.User(), a.Device())
		}
		content := []byte(`{"img" : "中"}`)
		sent, err := a.Send(t.Context(), Message{To: "2", Content: content, ContentType: "image"})
		if err != nil || sent.ConvID != "single_1:2" || sent.Seq != 1 || sent.ID == 0 || sent.CID == "" {
			t.Fatalf("%+v %v", sent, err)
		}
		m, err := b.Receive(t.Context())
		if err != nil || m.ID != sent.ID || m.From != "1" || string(m.Content) != string(content) {
			t.Fatalf("%+v %v", m, err)
		}
		page, err := b.History(t.Context(), HistoryQuery{To: "1", Limit: 5})
		if err != nil || len(page.Messages) != 1 || page.Messages[0].ID != sent.ID || page.HasMore || page.ConvID != "single_1:2" {
			t.Fatalf("%+v %v", page, err)
		}
		if err := b.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		expectNothing(t, a)
	})
}

func TestRefusals(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		s.request = func(c *fakeConn, r *wire.Request) bool {
			c.send(wire.AppendError(nil, r.CID, wire.RetryError(wire.ReasonBusy, "later", 1500*time.Millisecond)))
			return false
		}
		c := dial(t, cfg)
		_, err := c.Send(t.Context(), Message{To: "2", Content: Text("x")})
		refusal, ok := errors.AsType[*wire.Error](err)
		if !ok || refusal.Reason != wire.ReasonBusy || refusal.Code != 503 || refusal.RetryAfter != 1500*time.Millisecond {
			t.Fatal(err)
		}
		for _, m := range []Message{{}, {To: "2"}, {To: "a b", Content: Text("x")}, {To: "2", GroupID: "3", Content: Text("x")}} {
			if _, err := c.SendAsync(t.Context(), m); err == nil {
				t.Errorf("%+v was sent", m)
			}
		}
		if n := len(s.requests(wire.VerbSend)); n != 1 {
			t.Fatalf("%d requests reached the server", n)
		}
		if len(c.slots) != 0 {
			t.Fatal("the window leaks")
		}
	})
}

// A send whose connection breaks before the server took it, after it did, or
// between, has its effect once, and the caller notices nothing.
func TestSendSurvivesBreaks(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		s.request = func(c *fakeConn, r *wire.Request) bool {
			if c.dial <= 2 {
				c.nc.Close()
			}
			return c.dial > 2
		}
		s.answer = func(c *fakeConn, r *wire.Request) bool {
			if c.dial <= 4 {
				c.nc.Close()
			}
			return c.dial > 4
		}
		c := dial(t, cfg)
		var waiting []*Pending
		for i := range 20 {
			p, err := c.SendAsync(t.Context(), Message{To: "2", Content: Text(fmt.Sprint(i))})
			if err != nil {
				t.Fatal(err)
			}
			waiting = append(waiting, p)
		}
		for i, p := range waiting {
			sent, err := p.Wait(t.Context())
			if err != nil || sent.Seq != uint64(i+1) || sent.CID != p.CID() {
				t.Fatalf("%d: %+v %v", i, sent, err)
			}
		}
		if n := len(s.stored("single_1:2")); n != 20 || s.dials < 5 {
			t.Fatalf("%d messages stored over %d connections", n, s.dials)
		}
	})
}

func TestSendGivenUpAndFinished(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		s.answer = func(*fakeConn, *wire.Request) bool { return false }
		c := dial(t, cfg)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		first, err := c.Send(ctx, Message{To: "2", Content: Text("x")})
		if !errors.Is(err, context.DeadlineExceeded) || first.CID == "" {
			t.Fatalf("%+v %v", first, err)
		}
		set(s, &s.answer, func(*fakeConn, *wire.Request) bool { return true })
		again, err := c.Send(t.Context(), Message{To: "2", Content: Text("x"), CID: first.CID})
		if err != nil || again.Seq != 1 || len(s.stored("single_1:2")) != 1 || len(c.slots) != 0 {
			t.Fatalf("%+v %v", again, err)
		}
	})
}

func TestWindowAndCIDs(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		s.request = func(*fakeConn, *wire.Request) bool { return false }
		cfg.Window = 2
		c := dial(t, cfg)
		m := Message{To: "2", Content: Text("x"), CID: "mine"}
		p, err := c.SendAsync(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.SendAsync(t.Context(), m); err != ErrCIDInUse {
			t.Fatal(err)
		}
		m.CID = ""
		if _, err := c.SendAsync(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.SendAsync(ctx, m); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.Close()
		if _, err := p.Wait(t.Context()); err != ErrClosed {
			t.Fatal(err)
		}
		if _, err := c.SendAsync(t.Context(), m); err != ErrClosed {
			t.Fatal(err)
		}
		if _, err := c.Receive(t.Context()); err != ErrClosed || c.Err() != ErrClosed {
			t.Fatal(err)
		}
		if err := c.Sync(t.Context()); err != ErrClosed {
			t.Fatal(err)
		}
	})
}

func TestDialRefused(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		s.reject = 401
		_, err := Dial(t.Context(), cfg)
		if fault, ok := errors.AsType[*codec.HandshakeError](err); !ok || fault.Status != 401 || !final(err) {
			t.Fatal(err)
		}
		for _, bad := range []Config{{}, {URL: "http://x"}, {URL: "ws://"}, {URL: "ws://x", User: "a b"}, {URL: "ws://x", Device: "/"}, {URL: "ws://x", Cursors: map[string]uint64{"x": 1}}} {
			if _, err := Dial(t.Context(), bad); err == nil {
				t.Errorf("%+v was dialled", bad)
			}
		}
	})
}

func TestTokenIsSentAndRenewed(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		cfg.Token = "old"
		var seen []string
		s.request = func(c *fakeConn, r *wire.Request) bool {
			if r.Verb == wire.VerbPing {
				seen = append(seen, c.auth)
			}
			return true
		}
		c := dial(t, cfg)
		if err := errors.Join(c.Ping(t.Context()), c.Auth(t.Context(), "new")); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if err := c.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(seen) != "[Bearer old Bearer new]" {
			t.Fatal(seen)
		}
	})
}

func TestAnswersPings(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		dial(t, cfg)
		s.each(func(c *fakeConn) {
			c.raw(codec.AppendFrame(nil, codec.OpPing, []byte("x")))
			synctest.Wait()
			if c.pongs.Load() != 1 {
				t.Error("no pong")
			}
		})
	})
}

func TestWhatHadArrivedOutlivesClose(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		s.Post("2", "single_1:2", "x")
		synctest.Wait()
		c.Close()
		expect(t, c, "single_1:2", 1, 1)
		if _, err := c.Receive(t.Context()); err != ErrClosed {
			t.Fatal(err)
		}
	})
}
