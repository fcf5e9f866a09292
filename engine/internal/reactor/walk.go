package reactor

import "gannet/engine/internal/delivery"

// walk is one way through a room's members, with everything that was queued
// when it began (up to walkBytes): one write for each connection.
type walk struct {
	items     []item
	segments  []segment
	size      int // bytes of the items
	cost      int // of one member, in units of sliceCost
	next, end int // members that are still to come
}

// segment is neighbouring items that are sent as one.
type segment struct {
	items  []item
	limit  int           // of all its items
	run    *delivery.Run // the items' runs in one; or
	frame  []byte
	except uint64 // as the item's

	deflatedRun   *delivery.Run // made when first needed
	deflatedFrame []byte
}

func (w *walk) active() bool { return len(w.items) > 0 }

func (w *walk) clear() {
	clear(w.items)
	clear(w.segments)
	w.items, w.segments = w.items[:0], w.segments[:0]
}

// begin takes items off the queue and plans the walk.
func (rm *room) begin() {
	w := &rm.walk
	n, size := 0, 0
	for n < len(rm.queue) && (n == 0 || size+rm.queue[n].size() <= walkBytes) {
		size += rm.queue[n].size()
		n++
	}
	w.size, w.cost = size, 1+size>>costShift
	rm.take(n)
	w.next, w.end = 0, w.items[n-1].limit
	w.plan(len(rm.members)-rm.gaps >= mergeFrom)
}

// take moves the first n items from the queue to the walk.
func (rm *room) take(n int) {
	if n == len(rm.queue) {
		rm.walk.items, rm.queue = rm.queue, rm.walk.items
		return
	}
	rm.walk.items = append(rm.walk.items, rm.queue[:n]...)
	left := copy(rm.queue, rm.queue[n:])
	clear(rm.queue[left:])
	rm.queue = rm.queue[:left]
}

// plan makes segments of the items.
func (w *walk) plan(merge bool) {
	for i := 0; i < len(w.items); {
		n := 1
		for merge && i+n < len(w.items) && follows(&w.items[i+n-1], &w.items[i+n]) {
			n++
		}
		items := w.items[i : i+n]
		first := &items[0]
		seg := segment{items: items, limit: first.limit, run: first.run, frame: first.frame, except: first.except}
		if n > 1 {
			seg.run = mergeRuns(items)
		}
		w.segments = append(w.segments, seg)
		i += n
	}
}

// follows reports whether b's run goes on where a's ends, for the same members.
func follows(a, b *item) bool {
	return a.run != nil && b.run != nil && a.limit == b.limit && b.run.First == a.run.Last()+1
}

// mergeRuns puts neighbouring runs together.
func mergeRuns(items []item) *delivery.Run {
	size, frames := 0, 0
	for i := range items {
		size += len(items[i].run.Frames)
		frames += len(items[i].run.Ends)
	}
	all := &delivery.Run{
		Conv: items[0].run.Conv, First: items[0].run.First,
		Frames: make([]byte, 0, size), Ends: make([]int32, 0, frames),
	}
	for i := range items {
		appendRun(all, items[i].run)
	}
	return all
}

func appendRun(all, run *delivery.Run) {
	for _, skip := range run.Skip {
		skip.Index += len(all.Ends)
		all.Skip = append(all.Skip, skip)
	}
	base := int32(len(all.Frames))
	for _, end := range run.Ends {
		all.Ends = append(all.Ends, base+end)
	}
	all.Frames = append(all.Frames, run.Frames...)
}

// runFor is the run in the form that c gets it in.
func (seg *segment) runFor(c *Conn) *delivery.Run {
	if !c.deflates {
		return seg.run
	}
	if seg.deflatedRun == nil {
		seg.deflatedRun = deflateRun(seg.run)
	}
	return seg.deflatedRun
}

// sendShared queues the segment's frame for c.
func (c *Conn) sendShared(seg *segment) {
	if !c.deflates {
		c.Send(seg.frame)
		return
	}
	if seg.deflatedFrame == nil {
		seg.deflatedFrame = deflateFrames(nil, seg.frame)
	}
	c.loop.frames++
	c.queue(seg.deflatedFrame)
}
