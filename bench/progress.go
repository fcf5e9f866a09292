package bench

import (
	"fmt"
	"sync"
	"time"
)

// around is how long a scenario takes besides its measured time, on the average:
// the server is started and stopped, clients log in, and what is measured is warmed
// up.
const around = 5 * time.Second

// expected is how long a scenario will take, more or less.
func (b *benchmark) expected(sc *scenario) time.Duration {
	d := around + b.o.Duration
	if !b.o.NoEcho && sc.name != "echo" {
		d += b.o.EchoTime
	}
	return d
}

// progressEvery is how often Options.Progress is told.
const progressEvery = time.Second

// follow tells how far the i-th scenario is until the returned function is called:
// by the time, and never past the scenario's own end.
func (b *benchmark) follow(list []*scenario, i int) (stop func()) {
	if b.o.Progress == nil {
		return func() {}
	}
	var before, total time.Duration
	for k, sc := range list {
		if k < i {
			before += b.expected(sc)
		}
		total += b.expected(sc)
	}
	what := fmt.Sprintf("bench %d/%d %s", i+1, len(list), list[i].name)
	begin, mine := time.Now(), b.expected(list[i])
	tell := func() {
		at := before + min(time.Since(begin), mine)
		b.o.Progress(what, int(at.Milliseconds()), int(total.Milliseconds()))
	}
	tell()
	over := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		every := time.NewTicker(progressEvery)
		defer every.Stop()
		for {
			select {
			case <-every.C:
				tell()
			case <-over:
				return
			}
		}
	})
	return func() {
		close(over)
		ticking.Wait()
	}
}
