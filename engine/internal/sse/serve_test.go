package sse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
)

func TestAnswer(t *testing.T) {
	s := newSite(t, nil)
	resp := get(t, s.listen()+"/?user=u&device=d")
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	c := newClient(t, resp.Body)
	if b := c.next(); b.retry != "3000" || b.lines != 0 {
		t.Errorf("the stream begins with %+v", b)
	}
	c.expect(`{"type":"system","event":"welcome","user_id":"u","device":"d"}`)
	if f := s.session(0); f.login.User != "u" || f.login.Device != "d" || f.login.Tracked {
		t.Errorf("logged in as %+v", f.login)
	}
	s.join(0)
	s.Post([]delivery.Post{toUser("u", textRun(1, 1, 1))})
	s.Do(delivery.Conn{Reactor: testIndex, Serial: 1}, func(*chat.Session) { t.Error("a fake is no chat.Session") })
	s.DoConn(delivery.Conn{Reactor: testIndex, Serial: 9}, func(chat.Conn) { t.Error("called for nobody") })
	s.DoConn(delivery.Conn{Reactor: testIndex, Serial: 1}, func(c chat.Conn) { c.Close(4002, "newer") })
	c.expect(" #1", "1/1 #1", `close {"code":4002,"reason":"newer"}`)
	if left := c.rest(); len(left) != 0 {
		t.Errorf("after the end came %v", left)
	}
	if st := s.Stats(); st.Events != 1 || st.Slow != 0 || s.Backlogged() {
		t.Errorf("%+v", st)
	}
}

func TestLastEventID(t *testing.T) {
	s := newSite(t, nil)
	url := s.listen() + "/?user=u"
	n := 0
	for _, c := range []struct {
		header, query string
		resume        uint64
		status        int
	}{
		{"", "", 0, 200},
		{"17", "", 17, 200},
		{"", "18", 18, 200},
		{"19", "18", 19, 200}, // a browser keeps the address and sends the newer id beside it
		{"0", "", 1, 200},     // everything
		{"9223372036854775807", "", 1<<63 - 1, 200},
		{"9223372036854775808", "", 0, 400},
		{"-1", "", 0, 400},
		{"+1", "", 0, 400},
		{"", "1 ", 0, 400},
		{"x", "18", 0, 400},
	} {
		resp := get(t, url+"&last_event_id="+strings.ReplaceAll(c.query, " ", "%20"), "Last-Event-ID", c.header)
		if c.status != 200 {
			expectAnswer(t, resp, c.status, "bad_request")
			continue
		}
		newClient(t, resp.Body).greeted()
		if got := s.session(n).resume; got != c.resume {
			t.Errorf("%q and %q: resumes from %d, want %d", c.header, c.query, got, c.resume)
		}
		n++
	}
}

func TestRefusals(t *testing.T) {
	s := newSite(t, func(c *Config) { c.MaxStreams = 1 })
	url := s.listen() + "/?user=u"
	newClient(t, get(t, url).Body).greeted()
	expectAnswer(t, get(t, url), 503, "busy")
	if n := s.Stats().Streams; n != 1 {
		t.Errorf("%d streams", n)
	}
	head, err := http.Head(url)
	if err != nil {
		t.Fatal(err)
	}
	defer head.Body.Close()
	if got := head.Header.Get("Content-Type"); head.StatusCode != 200 || !strings.HasPrefix(got, "text/event-stream") {
		t.Errorf("HEAD: %d %s", head.StatusCode, got)
	}
	if err := s.Close(context.Background(), nil); err != nil {
		t.Error(err)
	}
	expectAnswer(t, get(t, url), 503, "shutting_down")
	// What can't have a deadline could hold up the end for ever.
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", url, nil)
	if err := s.Serve(w, r, chat.Login{User: "u"}); err == nil || err.Code != 500 {
		t.Errorf("a recorder: %v", err)
	}
}

func TestOpenFails(t *testing.T) {
	for want, refusal := range map[string]error{
		wire.ReasonForbidden:    fmt.Errorf("no: %w", wire.NewError(wire.ReasonForbidden, "no")),
		wire.ReasonShuttingDown: errors.New("no more"),
	} {
		cfg := testConfig()
		cfg.Open = func(chat.Conn, chat.Login, uint64) (*chat.Session, error) { return nil, refusal }
		h := New(cfg)
		server := httptest.NewServer(handler(h))
		expectAnswer(t, get(t, server.URL), wire.Status(want), want)
		if h.Stats().Streams != 0 {
			t.Error("the stream is counted")
		}
		server.Close()
		if err := h.Close(context.Background(), nil); err != nil {
			t.Error(err)
		}
	}
}

