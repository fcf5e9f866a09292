package chat

import (
	"sync"
	"sync/atomic"
)

// maxReads is how many reads may wait; beyond it clients are told "busy".
const maxReads = 4096

// readers are the goroutines that read storage, so that no loop ever does.
type readers struct {
	jobs chan func()
	full atomic.Uint64 // how often one had to be refused
	quit chan struct{}
	wg   sync.WaitGroup
}

func newReaders(n int) *readers {
	r := &readers{jobs: make(chan func(), maxReads), quit: make(chan struct{})}
	for range n {
		r.wg.Go(r.run)
	}
	return r
}

func (r *readers) run() {
	for {
		select {
		case job := <-r.jobs:
			job()
		case <-r.quit:
			return
		}
	}
}

// try queues a read; false where too many wait.
func (r *readers) try(job func()) bool {
	select {
	case r.jobs <- job:
		return true
	default:
		r.full.Add(1)
		return false
	}
}

func (r *readers) close() {
	close(r.quit)
	r.wg.Wait()
}
