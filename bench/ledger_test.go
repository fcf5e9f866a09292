package bench

import "testing"

func TestLedgerFaults(t *testing.T) {
	type step = func(*ledger, *faults)
	answer := func(n, seq uint64) step { return func(l *ledger, f *faults) { l.answered(n, seq, f, "x") } }
	refuse := func(n uint64) step { return func(l *ledger, f *faults) { l.refused(n, f, "x") } }
	tests := []struct {
		name    string
		answers []step // to the sends 0, 1 and 2
		low     uint64 // up to which seq everybody has everything
		want    map[faultKind]int64
		settled int // by delivery
	}{
		{name: "answered and delivered", answers: []step{answer(0, 1), answer(1, 2), answer(2, 5)}, low: 5, settled: 3},
		{name: "unanswered", answers: []step{answer(0, 1), answer(2, 2)}, low: 2, want: map[faultKind]int64{faultUnanswered: 1}, settled: 2},
		{name: "not delivered", answers: []step{answer(0, 1), answer(1, 2), answer(2, 3)}, low: 2, want: map[faultKind]int64{faultLost: 1}, settled: 2},
		{name: "answered twice", answers: []step{answer(0, 1), answer(0, 2), answer(1, 3), answer(2, 4)}, low: 4, want: map[faultKind]int64{faultAnswerTwice: 1}, settled: 3},
		{name: "never sent", answers: []step{answer(0, 1), answer(1, 2), answer(2, 3), answer(3, 4)}, low: 4, want: map[faultKind]int64{faultAnswerTwice: 1}, settled: 3},
		{name: "seq doesn't rise", answers: []step{answer(0, 2), answer(1, 1), answer(2, 3)}, low: 3, want: map[faultKind]int64{faultAnswerOrder: 1}, settled: 2},
		{name: "same seq again", answers: []step{answer(0, 1), answer(1, 1), answer(2, 2)}, low: 2, want: map[faultKind]int64{faultAnswerOrder: 1}, settled: 2},
		{name: "refused", answers: []step{refuse(0), answer(1, 1), answer(2, 2)}, low: 2, settled: 2},
		{name: "refused and answered", answers: []step{refuse(0), answer(0, 1), answer(1, 2), answer(2, 3)}, low: 3, want: map[faultKind]int64{faultAnswerTwice: 1}, settled: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var f faults
			l := newLedger(3)
			for range 3 {
				l.issue(0)
			}
			for _, step := range tt.answers {
				step(l, &f)
			}
			if n := l.settle(tt.low); n != tt.settled {
				t.Errorf("%d settled, want %d", n, tt.settled)
			}
			l.finish(&f, "x")
			checkFaults(t, &f, tt.want)
		})
	}
}

func TestLedgerKeepsWindow(t *testing.T) {
	var f faults
	l := newLedger(4)
	seq := uint64(0)
	for range 1000 {
		for !l.full() {
			l.issue(int64(l.issued))
		}
		if l.inFlight() != 4 {
			t.Fatalf("%d in flight, want 4", l.inFlight())
		}
		seq++
		due, ok := l.answered(l.settled, seq, &f, "x")
		if !ok || due != int64(seq-1) {
			t.Fatalf("send %d was due %d (%v)", seq-1, due, ok)
		}
		if l.settle(seq) != 1 {
			t.Fatal("not settled")
		}
	}
	checkFaults(t, &f, nil)
}

func TestSenderNumber(t *testing.T) {
	s := &sender{ledger: &ledger{issued: 1<<32 + 5}}
	for _, number := range []uint64{1<<32 + 4, 1 << 32, 1<<32 - 1} {
		if got := s.number(uint32(number)); got != number {
			t.Errorf("number %d came back as %d", number, got)
		}
	}
}
