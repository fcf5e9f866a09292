package engine

import "gannet/engine/internal/sequencer"

// HoldLog keeps the log's writer busy until release is called.
func (e *Engine) HoldLog() (release func()) {
	held, gate := make(chan struct{}), make(chan struct{})
	go func() {
		_ = e.seq.DoAnyway(func(*sequencer.Tx) error { close(held); <-gate; return nil })
	}()
	<-held
	return func() { close(gate) }
}

// HoldLoop does the same to an event loop.
func (e *Engine) HoldLoop(i int) (release func()) {
	held, gate := make(chan struct{}), make(chan struct{})
	e.reactors.Do(i, func() { close(held); <-gate })
	<-held
	return func() { close(gate) }
}
