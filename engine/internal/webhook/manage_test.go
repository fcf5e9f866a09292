package webhook

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/storage"
)

func TestAdd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		good := New{Name: "h", URL: "https://example.com/hook?x=1", Events: []string{"*"}}
		minus, many := -1, MaxOfflineMembers+1
		for name, change := range map[string]func(*New){
			"no name": func(n *New) { n.Name = "" }, "name": func(n *New) { n.Name = "a b" }, "no URL": func(n *New) { n.URL = "" },
			"scheme": func(n *New) { n.URL = "ftp://example.com" }, "no host": func(n *New) { n.URL = "http:///x" },
			"user": func(n *New) { n.URL = "http://a:b@example.com" }, "fragment": func(n *New) { n.URL = "http://example.com#x" },
			"long": func(n *New) { n.URL = "http://h/" + strings.Repeat("x", maxURL) }, "no events": func(n *New) { n.Events = nil },
			"event": func(n *New) { n.Events = []string{"message.*", "x"} }, "events": func(n *New) { n.Events = make([]string, maxPatterns+1) },
			"batch": func(n *New) { n.MaxBatch = MaxBatch + 1 }, "no batch": func(n *New) { n.MaxBatch = -1 },
			"members": func(n *New) { n.OfflineMembers = &many }, "no members": func(n *New) { n.OfflineMembers = &minus },
			"short secret": func(n *New) { n.Secret = "short" }, "long secret": func(n *New) { n.Secret = strings.Repeat("x", maxSecret+1) },
			"secret": func(n *New) { n.Secret = "with a space in it" },
		} {
			n := good
			change(&n)
			_, _, err := s.Add(t.Context(), n)
			s.refused(name, err, wire.ReasonBadRequest)
		}
		st, secret, err := s.Add(t.Context(), good)
		s.must(err)
		if len(secret) < 40 || !strings.HasPrefix(secret, "whsec_") || st.MaxBatch != defaultBatch || st.OfflineMembers != defaultOfflineMembers || st.Insecure {
			t.Errorf("%q %+v", secret, st)
		}
		_, _, err = s.Add(t.Context(), good)
		s.refused("twice", err, wire.ReasonConflict)
		for i := range MaxEndpoints - 1 {
			n := good
			n.Name = fmt.Sprint("h", i)
			_, other, err := s.Add(t.Context(), n)
			s.must(err)
			if other == secret {
				t.Error("the same secret")
			}
		}
		good.Name = "more"
		_, _, err = s.Add(t.Context(), good)
		s.refused("many", err, wire.ReasonConflict)
		if list := s.List(); len(list) != MaxEndpoints || list[0].Name != "h" || list[1].Name != "h0" {
			t.Errorf("%+v", list)
		}
		for _, err := range []error{
			second(s.Get("x")), second(s.Update(t.Context(), "x", Patch{})), s.Remove(t.Context(), "x"), second(s.Test(t.Context(), "x")),
			second(s.Dead(t.Context(), "x", 0, 1)), second(s.Replay(t.Context(), "x", 0, 0)), second(s.Discard(t.Context(), "x", 0, 0)),
		} {
			s.refused("none", err, wire.ReasonNotFound)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestInsecure(t *testing.T) {
	for address, want := range map[string]bool{
		"https://example.com": false, "http://example.com/x": true, "http://8.8.8.8:80": true, "http://[2001:db8::1]/": true,
		"http://localhost:80": false, "http://127.0.0.1": false, "http://10.1.2.3": false, "http://[::1]": false, "http://receiver:8080": false,
	} {
		if open(address) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}

// An endpoint begins at the end of the log, or at its beginning; what it wasn't told
// while it paused it is told then, also after a restart, and nothing twice.
func TestPauseAndRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.send("a", wire.Request{To: "b"})
		now := s.endpoint("now", nil, "message.created")
		all := s.endpoint("all", func(n *New) { n.FromBeginning = true }, "message.created")
		s.send("a", wire.Request{To: "b"})
		s.settle()
		if a, b := now.told(t), all.told(t); len(a) != 1 || len(b) != 2 {
			t.Errorf("told %d and %d", len(a), len(b))
		}
		yes, no := true, false
		if st, err := s.Update(t.Context(), "now", Patch{Paused: &yes}); err != nil || st.State != StatePaused || !st.Paused {
			t.Errorf("%+v, %v", st, err)
		}
		for range 3 {
			s.send("a", wire.Request{To: "b"})
		}
		s.settle()
		if st := s.status("now"); st.State != StatePaused || st.LagEntries != 3 {
			t.Errorf("%+v", st)
		}
		s = s.restart()
		time.Sleep(time.Hour)
		if a, b := now.told(t), all.told(t); len(a) != 0 || len(b) != 3 {
			t.Errorf("told %d and %d", len(a), len(b))
		}
		if st := s.status("now"); st.LagEntries != 3 || st.LagTime < time.Hour || st.Delivered != 1 {
			t.Errorf("%+v", st)
		}
		_, err := s.Update(t.Context(), "now", Patch{Paused: &no})
		s.must(err)
		s.settle()
		if a := now.told(t); len(a) != 3 {
			t.Errorf("told %d", len(a))
		}
		s = s.restart()
		s.settle()
		if a, b := now.requests(), all.requests(); len(a) != 2 || len(b) == 0 {
			t.Errorf("asked %d and %d times", len(a), len(b))
		}
		if a, b := now.told(t), all.told(t); len(a) != 0 || len(b) != 0 {
			t.Errorf("told %d and %d again", len(a), len(b))
		}
	})
}

