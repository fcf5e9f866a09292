package sse

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	silence    = 15 * time.Second // after which a comment shows that the server is there
	writeTime  = 30 * time.Second // for a client to take a piece
	pieceBytes = 32 << 10         // what is written at a time
)

// writer is the goroutine of a stream's request: the only one that writes to the
// client.
type writer struct {
	w  http.ResponseWriter
	rc *http.ResponseController

	taken []byte
	final bool // the deadline stands: the stream has ended

	mu  sync.Mutex // guards the deadline
	cut bool
}

func newWriter(w http.ResponseWriter) *writer {
	return &writer{w: w, rc: http.NewResponseController(w)}
}

// begin answers the request.
func (p *writer) begin(welcome []byte) bool {
	return p.write(appendEvent([]byte(head), welcome))
}

// run writes what comes until the stream has ended, the client has gone or
// nothing can be written any more.
func (p *writer) run(ctx context.Context, out *outbox) {
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for more := true; more; quiet.Reset(silence) {
		select {
		case <-out.bell:
			more = p.empty(out)
		case <-quiet.C:
			more = p.write([]byte(comment))
		case <-ctx.Done():
			more = false
		}
	}
}

// empty writes what is in the outbox and reports whether more can come.
func (p *writer) empty(out *outbox) bool {
	for {
		var ended bool
		p.taken, ended = out.take(p.taken)
		if len(p.taken) == 0 {
			return !ended
		}
		for piece := range slices.Chunk(p.taken, pieceBytes) {
			p.final = p.final || out.hasEnded() && p.extend()
			if !p.write(piece) {
				return false
			}
			out.wrote(len(piece))
		}
	}
}

// write sends a piece and reports whether it left. A stream that has ended gets
// no new deadline with every piece: nobody is to be held up by who reads just
// enough.
func (p *writer) write(piece []byte) bool {
	if !p.final && !p.extend() {
		return false
	}
	if _, err := p.w.Write(piece); err != nil {
		return false
	}
	return p.rc.Flush() == nil
}

// extend moves the deadline on. It stands in for the server's WriteTimeout,
// which is for answers that come to an end.
func (p *writer) extend() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.cut && p.rc.SetWriteDeadline(time.Now().Add(writeTime)) == nil
}

// cutShort lets the write that runs, and all later ones, fail. Any goroutine.
func (p *writer) cutShort() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	_ = p.rc.SetWriteDeadline(time.Unix(1, 0))
}
