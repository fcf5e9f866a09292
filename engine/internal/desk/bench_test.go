package desk

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// What choosing an agent and giving a session to them costs, with 1,000 agents.
func BenchmarkChoose(b *testing.B) {
	f := newFloor()
	f.skills["s"] = &skill{rec: storage.DeskSkill{ID: "s"}}
	for i := range 1000 {
		f.add(storage.DeskAgent{User: fmt.Sprint("a", i), Status: uint8(StatusOnline), Skills: []string{"s"}}, true)
	}
	w := want{lane: laneKey{skill: "s"}, visitor: "v"}
	given := make([]*session, 0, 2000)
	at := int64(0)
	for b.Loop() {
		if len(given) == cap(given) {
			for _, x := range given {
				f.reseat(x.agent, func() { delete(x.agent.open, x) })
			}
			given = given[:0]
		}
		a, x := f.choose(w), new(session)
		x.agent = a
		f.reseat(a, func() { a.open[x] = struct{}{} })
		f.reseat(a, func() { at++; a.rec.AssignedAt = at })
		given = append(given, x)
	}
}

// What a session costs the log's writer from its opening to its end, with 1,000
// agents and all that is written.
func BenchmarkSession(b *testing.B) {
	s := openQuiet(b, vfs.NewMem(), usual())
	defer s.close()
	s.must(s.do(func(tx *sequencer.Tx) error {
		for i := range 1000 {
			user := fmt.Sprint("a", i)
			a := s.Desk.put(tx, backend, user, &AgentPatch{Status: ptr("online")})
			s.floor.reseat(a, func() { a.connected = true })
		}
		return nil
	}))
	n := 0
	for b.Loop() {
		n++
		s.must(s.do(func(tx *sequencer.Tx) error {
			for i := range 100 { // one batch
				x, err := s.Desk.open(tx, backend, fmt.Sprint("v", n, "-", i), &NewSession{})
				if err != nil {
					return err
				}
				s.Desk.end(tx, x, ReasonBackend, "system")
			}
			return nil
		}))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(100*n), "ns/session")
}
