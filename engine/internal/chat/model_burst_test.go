package chat_test

import (
	"sync/atomic"
	"testing/synctest"

	"pgregory.net/rapid"
)

// drawSeveral draws operations that come at once.
func (r *modelRun) drawSeveral() (ops []modelOp) {
	r.focusGroup = r.group()
	r.focusUser = r.actor(r.focusGroup)
	defer func() { r.focusUser, r.focusGroup = "", "" }()
	for range rapid.IntRange(2, 5).Draw(r.t, "at once") {
		ops = append(ops, modelOps[rapid.SampledFrom(modelAtOnce).Draw(r.t, "op")](r))
	}
	return ops
}

// atOnce puts operations into one turn of the log's writer, in order, and calls
// amid when it has been let go. Known tells how many of the first are certain to
// have been done: one of them was answered.
func (r *modelRun) atOnce(ops []modelOp, amid func(known func() int)) []modelResult {
	results, done := make([]modelResult, len(ops)), make(chan struct{}, len(ops))
	var known atomic.Int64
	release := r.site.stall()
	for i, op := range ops {
		go func() {
			results[i] = r.ask(op)
			if results[i].reason == "" {
				modelRaise(&known, int64(i+1))
			}
			done <- struct{}{}
		}()
		synctest.Wait() // it waits for the writer now, behind those before it
	}
	go release()
	amid(func() int { return int(known.Load()) })
	for range ops {
		<-done
	}
	synctest.Wait()
	return results
}

// burst carries several operations out at once: one after the other, by the rules.
func (r *modelRun) burst() {
	ops := r.drawSeveral()
	for i, got := range r.atOnce(ops, func(func() int) {}) {
		r.compare(ops[i], got)
	}
}

func modelRaise(n *atomic.Int64, to int64) {
	for old := n.Load(); old < to && !n.CompareAndSwap(old, to); old = n.Load() {
	}
}
