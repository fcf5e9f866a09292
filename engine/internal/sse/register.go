package sse

import (
	"sync"

	"gannet/codec/wire"
)

// register knows the requests that are being served.
type register struct {
	most  int
	empty chan struct{} // closed when it is closed and nobody is left

	mu      sync.Mutex
	writers map[*writer]struct{}
	closed  bool
}

func newRegister(most int) *register {
	return &register{most: most, empty: make(chan struct{}), writers: make(map[*writer]struct{})}
}

// enter takes a request in, or says why not.
func (r *register) enter(p *writer) *wire.Error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errShuttingDown.Pick()
	case len(r.writers) >= r.most:
		return errBusy.Pick()
	}
	r.writers[p] = struct{}{}
	return nil
}

func (r *register) leave(p *writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.writers, p)
	r.checkEmpty()
}

// close lets nobody in from now on. It reports whether it was the first call.
func (r *register) close() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.closed = true
	r.checkEmpty()
	return true
}

func (r *register) checkEmpty() {
	if r.closed && len(r.writers) == 0 {
		close(r.empty)
	}
}

// cutShort ends the writing of all requests.
func (r *register) cutShort() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.writers {
		p.cutShort()
	}
}

func (r *register) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.writers)
}
