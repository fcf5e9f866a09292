package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Live is how the desk stands now.
type Live struct {
	Gauges
	Agents []Agent // with what they have to do, by user id
}

// Gauges are the numbers of Live.
type Gauges struct {
	Queue       int           // sessions that wait
	OldestWait  time.Duration // of the one that has waited for longest
	Online      int           // agents that take sessions and are connected
	Away        int           // that would, but aren't connected
	Busy        int
	Offline     int
	Sessions    [storage.DeskClosed]int // open ones, by state
	LoadAverage float64                 // open sessions of an agent that is online
	LoadMax     int
}

// Live returns how the desk stands.
func (d *Desk) Live(context.Context) (l Live, err error) {
	err = d.look(func(tx *sequencer.Tx) error {
		l.Gauges = d.floor.gauges(tx.Now())
		for _, a := range d.floor.agents {
			l.Agents = append(l.Agents, a.show())
		}
		return nil
	})
	slices.SortFunc(l.Agents, func(a, b Agent) int { return strings.Compare(a.User, b.User) })
	return l, err
}

func (f *floor) gauges(now int64) (g Gauges) {
	n, oldest := f.waiting()
	if g.Queue = n; n > 0 {
		g.OldestWait = since(oldest, now)
	}
	for _, s := range f.sessions {
		g.Sessions[s.rec.State]++
	}
	load := 0
	for _, a := range f.agents {
		switch Status(a.rec.Status) {
		case StatusOffline:
			g.Offline++
		case StatusBusy:
			g.Busy++
		case StatusOnline:
			if !a.connected {
				g.Away++
				break
			}
			g.Online++
			load += len(a.open)
			g.LoadMax = max(g.LoadMax, len(a.open))
		}
	}
	g.LoadAverage = float64(load) / float64(cmp.Or(g.Online, 1))
	return g
}

// gauged is the last look at the gauges.
type gauged struct {
	last    atomic.Pointer[Gauges]
	looking atomic.Bool
}

// maxLook is for how long a scrape waits for the log's writer, which may be held up
// by the disk.
const maxLook = 100 * time.Millisecond

// Gauges returns how the desk stands, or stood at the last call if that can't be
// found out at once.
func (d *Desk) Gauges() Gauges {
	if g := &d.figures.gauged; g.looking.CompareAndSwap(false, true) {
		seen := make(chan struct{})
		err := d.seq.GoAnyway(func(tx *sequencer.Tx) error {
			now := d.floor.gauges(tx.Now())
			g.last.Store(&now)
			g.looking.Store(false)
			close(seen)
			return nil
		}, func(error) {})
		if err == nil {
			select {
			case <-seen:
			case <-time.After(maxLook):
			}
		} else {
			g.looking.Store(false)
		}
	}
	if last := d.figures.gauged.last.Load(); last != nil {
		return *last
	}
	return Gauges{}
}
