package bench

import (
	"fmt"
	"time"
)

// idleFor is how long a server may come to rest before its memory is read.
const idleFor = 5 * time.Second

// runConnect opens very many connections as fast as the server takes them and
// leaves them idle. Accept rate is from the first connect to the last welcome.
func runConnect(s *session) error {
	n := s.o.Connections
	s.result.Setting = fmt.Sprintf("%d connections", n)
	before, known := s.serverUsage()
	for i := range n {
		loop := i % len(s.loops)
		user := s.users.name("c", i)
		if err := s.seat(loop, user, &idler{user, s.loops[loop]}); err != nil {
			return err
		}
	}
	took, err := s.connect()
	if err != nil {
		return err
	}
	peak, _ := s.serverUsage()
	s.rest(min(idleFor, s.o.Duration))
	after, _ := s.serverUsage()
	r := s.result
	r.Messages, r.Seconds, r.Faults = int64(n), took.Seconds(), s.faults()
	r.Stopped = s.stop.Load()
	r.settle()
	r.Targets = []Target{atLeast("accepted", r.MessageRate, 10e3, "connections/s")}
	if known {
		r.ServerCPU = (peak.cpu - before.cpu).Seconds() / took.Seconds()
		r.ServerRSS = after.resident
		each := float64(after.resident-before.resident) / float64(n)
		r.figure("memory before", float64(before.resident)/(1<<20), "MiB")
		r.figure("memory just connected", float64(peak.resident)/(1<<20), "MiB")
		r.Targets = append(r.Targets, atMost("memory per connection", each/1024, 2.5, "KiB"))
	}
	return nil
}

func (s *session) serverUsage() (usage, bool) {
	if s.target.pid == 0 {
		return usage{}, false
	}
	u, err := usageOf(s.target.pid)
	return u, err == nil
}

// An idler is a connection that only is there.
type idler struct {
	name string
	loop *loop
}

func (i *idler) opened(*conn)          {}
func (i *idler) message(*conn, []byte) {}
func (i *idler) closed(_ *conn, err error) {
	i.loop.faults.add(faultDisconnected, "%s: %v", i.name, err)
}
