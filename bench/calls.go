package bench

import "fmt"

// Calls is the load of scenarios that ask and wait for an answer: every
// connection keeps `window` requests open. Owned by its loop.
type calls struct {
	loop    *loop
	callers []*caller
	window  int
	until   int64
	running bool
	line    *finishLine
	crossed bool
}

// A question makes requests and judges answers. Its methods run on the loop.
type question interface {
	// ask writes request number to c.
	ask(c *conn, number uint64)
	// answer judges an answer and returns the number of its request; next is
	// the oldest open one, for protocols that answer in order.
	answer(p []byte, next uint64) (number uint64, err error)
}

// A caller is one connection that asks. Owned by its loop.
type caller struct {
	name     string
	loop     *loop
	conn     *conn
	ledger   *ledger
	question question
	gone     bool
}

func newCaller(l *loop, name string, window int, q question) *caller {
	return &caller{name: name, loop: l, ledger: newLedger(window), question: q}
}

func (c *caller) opened(conn *conn) { c.conn = conn }

func (c *caller) closed(_ *conn, err error) {
	c.gone = true
	c.loop.faults.add(faultDisconnected, "%s: %v", c.name, err)
}

func (c *caller) message(_ *conn, p []byte) {
	number, err := c.question.answer(p, c.ledger.settled)
	if err != nil {
		c.loop.faults.add(faultOf(err), "%s: %v", c.name, err)
	}
	due, ok := c.ledger.close(number, &c.loop.faults, c.name)
	if !ok {
		return
	}
	c.ledger.settled++
	if err == nil {
		c.loop.rec.current.Messages++
		c.loop.rec.delivery(due, c.loop.now)
	}
}

func (c *caller) fill(window int, now int64) {
	for !c.gone && c.ledger.inFlight() < window && !c.ledger.full() {
		c.question.ask(c.conn, c.ledger.issue(now))
	}
}

func (t *calls) begin(until int64) {
	t.running, t.until, t.crossed = true, until, false
	t.line.open.Add(1)
}

func (t *calls) halt() { t.running = false }

func (t *calls) turn(now int64) {
	t.running = t.running && now < t.until
	if t.running {
		for _, c := range t.callers {
			c.fill(t.window, now)
		}
	}
	if !t.crossed && !t.running && t.idle() {
		t.crossed = true
		t.line.open.Add(-1)
	}
}

func (t *calls) idle() bool {
	for _, c := range t.callers {
		if c.ledger.inFlight() > 0 && !c.gone {
			return false
		}
	}
	return true
}

func (t *calls) wakeAt() int64 {
	if t.running {
		return t.until
	}
	return never
}

func (t *calls) finish() {
	for _, c := range t.callers {
		c.ledger.finish(&c.loop.faults, c.name)
	}
}

// badAnswer is an answer of which the kind of fault is known.
type badAnswer struct {
	kind faultKind
	text string
}

func (e *badAnswer) Error() string { return e.text }

func badAnswerf(kind faultKind, format string, args ...any) error {
	return &badAnswer{kind, fmt.Sprintf(format, args...)}
}

func faultOf(err error) faultKind {
	if bad, ok := err.(*badAnswer); ok {
		return bad.kind
	}
	return faultMalformed
}
