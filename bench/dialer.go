package bench

// A dialer is the player that brings a loop's connections up, a bounded number
// at a time: more than the server's accept queue holds would be dropped by the
// kernel and come back after a second.
type dialer struct {
	loop     *loop
	next     func(i int) dial // the i-th connection
	total    int
	begun    int
	open     int
	failed   int
	err      error // of the first that failed
	finished int64 // when the last one opened
}

// pendingDials is how many handshakes a loop has under way at once.
const pendingDials = 256

func (d *dialer) turn(int64) {
	for d.begun < d.total && d.begun-d.open-d.failed < pendingDials && d.err == nil {
		what := d.next(d.begun)
		what.handler = &dialing{d, what.handler}
		d.begun++
		if err := d.loop.dial(what); err != nil {
			d.fail(err)
		}
	}
}

func (d *dialer) wakeAt() int64 {
	if d.begun == 0 {
		return 0
	}
	return never
}

func (d *dialer) done() bool { return d.err != nil || d.open == d.total }

func (d *dialer) fail(err error) {
	d.failed++
	if d.err == nil {
		d.err = err
	}
}

// dialing is a connection's handler until it is open.
type dialing struct {
	dialer *dialer
	then   handler
}

func (h *dialing) opened(c *conn) {
	h.dialer.open++
	h.dialer.finished = c.loop.now
	c.handler = h.then
	h.then.opened(c)
}

func (h *dialing) message(*conn, []byte) {}

func (h *dialing) closed(_ *conn, err error) { h.dialer.fail(err) }
