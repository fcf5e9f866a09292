package engine

import (
	"testing"
	"time"
)

// fakeHeap is a runtime that a test says everything of.
type fakeHeap struct {
	heap
	garbage            uint64 // bytes that a collection frees
	collected, release int
}

func (f *fakeHeap) caretaker() *caretaker {
	c := newCaretaker()
	c.heap = func() heap { return f.heap }
	c.collect = func() {
		f.collected++
		f.cycles++
		f.used -= f.garbage
		f.free += f.garbage
		f.garbage = 0
	}
	c.release = func() {
		f.release++
		f.cycles++
		f.free = 0
	}
	c.look(lookEvery)
	return c
}

// looks has a caretaker look for some time.
func looks(c *caretaker, d time.Duration) {
	for ; d > 0; d -= lookEvery {
		c.look(lookEvery)
	}
}

// TestMemoryAfterBurst: garbage that the runtime would leave lying is given back
// within seconds.
func TestMemoryAfterBurst(t *testing.T) {
	f := &fakeHeap{heap: heap{cycles: 7, used: 600 << 20}, garbage: 500 << 20}
	looks(f.caretaker(), 15*time.Second)
	if f.used != 100<<20 || f.free != 0 || f.release != 1 {
		t.Errorf("%+v", f)
	}
}

// TestBusyCollector: while the runtime collects by itself nothing is done.
func TestBusyCollector(t *testing.T) {
	f := &fakeHeap{heap: heap{cycles: 7, used: 600 << 20, free: 300 << 20}, garbage: 500 << 20}
	c := f.caretaker()
	for range 100 {
		c.look(lookEvery)
		f.cycles++
	}
	if f.collected != 0 || f.release != 0 {
		t.Errorf("collected %d times, released %d times", f.collected, f.release)
	}
}

// TestSpareMemory: what is free for some time is given back although the runtime
// collects by itself; what is needed now and then is kept.
func TestSpareMemory(t *testing.T) {
	f := &fakeHeap{heap: heap{used: 100 << 20, free: 90 << 20}}
	c := f.caretaker()
	look := func(free uint64) {
		f.cycles++
		f.free = free
		c.look(lookEvery)
	}
	for range 20 {
		look(90 << 20)
		look(10 << 20)
	}
	if f.release != 0 {
		t.Fatal("released what is needed every few seconds")
	}
	for range 6 {
		look(90 << 20)
	}
	if f.release == 0 || f.release > 2 {
		t.Errorf("released %d times", f.release)
	}
}

// TestIdleCollections: where there is nothing to collect it is tried ever more
// seldom, down to what the runtime does by itself, and little that is free is kept.
func TestIdleCollections(t *testing.T) {
	f := &fakeHeap{heap: heap{used: 2 << 30, free: muchFree}}
	c := f.caretaker()
	looks(c, 10*time.Minute)
	if f.collected < 5 || f.collected > 8 || f.release != 0 {
		t.Errorf("in ten minutes collected %d times, released %d times", f.collected, f.release)
	}
	// After a burst it is quick again.
	f.cycles++
	f.used, f.garbage = 3<<30, 1<<30
	c.look(lookEvery)
	looks(c, 10*time.Second)
	if f.used != 2<<30 || f.free != 0 {
		t.Errorf("after a burst: %+v", f)
	}
}

// TestReadHeap: the runtime has figures by these names.
func TestReadHeap(t *testing.T) {
	before := readHeap()
	newCaretaker().collect()
	if after := readHeap(); after.cycles <= before.cycles || after.used == 0 {
		t.Errorf("%+v, then %+v", before, after)
	}
}
