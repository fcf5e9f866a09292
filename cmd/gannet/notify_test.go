package main

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// patient is a server that is alive, or not.
type patient struct {
	fakeServer
	hangs atomic.Bool
}

func (p *patient) Alive(ctx context.Context) error {
	if p.hangs.Load() {
		<-ctx.Done()
		return errors.New("it hangs")
	}
	return nil
}

// Signs of life come twice as often as systemd wants them, and only while there is
// life.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []string
		n := &notifier{send: func(state string) { mu.Lock(); defer mu.Unlock(); sent = append(sent, state) }, watchdog: 10 * time.Second, logger: quiet()}
		s := new(patient)
		stopping := n.ready(s)
		take := func() (taken []string) {
			mu.Lock()
			defer mu.Unlock()
			taken, sent = sent, nil
			return taken
		}
		step := func(d time.Duration, want ...string) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := take(); !slices.Equal(got, want) {
				t.Fatalf("sent %q, want %q", got, want)
			}
		}
		synctest.Wait()
		if got, want := take(), []string{"READY=1", "WATCHDOG=1"}; !slices.Equal(got, want) {
			t.Fatalf("sent %q, want %q", got, want)
		}
		step(10500*time.Millisecond, "WATCHDOG=1", "WATCHDOG=1")
		s.hangs.Store(true)
		step(time.Minute)
		s.hangs.Store(false)
		step(10*time.Second, "WATCHDOG=1", "WATCHDOG=1")
		stopping()
		time.Sleep(time.Minute)
		if got, want := take(), []string{"STOPPING=1"}; !slices.Equal(got, want) {
			t.Errorf("sent %q, want %q", got, want)
		}
	})
}

// TestNotify: a server that systemd has started says when it is ready, that it is
// alive, and when it stops; in this order, and the first after the ready line.
func TestNotify(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	next := func() string {
		t.Helper()
		if err := socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 256)
		n, _, err := socket.ReadFromUnix(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	t.Setenv("NOTIFY_SOCKET", name)
	t.Setenv("WATCHDOG_USEC", "200000")
	p := startProcess(t, t.TempDir())
	if got := next(); got != "READY=1" {
		t.Errorf("%q at first", got)
	}
	for range 5 {
		if got := next(); got != "WATCHDOG=1" {
			t.Errorf("%q, then", got)
		}
	}
	p.stop()
	last := next()
	for last == "WATCHDOG=1" {
		last = next()
	}
	if last != "STOPPING=1" {
		t.Errorf("%q at last", last)
	}
}
