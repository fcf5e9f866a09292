package bench

import (
	"testing"

	"pgregory.net/rapid"
)

func TestScheduleIsEven(t *testing.T) {
	s := schedule{start: 1000, rate: 3, stride: 1}
	for i, want := range []int64{1000, 1000 + 333333333, 1000 + 666666666, 1000 + 1000000000} {
		if got := s.due(); got != want {
			t.Errorf("send %d is due at %d, want %d", i, got, want)
		}
		s.take()
	}
}

// Loops that share a schedule together send what one would have sent.
func TestScheduleIsShared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Int64Range(1, 1e6).Draw(t, "rate")
		stride := rapid.Int64Range(1, 8).Draw(t, "loops")
		k := rapid.Int64Range(0, rate*1e6).Draw(t, "send") // for a million seconds
		whole := schedule{start: 7, rate: rate, stride: 1, taken: k}
		part := schedule{start: 7, rate: rate, stride: stride, index: k % stride, taken: k / stride}
		if whole.due() != part.due() {
			t.Fatalf("send %d is due at %d and %d", k, whole.due(), part.due())
		}
		next := whole
		next.take()
		if gap := next.due() - whole.due(); gap < 1e9/rate || gap > 1e9/rate+1 {
			t.Fatalf("gap %d at rate %d", gap, rate)
		}
	})
}

// A stall of the server must show in the latency of all sends that were due
// meanwhile, though they were written late.
func TestLatencyCountsFromDue(t *testing.T) {
	ca := pairCast("run-a00000", "run-b00000", 1)
	l := quietLoop()
	r := &room{loop: l, conv: newConversation(ca.convID, 64, 1), mark: newWatermark(0, 64), layout: newLayout(ca)}
	r.mark.enter()
	m := &member{name: "a", room: r, stream: stream{sends: true}}
	m.sender = newSender(m, 0, 2, 64, `"to":"run-b00000"`)
	m.conn = &conn{loop: l, phase: phaseOpen}
	tr := &traffic{
		loop: l, rooms: []*room{r}, senders: []*sender{m.sender}, running: true, until: never, crossed: true,
		plan: &schedule{start: 0, rate: 1000, stride: 1}, line: &finishLine{},
	}
	tr.turn(5e6) // sends 0 to 5 are due, but only two may be open
	if got := m.sender.ledger.issued; got != 2 {
		t.Fatalf("%d sends written, want 2", got)
	}
	l.tell(20e6) // the server has stalled until now
	m.sender.sent(0, view{seq: 1, id: []byte("1")})
	m.sender.sent(1, view{seq: 2, id: []byte("2")})
	tr.turn(20e6)
	m.sender.sent(2, view{seq: 3, id: []byte("3")})
	if want := int64(20e6 + 19e6 + 18e6); l.rec.answered.sum != want {
		t.Errorf("latencies sum up to %d ns, want %d", l.rec.answered.sum, want)
	}
}

func TestSamplingIsFair(t *testing.T) {
	r := newRecorder()
	r.open(0, 10)
	r.every = 16
	const n = 1 << 20
	single := 0
	for range n / 2 {
		if r.sample() {
			single++
		}
	}
	for range n / 2 / 64 {
		r.deliveries(make([]int64, 64), 1)
	}
	for name, got := range map[string]int{"one by one": single, "in bulk": int(r.delivered.n)} {
		if want := n / 2 / 16; got < want*9/10 || got > want*11/10 {
			t.Errorf("%s: %d sampled of %d, want about %d", name, got, n/2, want)
		}
	}
}

// What was due in the span counts, also if it came after the span's end.
func TestRecorderSpan(t *testing.T) {
	r := newRecorder()
	r.open(1e9, 2e9)
	r.delivery(5e8, 1.5e9) // due in the warm-up
	r.delivery(1.9e9, 2.5e9)
	r.delivery(2e9, 2.1e9)
	if r.delivered.n != 1 || r.delivered.sum != 6e8 {
		t.Errorf("%d latencies of %d ns in all", r.delivered.n, r.delivered.sum)
	}
	for _, now := range []int64{9e8, 1e9, 1.5e9, 2e9} {
		r.at(now)
		r.current.Messages++
	}
	if got := r.totals().Messages; got != 2 {
		t.Errorf("%d messages counted, want 2", got)
	}
	r.shorten(1.2e9)
	if len(r.slices) != 2 || r.totals().Messages != 1 {
		t.Errorf("after shortening: %d slices, %d messages", len(r.slices), r.totals().Messages)
	}
}

// The loops that have senders share the rate among them.
func TestTuneSharesTheRate(t *testing.T) {
	for _, senders := range [][]int{{3, 0}, {2, 2}, {0, 1, 1}} {
		s := &session{clock: startClock()}
		for _, n := range senders {
			s.loads = append(s.loads, &traffic{senders: make([]*sender, n)})
		}
		s.tune(0, len(senders), 0, 1000)
		due := map[int64]bool{}
		var start int64
		for _, p := range s.loads {
			if plan := p.(*traffic).plan; plan != nil {
				start = plan.start
				for ; plan.due() < start+1e9; plan.take() {
					due[plan.due()] = true
				}
			}
		}
		if len(due) != 1000 || !due[start] || !due[start+999e6] {
			t.Errorf("senders %v: %d sends in the first second", senders, len(due))
		}
	}
}