// A client that goes takes its stream along.
func TestClientGoes(t *testing.T) {
	s := newSite(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "GET", s.listen()+"/?user=u", nil)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	newClient(t, resp.Body).greeted()
	s.join(0, delivery.Room{Conv: 1})
	cancel()
	for s.Stats().Streams > 0 && t.Context().Err() == nil {
		s.on(func() {})
	}
	s.on(func() {
		if f := s.session(0); f.left != 1 || f.rooms != 1 || len(s.loop.streams) != 0 {
			t.Errorf("left %d times, in %d rooms", f.left, f.rooms)
		}
	})
}

// Every stream is told and ended, and its session leaves once.
func TestClose(t *testing.T) {
	const n = 20
	s := newSite(t, nil)
	url := s.listen()
	clients := make([]*client, n)
	for i := range clients {
		clients[i] = newClient(t, get(t, fmt.Sprintf("%s/?user=u%d", url, i)).Body)
		clients[i].greeted()
		s.join(i)
		s.Post([]delivery.Post{toUser(fmt.Sprint("u", i), textRun(1, 1, 1))})
	}
	if err := s.Close(context.Background(), shutdownFrame); err != nil {
		t.Error(err)
	}
	for _, c := range clients {
		c.expect(" #1", "1/1 #1", string(shutdown))
		if rest := c.rest(); len(rest) != 1 || !closedWith(rest[0], "1012") {
			t.Errorf("ended with %v", rest)
		}
	}
	for _, f := range s.sessions {
		if f.left != 1 {
			t.Errorf("left %d times", f.left)
		}
	}
	if err := s.Close(context.Background(), shutdownFrame); err != nil {
		t.Error(err)
	}
	s.Post([]delivery.Post{toUser("u0", textRun(1, 2, 1))})
	s.DoConn(delivery.Conn{Reactor: testIndex, Serial: 1}, func(chat.Conn) { t.Error("called after the end") })
}

// Many streams of a room, whose users leave and enter, get what is theirs, in
// order, while other goroutines ask for things.
func TestManyStreams(t *testing.T) {
	const n, turns, per = 40, 120, 3
	s := newSite(t, nil)
	url := s.listen()
	got := make([][]block, n)
	var reading, asking sync.WaitGroup
	for i := range n {
		c := newClient(t, get(t, fmt.Sprintf("%s/?user=u%d", url, i)).Body)
		c.greeted()
		s.join(i, delivery.Room{Conv: 1})
		c.expect(" #1")
		reading.Go(func() {
			for b, err := c.read(); err != io.EOF && !t.Failed(); b, err = c.read() {
				if err != nil {
					t.Errorf("stream %d: %v", i, err)
				}
				got[i] = append(got[i], b)
			}
		})
	}
	for range 4 {
		asking.Go(func() {
			for range turns {
				_ = s.Stats()
				s.DoConn(s.session(0).c.ID(), func(c chat.Conn) { _ = c.Pending() })
			}
		})
	}
	want := make([][]string, n)
	away := -1
	for turn := range uint64(turns) {
		var posts []delivery.Post
		if away >= 0 {
			posts = append(posts, delivery.Post{Kind: delivery.Enter, User: fmt.Sprint("u", away), Room: 1, From: turn * per})
		}
		away = int(turn) % n
		posts = append(posts, delivery.Post{Kind: delivery.Leave, User: fmt.Sprint("u", away), Room: 1})
		s.Post(append(posts, toRoom(textRun(1, turn*per+1, per))))
		for i := range want {
			for seq := turn*per + 1; i != away && seq <= (turn+1)*per; seq++ {
				want[i] = append(want[i], fmt.Sprintf("1/%d", seq))
			}
		}
	}
	asking.Wait()
	if err := s.Close(context.Background(), nil); err != nil {
		t.Error(err)
	}
	reading.Wait()
	for i, blocks := range got {
		last := len(blocks) - 1
		if last != len(want[i]) || !closedWith(blocks[last], "1012") {
			t.Fatalf("stream %d got %d events, want %d", i, last, len(want[i]))
		}
		for k, b := range blocks[:last] {
			if b.data != want[i][k] || (b.id != "") != (k%per == per-1) {
				t.Fatalf("stream %d: event %d is %v, want %s", i, k, b, want[i][k])
			}
		}
	}
}
