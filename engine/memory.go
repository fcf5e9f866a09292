package engine

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A caretaker has memory given back after a burst. The runtime collects garbage when
// the heap has doubled, or else every two minutes; what a burst has left, such as
// the buffers of clients that didn't read, would stay for so long when little
// happens afterwards. Pools need two collections to let go of what they hold.
type caretaker struct {
	heap    func() heap
	collect func() // garbage
	release func() // collect, and give all that is free to the system

	cycles   uint64        // of the collector, at the last look
	quiet    time.Duration // for so long it has not collected
	patience time.Duration // after so long it is made to
	spare    uint64        // bytes that were free at each look
	lasting  time.Duration // for so long
}

// heap is what the runtime has of memory.
type heap struct {
	cycles uint64 // collections so far
	used   uint64 // bytes in objects, garbage among them
	free   uint64 // bytes that are held and not used
}

const (
	lookEvery     = 5 * time.Second
	leastPatience = 10 * time.Second
	mostPatience  = 2 * time.Minute // the runtime's own

	// spareTime is for how long memory has to be free until it isn't needed.
	spareTime = 15 * time.Second
	// muchFree is from how many bytes on that are free it pays to give them back.
	muchFree = 4 << 20
	// costShare bounds the time spent on collections that nobody but the
	// caretaker wants: a hundredth.
	costShare = 100
)

func newCaretaker() *caretaker {
	return &caretaker{
		heap: readHeap, collect: runtime.GC, release: debug.FreeOSMemory, patience: leastPatience,
	}
}

// run looks after memory until stop is closed.
func (c *caretaker) run(stop <-chan struct{}) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			c.look(lookEvery)
		}
	}
}

// look is one look, at a time after the last.
func (c *caretaker) look(after time.Duration) {
	now := c.heap()
	if now.cycles != c.cycles {
		c.cycles, c.quiet, c.patience = now.cycles, 0, leastPatience
	} else {
		c.quiet += after
	}
	c.watch(now, after)
	switch {
	case c.quiet >= c.patience:
		c.tidy(now)
	case c.lasting >= spareTime && c.spare > max(muchFree, now.used/2):
		c.release()
		c.rest()
	}
}

// watch notes how much is free all the time.
func (c *caretaker) watch(now heap, after time.Duration) {
	if c.lasting += after; c.lasting > spareTime || c.lasting == after {
		c.spare, c.lasting = now.free, after
		return
	}
	c.spare = min(c.spare, now.free)
}

// tidy collects, and waits longer for the next time where it was in vain or took
// long.
func (c *caretaker) tidy(before heap) {
	began := time.Now()
	c.collect()
	now := c.heap()
	if now.used > before.used-before.used/10 {
		c.patience = min(2*c.patience, mostPatience)
	}
	if now.free > muchFree {
		c.release()
	}
	c.patience = max(c.patience, costShare*time.Since(began))
	c.rest()
}

// rest begins to count anew.
func (c *caretaker) rest() { c.cycles, c.quiet, c.lasting = c.heap().cycles, 0, 0 }

func readHeap() heap {
	samples := []metrics.Sample{
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(samples)
	return heap{samples[0].Value.Uint64(), samples[1].Value.Uint64(), samples[2].Value.Uint64()}
}
