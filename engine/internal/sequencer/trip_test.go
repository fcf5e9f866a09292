package sequencer

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// TestTrip: of each batch that somebody is there to receive one run is timed, until
// every reactor that it was posted to has handed it over.
func TestTrip(t *testing.T) {
	arrived := 0
	r := start(t, vfs.NewMem(), func(c *Config) { c.Arrived = func(time.Duration) { arrived++ } })
	defer r.stop()
	r.group("g", "a", "b", "c")
	r.group("alone", "a")
	r.send(toGroup("a", "g", "nobody hears"))
	for reactor := range 2 {
		for _, p := range r.take(reactor) {
			if p.Run != nil && p.Run.Trip != nil {
				t.Error("the way to nobody is timed")
			}
		}
	}
	r.attach(delivery.Conn{Reactor: 0, Serial: 1}, "b", "d", true)
	r.attach(delivery.Conn{Reactor: 1, Serial: 1}, "c", "d", true)
	r.attach(delivery.Conn{Reactor: 1, Serial: 2}, "c", "e", true)
	r.take(0)
	r.take(1)
	r.send(toGroup("a", "alone", "0"), toGroup("a", "g", "1"), toGroup("a", "g", "2"), single("a", "b", "3"))
	r.sync()
	trips := make(map[*delivery.Trip]int)
	for reactor := range 2 {
		for _, p := range r.take(reactor) {
			if p.Run != nil && p.Run.Trip != nil {
				trips[p.Run.Trip]++
			}
		}
	}
	if len(trips) != 1 {
		t.Fatalf("%d runs are timed", len(trips))
	}
	for trip, posts := range trips {
		for range posts {
			if arrived != 0 {
				t.Error("arrived early")
			}
			trip.Done()
		}
		if posts != 2 || arrived != 1 {
			t.Errorf("%d posts, arrived %d times", posts, arrived)
		}
	}
}

// TestTripCountsItsOwnPosts: what else a batch posts isn't waited for.
func TestTripCountsItsOwnPosts(t *testing.T) {
	arrived := make(chan struct{}, 1)
	r := start(t, vfs.NewMem(), func(c *Config) { c.Arrived = func(time.Duration) { arrived <- struct{}{} } })
	r.group("g", "a", "b")
	r.attach(delivery.Conn{Reactor: 0, Serial: 1}, "b", "d", true)
	r.attach(delivery.Conn{Reactor: 1, Serial: 1}, "c", "d", true)
	r.take(0)
	held, gate := make(chan struct{}), make(chan struct{})
	go r.do(func(*Tx) error { close(held); <-gate; return nil })
	<-held
	var done sync.WaitGroup
	done.Go(func() { r.do(func(tx *Tx) error { return tx.AddMember("g", "c", 0) }) })
	for r.WaitingCommands() == 0 {
		runtime.Gosched()
	}
	done.Go(func() { r.send(single("a", "b", "1")) })
	for r.Waiting() == 0 {
		runtime.Gosched()
	}
	close(gate)
	done.Wait()
	for _, p := range r.take(0) {
		if p.Run != nil && p.Run.Trip != nil {
			p.Run.Trip.Done()
		}
	}
	if len(arrived) != 1 {
		t.Error("the run was handed over, and is waited for")
	}
}

// TestPublishedRooms: the metrics are told which rooms a batch was about.
func TestPublishedRooms(t *testing.T) {
	var rooms []string
	r := start(t, vfs.NewMem(), func(c *Config) {
		c.Observe = func(p *Published) {
			p.Rooms(func(head *Head, entries, connections int) {
				rooms = append(rooms, fmt.Sprint(head.ID, " ", entries, " to ", connections))
			})
		}
	})
	r.group("g", "a", "b", "c")
	r.attach(delivery.Conn{Reactor: 0, Serial: 1}, "b", "d", true)
	r.attach(delivery.Conn{Reactor: 1, Serial: 1}, "c", "d", true)
	r.attach(delivery.Conn{Reactor: 1, Serial: 2}, "c", "e", true)
	r.sync()
	r.send(toGroup("a", "g", "1"), toGroup("a", "g", "2"), single("a", "b", "3"))
	r.stop()
	if got := rooms[len(rooms)-1]; got != "group_g 2 to 3" {
		t.Errorf("told of %q", rooms)
	}
}