// A change is for what comes next, and ends the wait of an endpoint that fails.
func TestUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		old, fresh := s.endpoint("h", nil, "message.created"), s.net.at("moved")
		fresh.secret = "another-secret-of-20"
		old.says(0)
		s.send("a", wire.Request{To: "b"})
		time.Sleep(time.Hour)
		address, n := "http://moved/x", 1
		st, err := s.Update(t.Context(), "h", Patch{URL: &address, Secret: &fresh.secret, MaxBatch: &n, OfflineMembers: &n})
		if err != nil || st.URL != address || st.MaxBatch != 1 || st.OfflineMembers != 1 || st.Paused {
			t.Errorf("%+v, %v", st, err)
		}
		s.settle()
		if a := fresh.told(t); len(a) != 1 {
			t.Errorf("told %d", len(a))
		}
		bad := "x"
		_, err = s.Update(t.Context(), "h", Patch{URL: &bad, Events: []string{"*"}})
		s.refused("URL", err, wire.ReasonBadRequest)
		_, err = s.Update(t.Context(), "h", Patch{Events: []string{"group.*"}})
		s.must(err)
		s.send("a", wire.Request{To: "b"})
		s.group("g", "a")
		s.settle()
		if got := types(fresh.told(t)); got != "group.created" {
			t.Errorf("told %s", got)
		}
	})
}

// Nothing is left of an endpoint that is removed, and another of its name begins
// anew.
func TestRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		r.says(400)
		for range 5 {
			s.send("a", wire.Request{To: "b"})
		}
		time.Sleep(time.Hour)
		if len(s.dead("h")) != 5 {
			t.Error("not dead")
		}
		r.says(-1)
		s.send("a", wire.Request{To: "b"})
		s.settle()
		s.must(s.Remove(t.Context(), "h"))
		if len(s.List()) != 0 {
			t.Error("still there")
		}
		s = s.restart()
		if len(s.List()) != 0 {
			t.Error("there again")
		}
		r.says(204)
		r = s.endpoint("h", nil, "message.created")
		s.settle()
		if len(r.told(t)) != 0 || len(s.dead("h")) != 0 {
			t.Error("something is left")
		}
	})
}

// Dead letters are as many as are allowed; the oldest go, and a restart counts them
// as they are. Some are discarded, some sent again.
func TestDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, func(c *Config) { c.MaxDead = 10 })
		r := s.endpoint("h", nil, "message.created")
		r.says(410)
		for i := range 15 {
			s.send("a", wire.Request{To: "b", Content: fmt.Append(nil, i)})
		}
		time.Sleep(time.Hour)
		s = s.restart()
		s.settle()
		dead := s.dead("h")
		if len(dead) != 10 || dead[0].Number != 6 || dead[9].Number != 15 {
			t.Fatalf("%+v", dead)
		}
		if n, err := s.Discard(t.Context(), "h", 0, 7); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		yes, no := true, false
		_, err := s.Update(t.Context(), "h", Patch{Paused: &yes})
		s.must(err)
		if n, err := s.Replay(t.Context(), "h", 9, 11); n != 3 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := s.Replay(t.Context(), "h", 11, 12); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		s = s.restart()
		r.says(200)
		_, err = s.Update(t.Context(), "h", Patch{Paused: &no})
		s.must(err)
		s.settle()
		list := r.told(t)
		if len(list) != 4 || list[0].Data["content"] != 8.0 || list[3].Data["content"] != 11.0 {
			t.Errorf("%v", list)
		}
		if got := len(s.dead("h")); got != 4 {
			t.Errorf("%d are left", got)
		}
		page, err := s.Dead(t.Context(), "h", 8, 2)
		if err != nil || len(page) != 2 || page[0].Number != 13 {
			t.Errorf("%+v, %v", page, err)
		}
	})
}

