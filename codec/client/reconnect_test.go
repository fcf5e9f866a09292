package client

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
)

func TestBackoffDelays(t *testing.T) {
	b := Backoff{Min: 250 * time.Millisecond, Max: 30 * time.Second}
	want := b.Min
	for attempt := range 100 {
		for range 20 {
			if d := b.delay(attempt, 0); d < want/2 || d > want {
				t.Fatalf("attempt %d: %v, want %v to %v", attempt, d, want/2, want)
			}
		}
		want = min(2*want, b.Max)
	}
	if d := b.delay(0, time.Hour); d != time.Hour {
		t.Fatal(d)
	}
	if d := (Backoff{}).delay(3, 0); d < 0 || d > time.Second {
		t.Fatal(d)
	}
}

// While the server is away the waits double, up to the maximum; once a
// connection has held, they begin anew.
func TestReconnectBacksOff(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		cfg.Backoff = Backoff{Min: time.Second, Max: 8 * time.Second}
		var at []time.Time
		s.refuse = func(dial int) error {
			at = append(at, time.Now())
			if dial > 1 && dial < 8 {
				return errors.New("nobody there")
			}
			return nil
		}
		c := dial(t, cfg)
		time.Sleep(time.Minute)
		for range 2 {
			s.Close()
			if err := c.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		at[0] = at[0].Add(time.Minute) // the break
		want := []time.Duration{1, 2, 4, 8, 8, 8, 8}
		for i, w := range want {
			if d := at[i+1].Sub(at[i]); d < w*time.Second/2 || d > w*time.Second {
				t.Errorf("wait %d was %v, want %v to %v", i, d, w*time.Second/2, w*time.Second)
			}
		}
		if d := at[8].Sub(at[7]) - time.Minute; d < time.Second/2 || d > time.Second {
			t.Errorf("after a steady connection the wait was %v", d)
		}
	})
}

func TestShutdownIsHonoured(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		var events []EventKind
		cfg.OnEvent = func(e Event) { events = append(events, e.Kind) }
		s.request = func(c *fakeConn, r *wire.Request) bool {
			if c.dial == 1 {
				c.send(wire.AppendError(nil, r.CID, wire.NewError(wire.ReasonShuttingDown, "bye")))
				c.send(wire.AppendShutdown(nil, 90_000))
				c.raw(codec.AppendClose(nil, codec.CloseRestart, "restart"))
			}
			return c.dial > 1
		}
		c := dial(t, cfg)
		start := time.Now()
		sent, err := c.Send(t.Context(), Message{To: "2", Content: Text("x")})
		if err != nil || sent.Seq != 1 || time.Since(start) != 90*time.Second {
			t.Fatal(sent, err, time.Since(start))
		}
		if want := []EventKind{Connected, Shutdown, Disconnected, Connected}; !slices.Equal(events, want) {
			t.Fatal(events)
		}
	})
}

// Who is refused with a time to come back at comes back then, not before.
func TestRefusalIsHonoured(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		set(s, &s.reject, 503)
		set(s, &s.retry, 90*time.Second+time.Millisecond)
		var at []time.Time
		set(s, &s.refuse, func(int) error {
			if at = append(at, time.Now()); len(at) == 3 {
				set(s, &s.reject, 0)
			}
			return nil
		})
		s.Close()
		if err := c.Ping(t.Context()); err != nil || len(at) != 3 {
			t.Fatal(err, at)
		}
		for i := range 2 {
			if d := at[i+1].Sub(at[i]); d != 90*time.Second+time.Millisecond {
				t.Errorf("came back after %s", d)
			}
		}
	})
}

func TestFinalCloseCodes(t *testing.T) {
	for code, end := range map[uint16]bool{
		codec.CloseNormal: false, codec.CloseGoingAway: false, codec.CloseInternal: false, codec.CloseRestart: false,
		codec.CloseTryAgainLater: false, codec.CloseSlowConsumer: false, codec.CloseSilent: false,
		codec.CloseAuth: true, codec.CloseReplaced: true, codec.CloseKicked: true, codec.ClosePolicy: true,
		codec.CloseTooBig: true, codec.CloseProtocolError: true, codec.CloseInvalidPayload: true,
	} {
		run(t, func(t *testing.T, s *FakeServer, cfg Config) {
			s.request = func(c *fakeConn, r *wire.Request) bool {
				if c.dial == 1 {
					c.raw(codec.AppendClose(nil, code, "why"))
				}
				return c.dial > 1
			}
			c := dial(t, cfg)
			_, err := c.Send(t.Context(), Message{To: "2", Content: Text("x")})
			if !end {
				if err != nil || c.Err() != nil {
					t.Errorf("%d: %v", code, err)
				}
				return
			}
			<-c.Done()
			fault, ok := errors.AsType[*codec.CloseError](c.Err())
			if !ok || fault.Code != code || fault.Reason != "why" || !errors.Is(err, c.Err()) {
				t.Errorf("%d: %v, %v", code, err, c.Err())
			}
		})
	}
}

func TestRefusedForGoodOnReconnect(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		set(s, &s.reject, 401)
		s.Close()
		<-c.Done()
		if _, ok := errors.AsType[*codec.HandshakeError](c.Err()); !ok {
			t.Fatal(c.Err())
		}
	})
}

// Pings keep a quiet connection, and tell a dead one.
func TestSilence(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		var lost []error
		cfg.OnEvent = func(e Event) {
			if e.Kind == Disconnected {
				lost = append(lost, e.Err)
			}
		}
		c := dial(t, cfg)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(lost) > 0 {
			t.Fatal(lost)
		}
		s.each(func(c *fakeConn) { c.deaf.Store(true) })
		time.Sleep(5 * cfg.withDefaults().PingEvery)
		synctest.Wait()
		if len(lost) != 1 || s.dials != 2 {
			t.Fatal(lost, s.dials)
		}
		if err := c.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// What a server must not send ends the client with the code that says so.
func TestServerBreaksProtocol(t *testing.T) {
	for name, c := range map[string]struct {
		bytes []byte
		code  uint16
	}{
		"masked":   {codec.AppendMaskedFrame(nil, codec.OpText, [4]byte{1}, []byte("{}")), codec.CloseProtocolError},
		"not utf8": {codec.AppendFrame(nil, codec.OpText, []byte("\xff")), codec.CloseInvalidPayload},
		"not json": {codec.AppendFrame(nil, codec.OpText, []byte("{")), codec.CloseUnsupported},
		"too big":  {codec.AppendHeader(nil, codec.OpText, 1<<30), codec.CloseTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, s *FakeServer, cfg Config) {
				client := dial(t, cfg)
				s.each(func(f *fakeConn) { f.raw(c.bytes) })
				<-client.Done()
				if fault, ok := errors.AsType[*codec.CloseError](client.Err()); !ok || fault.Code != c.code {
					t.Fatal(client.Err())
				}
			})
		})
	}
}

func TestNoWelcome(t *testing.T) {
	for name, c := range map[string]struct {
		first []byte
		final bool
	}{
		"refusal": {wire.AppendError(nil, "", wire.NewError(wire.ReasonUnauthorized, "no")), true},
		"other":   {wire.AppendPong(nil, ""), false},
		"nothing": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, s *FakeServer, cfg Config) {
				s.welcome = func(string, string) []byte { return c.first }
				if _, err := Dial(t.Context(), cfg); err == nil || final(err) != c.final {
					t.Fatal(err)
				}
			})
		})
	}
}
