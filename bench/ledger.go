package bench

// A ledger is one sender's account of its sends: which are unanswered, which
// are answered but not yet delivered everywhere. Sends are numbered from 0;
// the number is the cid.
type ledger struct {
	issued  uint64  // sends written
	settled uint64  // sends answered and delivered everywhere, or refused
	last    uint64  // highest seq told by `sent`
	slots   []entry // by number & (len-1)
	pending []uint64
	first   int // pending[first:] are the seqs answered, not delivered everywhere; rising
}

type entry struct {
	number uint64
	due    int64 // when the schedule wanted the send, in ns of the run's clock
	open   bool  // not answered
}

// newLedger can keep at least `room` sends in flight.
func newLedger(room int) *ledger {
	return &ledger{slots: make([]entry, ceilPow2(room))}
}

func (l *ledger) inFlight() int { return int(l.issued - l.settled) }

// full reports whether a further send could overwrite an unanswered one.
func (l *ledger) full() bool { return l.inFlight() >= len(l.slots) || l.slot(l.issued).open }

func (l *ledger) slot(number uint64) *entry { return &l.slots[number&uint64(len(l.slots)-1)] }

// issue opens the next send and returns its number.
func (l *ledger) issue(due int64) uint64 {
	n := l.issued
	*l.slot(n) = entry{number: n, due: due, open: true}
	l.issued++
	return n
}

// answered closes send n, which got seq, and returns when it was due.
func (l *ledger) answered(n, seq uint64, f *faults, who string) (due int64, ok bool) {
	due, ok = l.close(n, f, who)
	if !ok {
		return 0, false
	}
	if seq <= l.last {
		f.add(faultAnswerOrder, "%s was told seq %d after seq %d", who, seq, l.last)
		l.settled++
		return due, false
	}
	l.last = seq
	l.pending = append(l.pending, seq)
	return due, true
}

// refused closes send n, which was answered with an error.
func (l *ledger) refused(n uint64, f *faults, who string) {
	if _, ok := l.close(n, f, who); ok {
		l.settled++
	}
}

func (l *ledger) close(n uint64, f *faults, who string) (due int64, ok bool) {
	e := l.slot(n)
	if n >= l.issued || e.number != n || !e.open {
		f.add(faultAnswerTwice, "%s got an answer to send %d, which isn't open", who, n)
		return 0, false
	}
	e.open = false
	return e.due, true
}

// settle takes the sends off that everybody up to seq `low` has, and returns how many.
func (l *ledger) settle(low uint64) int {
	i := l.first
	for i < len(l.pending) && l.pending[i] <= low {
		i++
	}
	done := i - l.first
	l.first = i
	l.settled += uint64(done)
	if i == len(l.pending) {
		l.pending, l.first = l.pending[:0], 0
	} else if i >= len(l.slots) {
		l.pending, l.first = l.pending[:copy(l.pending, l.pending[i:])], 0
	}
	return done
}

// finish turns what is still open into faults.
func (l *ledger) finish(f *faults, who string) {
	for i := range l.slots {
		if l.slots[i].open {
			f.add(faultUnanswered, "%s got no answer to send %d", who, l.slots[i].number)
		}
	}
	for _, seq := range l.pending[l.first:] {
		f.add(faultLost, "seq %d of %s was answered, but not everybody got it", seq, who)
	}
}

func ceilPow2(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}
