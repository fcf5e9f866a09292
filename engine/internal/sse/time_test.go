package sse

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// A silent stream shows that it is there, for longer than any answer may take.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, nil)
		c := clientOf(t, s.pipe("u"))
		s.join(0)
		c.expect(" #1")
		time.AfterFunc(time.Hour+time.Second, func() {
			s.Post([]delivery.Post{toUser("u", textRun(1, 1, 1))})
		})
		if b := c.next(); b.comments != int(time.Hour/silence) || b.String() != "1/1 #1" {
			t.Errorf("after %d comments came %v", b.comments, b)
		}
		start := time.Now()
		time.AfterFunc(silence+time.Second, func() {
			s.Post([]delivery.Post{toUser("u", textRun(1, 2, 1))})
		})
		if b := c.next(); b.comments != 1 || time.Since(start) != silence+time.Second {
			t.Errorf("after %d comments and %v came %v", b.comments, time.Since(start), b)
		}
	})
}

func TestTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, func(c *Config) { c.TickEvery = 5 * time.Second })
		c := clientOf(t, s.pipe("u"))
		start := time.Now()
		s.on(func() {
			f := s.session(0)
			f.ticked = func(now time.Time) {
				if now.Sub(start) > time.Minute {
					f.c.Close(codec.CloseAuth, "the login has expired")
				}
			}
		})
		if rest := c.rest(); len(rest) != 1 || !closedWith(rest[0], "4001") {
			t.Errorf("ended with %v", rest)
		}
		if d := time.Since(start); d != 65*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

// A client that takes nothing is given up, and its session leaves.
func TestStuckClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, nil)
		clientOf(t, s.pipe("u"))
		s.join(0)
		synctest.Wait()
		start := time.Now()
		ended := make(chan struct{})
		s.on(func() {
			f := s.session(0)
			f.ticked = func(time.Time) { t.Error("ticked after an hour") }
		})
		go func() {
			defer close(ended)
			for s.Stats().Streams > 0 {
				<-time.After(time.Second)
			}
		}()
		<-ended
		s.on(func() {
			if f := s.session(0); f.left != 1 || f.pending == 0 || time.Since(start) > writeTime+time.Second {
				t.Errorf("left %d times after %v with %d bytes", f.left, time.Since(start), f.pending)
			}
		})
	})
}

// A reader that keeps up may have any number of bytes in all.
func TestQuickReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, func(c *Config) { c.MaxOutbound = 50 })
		c := clientOf(t, s.pipe("u"))
		s.join(0)
		c.expect(" #1")
		for seq := range uint64(100) {
			s.Post([]delivery.Post{toUser("u", textRun(1, seq+1, 1))})
			c.next()
			synctest.Wait()
			s.on(func() {
				if n := s.session(0).c.Pending(); n != 0 {
					t.Errorf("%d bytes wait", n)
				}
			})
		}
		if st := s.Stats(); st.Slow != 0 || st.Events != 100 || st.Inbox != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// A slow reader that goes on reading learns why its stream ends.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, func(c *Config) { c.MaxOutbound = 1000 })
		c := clientOf(t, s.pipe("u"))
		s.join(0)
		c.expect(" #1")
		var last uint64
		for s.Stats().Slow == 0 {
			s.Post([]delivery.Post{toUser("u", textRun(1, last+1, 10))})
			last += 10
			s.on(func() {})
		}
		rest := c.rest()
		n := len(rest) - 1
		if !closedWith(rest[n], "4008") || n < 50 || uint64(n) != last-10 {
			t.Errorf("%d events of %d, at last %v", n, last, rest[n])
		}
		if s.session(0).left != 1 || s.Stats().Slow != 1 {
			t.Errorf("left %d times: %+v", s.session(0).left, s.Stats())
		}
	})
}

// A client that reads just enough holds up an ended stream no longer than one
// that doesn't read at all.
func TestDripAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, nil)
		conn := s.pipe("u")
		clientOf(t, conn)
		s.on(func() {
			c := s.session(0).c
			for range 20 {
				c.Send(codec.AppendFrame(nil, codec.OpText, []byte(strings.Repeat("x", pieceBytes))))
			}
			c.Close(codec.CloseKicked, "kicked")
		})
		start := time.Now()
		var err error
		for err == nil {
			<-time.After(time.Second)
			_, err = io.ReadFull(conn, make([]byte, 3000))
		}
		synctest.Wait() // for the stream's own end
		if d := time.Since(start); d < writeTime || d > writeTime+2*time.Second || s.Stats().Streams != 0 {
			t.Errorf("%v after %v, %+v", err, d, s.Stats())
		}
	})
}

// Who doesn't read can't hold up the end.
func TestCloseIsCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, nil)
		clientOf(t, s.pipe("stuck"))
		reads := clientOf(t, s.pipe("u"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		closed := make(chan error)
		go func() { closed <- s.Close(ctx, shutdownFrame) }()
		reads.expect(string(shutdown))
		if rest := reads.rest(); len(rest) != 1 || !closedWith(rest[0], "1012") {
			t.Errorf("ended with %v", rest)
		}
		if err := <-closed; !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if s.Stats().Streams != 0 || s.session(0).left != 1 || s.session(1).left != 1 {
			t.Errorf("%+v", s.Stats())
		}
	})
}
