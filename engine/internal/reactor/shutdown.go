package reactor

import "context"

// Shutdown ends everything in order: no new connections, what was posted goes
// out, every connection gets a last frame of its own (nil for none) and a close
// frame with the code, and the loops end when all are closed or Config.CloseWait
// is over. If ctx ends first, the rest is cut short and its error is returned.
func (r *Reactors) Shutdown(ctx context.Context, last func() []byte, code uint16) error {
	r.StopAccepting()
	err := r.Drain(ctx)
	if closeErr := r.Close(ctx, last, code); err == nil {
		err = closeErr
	}
	return err
}

// StopAccepting has new upgrade requests answered with 503 from now on. The
// sockets go on listening: gnet can't let go of them before its loop ends, and
// a refusal tells a client more than silence.
func (r *Reactors) StopAccepting() { r.stopping.Store(true) }

// Drain waits until all that was posted before is carried out, also to rooms.
func (r *Reactors) Drain(ctx context.Context) error {
	return r.onEach(ctx, func(l *loop, done func()) { l.idle = append(l.idle, done) })
}

// Close closes all connections and ends the loops, as Shutdown does last. The
// frame that last gives for each connection (nil: none) goes out before its close
// frame; last is called on every loop. Only the first call does anything.
func (r *Reactors) Close(ctx context.Context, last func() []byte, code uint16) error {
	if r.closed.Swap(true) {
		return nil
	}
	r.StopAccepting()
	err := r.onEach(ctx, func(l *loop, done func()) { l.closeAll(last, code, done) })
	close(r.timeless)
	<-r.noTime
	r.halt(r.loops)
	return err
}

// onEach runs fn on every loop and waits until each has called done or has ended.
func (r *Reactors) onEach(ctx context.Context, fn func(l *loop, done func())) error {
	finished := make([]chan struct{}, len(r.loops))
	for i, l := range r.loops {
		finished[i] = make(chan struct{})
		l.inbox.do(func() { fn(l, func() { close(finished[i]) }) })
	}
	for i, l := range r.loops {
		select {
		case <-finished[i]:
		case <-l.boot.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// closeAll begins the closing of all connections; done is called when the last
// is gone.
func (l *loop) closeAll(last func() []byte, code uint16, done func()) {
	l.leaving = true
	for _, c := range l.list {
		if last != nil {
			c.takeLeave()
			c.Send(last())
		}
		c.Close(code, "")
	}
	l.empty = done
	l.checkEmpty()
}

// checkEmpty tells who waits for the last connection to be gone.
func (l *loop) checkEmpty() {
	if l.empty != nil && len(l.list) == 0 {
		l.empty()
		l.empty = nil
	}
}

// halt ends loops, with whatever connections they have, and waits for it.
func (r *Reactors) halt(loops []*loop) {
	r.halting.Store(true)
	for _, l := range loops {
		l.inbox.do(func() { l.halt = true })
	}
	for _, l := range loops {
		<-l.boot.ended
	}
}