// Who is to end doesn't count what waits to its end.
func TestMeasureEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		for range 3 {
			s.send("a", wire.Request{To: "b"})
		}
		s.endpoint("h", func(n *New) { n.FromBeginning, n.Paused = true, true }, "message.created")
		s.settle()
		c := s.newCourier(s.find("h").rec, storage.WebhookCursor{Webhook: "h"})
		defer c.cut()
		c.leave()
		c.measure()
		if st := s.status("h"); c.lag.Load() != 0 || st.LagEntries != 3 {
			t.Errorf("%d are counted of %d", c.lag.Load(), st.LagEntries)
		}
	})
}

// A ping is answered for the operator to see, whatever the endpoint's state.
func TestPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", func(n *New) { n.Paused = true }, "group.*")
		a, err := s.Test(t.Context(), "h")
		if err != nil || !a.OK || a.Status != 204 || a.Body != "says the receiver" || a.Error != "" {
			t.Errorf("%+v, %v", a, err)
		}
		if list := r.told(t); types(list) != eventPing || !strings.HasPrefix(list[0].ID, "ping-") {
			t.Errorf("%v", list)
		}
		r.says(401)
		if a, err := s.Test(t.Context(), "h"); err != nil || a.OK || a.Status != 401 || a.Error != "401 Unauthorized" {
			t.Errorf("%+v, %v", a, err)
		}
		r.says(0)
		if a, err := s.Test(t.Context(), "h"); err != nil || a.OK || a.Status != 0 || a.Error != errRefused.Error() {
			t.Errorf("%+v, %v", a, err)
		}
		if st := s.status("h"); st.Delivered != 0 || st.LastError != "" {
			t.Errorf("%+v", st)
		}
	})
}

// A stop waits for a receiver for a moment, and what it didn't take comes after the
// next start.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		r.says(-1)
		s.send("a", wire.Request{To: "b"})
		s.settle()
		start := time.Now()
		s.Hub.Stop()
		_, err := s.Update(t.Context(), "h", Patch{})
		s.refused("stopped", err, wire.ReasonShuttingDown)
		_, _, err = s.Add(t.Context(), New{Name: "x", URL: "http://x", Events: []string{"*"}})
		s.refused("stopped", err, wire.ReasonShuttingDown)
		s.refused("stopped", s.Remove(t.Context(), "h"), wire.ReasonShuttingDown)
		s.must(s.Hub.Close(context.Background()))
		if took := time.Since(start); took > stopTime {
			t.Errorf("it took %v", took)
		}
		s.restart()
		r.says(204)
		time.Sleep(time.Minute)
		if len(r.told(t)) != 1 {
			t.Error("not told")
		}
	})
}

// Nothing is posted where nothing is to be.
func TestDeliverOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, func(c *Config) { c.Deliver = false })
		r := s.endpoint("h", nil, "*")
		s.send("a", wire.Request{To: "b"})
		time.Sleep(time.Hour)
		if st := s.status("h"); st.State != StatePaused || st.Paused || len(r.requests()) > 0 {
			t.Errorf("%+v", st)
		}
	})
}

// A cursor is stored once a second at most, also of what isn't wanted, and no more
// once all is told.
func TestCursorIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.endpoint("h", nil, "group.*")
		s.endpoint("u", nil, "user.*")
		time.Sleep(time.Minute)
		last := s.send("a", wire.Request{To: "b"}).ID
		stored := func(name string) storage.WebhookCursor {
			c, _, err := s.db.WebhookCursor(name)
			s.must(err)
			return c
		}
		time.Sleep(storeEvery + time.Millisecond)
		synctest.Wait()
		for _, name := range []string{"h", "u"} {
			if c := stored(name); c.Log != last {
				t.Errorf("%s: %+v", name, c)
			}
		}
	})
}
