package reactor

import "time"

// deadline is when the connection with the given serial runs out of time.
type deadline struct {
	serial uint64
	at     time.Duration
}

// deadlines is a queue of deadlines that all lie the same time ahead, so that
// they fall due in the order in which they were set. None is taken back: who
// looks at one that is due looks whether it still matters.
type deadlines struct {
	queue []deadline
	head  int
}

func (d *deadlines) push(serial uint64, at time.Duration) {
	d.queue = append(d.queue, deadline{serial, at})
}

// due takes out the next deadline that is not after now.
func (d *deadlines) due(now time.Duration) (serial uint64, ok bool) {
	if d.head == len(d.queue) || d.queue[d.head].at > now {
		return 0, false
	}
	serial = d.queue[d.head].serial
	d.head++
	if d.head == len(d.queue) || d.head > 1024 && d.head > len(d.queue)/2 {
		d.queue = append(d.queue[:0], d.queue[d.head:]...)
		d.head = 0
	}
	return serial, true
}
