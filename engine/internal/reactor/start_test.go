package reactor

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gannet/codec"
)

// TestAddressInUse: another listener is noticed, also one that would share.
func TestAddressInUse(t *testing.T) {
	alone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	shared := serve(t, Config{Reactors: 2}, echo())
	for _, addr := range []net.Addr{alone.Addr(), shared.Addr()} {
		if _, err := Start(Config{Addr: addr.String()}, echo()); !errors.Is(err, unix.EADDRINUSE) {
			t.Errorf("%v: %v", addr, err)
		}
	}
	if _, err := Start(Config{Addr: "nowhere.invalid:1"}, echo()); err == nil || !strings.Contains(err.Error(), "nowhere.invalid") {
		t.Error(err)
	}
}

// TestAddresses: what can be written as an address to listen on works, and the
// same one again after a restart.
func TestAddresses(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "localhost:0", "[::1]:0"} {
		if probe, err := net.Listen("tcp", addr); err != nil {
			t.Logf("%s can't be had here: %v", addr, err)
			continue
		} else {
			probe.Close()
		}
		t.Run(addr, func(t *testing.T) {
			host, _, _ := net.SplitHostPort(addr)
			for range 2 {
				r, err := Start(Config{Addr: addr, Reactors: 2, CloseWait: 10 * time.Millisecond}, echo())
				if err != nil {
					t.Fatal(err)
				}
				dial(t, r)
				_, port, _ := net.SplitHostPort(r.Addr().String())
				addr = net.JoinHostPort(host, port)
				if err := r.Close(t.Context(), nil, codec.CloseRestart); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestFailed: a loop that ends without having been asked to is reported.
func TestFailed(t *testing.T) {
	r, err := Start(Config{Addr: "127.0.0.1:0", Reactors: 2}, echo())
	if err != nil {
		t.Fatal(err)
	}
	r.Do(1, func() { r.loops[1].halt = true })
	if err := <-r.Failed(); err == nil || !strings.Contains(err.Error(), "reactor 1") {
		t.Errorf("got %v", err)
	}
	if err := r.Shutdown(t.Context(), nil, codec.CloseRestart); err != nil {
		t.Error(err)
	}
}
