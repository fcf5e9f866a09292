package reactor

import (
	"slices"
	"testing"
	"time"
)

// TestRounds: every connection has its turn, whoever comes and goes.
func TestRounds(t *testing.T) {
	l := newTestLoop(Config{TickEvery: 5 * time.Second})
	visits := make(map[*Conn]int)
	l.h.tick = func(c *Conn, _ time.Time) {
		visits[c]++
		if len(visits)%7 == 0 && c.serial%2 == 0 {
			c.Close(1000, "")
		}
	}
	var odd []*Conn
	for i := range 1001 {
		c, _ := l.connect("u")
		if i%2 == 0 {
			odd = append(odd, c)
		}
	}
	for step := range 30 { // as many go meanwhile, a round takes a little longer
		before := len(visits)
		l.owner.clock.Store(int64(time.Duration(step+1) * 250 * time.Millisecond))
		l.tick(l.now())
		for _, c := range slices.Clone(l.list) {
			if c.state == closing {
				l.closed(c)
			}
		}
		l.flush()
		if n := len(visits) - before; n > 60 {
			t.Fatalf("step %d visited %d at once", step, n)
		}
	}
	for _, c := range odd {
		if visits[c] == 0 {
			t.Fatalf("connection %d was left out", c.serial)
		}
	}
}

// TestIdle: silence ends a connection, a byte saves it.
func TestIdle(t *testing.T) {
	l := newTestLoop(Config{})
	a, sa := l.connect("a")
	b, _ := l.connect("b")
	for now := time.Duration(0); now <= 91*time.Second; now += time.Second {
		l.owner.clock.Store(int64(now))
		if now == 59*time.Second {
			if !a.Open() {
				t.Fatal("closed too early")
			}
			b.lastRead = now
		}
		l.tick(now)
		l.flush()
	}
	if got := texts(t, sa.wrote); !slices.Equal(got, []string{"close 4009"}) || !b.Open() {
		t.Fatalf("a got %v, b open: %v", got, b.Open())
	}
}
