package reactor

import (
	"testing"
	"time"

	"gannet/engine/internal/delivery"
)

// timed is a run whose way ends with one reactor, and says when it has.
func timed(run *delivery.Run, done func()) *delivery.Run {
	run.Trip = delivery.NewTrip(time.Now(), 1, func(time.Duration) { done() })
	return run
}

// TestTripOfRoom: the way of a run to a large room ends when the last member's
// socket has got it, however many turns that takes.
func TestTripOfRoom(t *testing.T) {
	l := newTestLoop(Config{})
	const members = 4 * sliceCost
	var sockets []*fakeSocket
	for range members {
		c, s := l.connect("u")
		l.seat(c, 1, 0)
		sockets = append(sockets, s)
	}
	reached := func() (n int) {
		for _, s := range sockets {
			if len(s.wrote) > 0 {
				n++
			}
		}
		return n
	}
	at := -1
	l.post(delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: timed(textRun(1, 1, 1), func() { at = reached() })})
	l.pass(sliceCost)
	if n := reached(); at >= 0 || n == 0 || n == members {
		t.Fatalf("after one turn %d members have it; ended at %d", n, at)
	}
	l.passAll()
	if at != members {
		t.Errorf("ended when %d of %d members had it", at, members)
	}
}

// TestTrips: the ways of runs to a user, to a room of nobody and of several runs in
// one walk end, each once.
func TestTrips(t *testing.T) {
	l := newTestLoop(Config{})
	c, s := l.connect("u")
	l.post(delivery.Post{Kind: delivery.Join, Serial: c.serial, Rooms: []delivery.Room{{Conv: 1}}})
	l.passAll()
	l.h.deliver = func(c *Conn, run *delivery.Run) { c.SendRun(run, 0) }
	ends, written := 0, 0
	end := func() { ends, written = ends+1, len(s.wrote) }
	l.post(delivery.Post{Kind: delivery.ToUser, User: "u", Run: timed(textRun(2, 1, 1), end)})
	l.passAll()
	if ends != 1 || written == 0 {
		t.Errorf("%d ends, with %d bytes written", ends, written)
	}
	l.post(
		delivery.Post{Kind: delivery.ToUser, User: "nobody", Run: timed(textRun(3, 1, 1), end)},
		delivery.Post{Kind: delivery.ToRoom, Room: 4, Run: timed(textRun(4, 1, 1), end)},
		delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: timed(textRun(1, 1, 2), end)},
		delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: timed(textRun(1, 3, 2), end)},
		delivery.Post{Kind: delivery.ToRoom, Room: 1, Run: textRun(1, 5, 1)},
	)
	l.passAll()
	if ends != 5 {
		t.Errorf("%d ends of 5", ends)
	}
	if len(l.trips) != 0 {
		t.Errorf("%d ways are remembered after their ends", len(l.trips))
	}
}
