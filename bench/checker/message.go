package checker

import "slices"

// A message is what a user tried to send under one cid, by one attempt or more.
// A send without a cid is a message of its own.
type message struct {
	user     string
	cid      string
	attempts []*operation
	places   []place // where the final logs have it
	muddled  bool    // its answers contradict each other: that was told, and not what follows from it
}

// A place is where an entry stands.
type place struct {
	conv string
	seq  uint64
}

// cidKey names a message. op is 0 where there is a cid.
type cidKey struct {
	user, cid string
	op        uint64
}

func keyOf(o *operation) cidKey {
	k := cidKey{user: o.ask.User, cid: o.ask.CID}
	if k.cid == "" {
		k.op = o.ask.Op
	}
	return k
}

// begun is when the first attempt in a conversation began.
func (m *message) begun(conv string) int64 {
	first := int64(never)
	for _, o := range m.attempts {
		if o.ask.Conv == conv {
			first = min(first, o.begun)
		}
	}
	return first
}

// answered returns the attempt that was answered first, nil if none was.
func (m *message) answered(conv string) *operation {
	var first *operation
	for _, o := range m.attempts {
		if o.phase == OK && o.ask.Conv == conv && (first == nil || o.done < first.done) {
			first = o
		}
	}
	return first
}

// refused reports whether no attempt can have had an effect.
func (m *message) refused(conv string) bool {
	return !slices.ContainsFunc(m.attempts, func(o *operation) bool { return o.ask.Conv == conv && o.phase != Fail })
}

// effective are the attempts in a conversation that may have had an effect.
func (m *message) effective(conv string) (all []*operation) {
	for _, o := range m.attempts {
		if o.ask.Conv == conv && o.phase != Fail {
			all = append(all, o)
		}
	}
	return all
}

// said reports whether the message may have a content.
func (m *message) said(conv, content string) bool {
	return m.refused(conv) || slices.ContainsFunc(m.attempts, func(o *operation) bool {
		return o.ask.Conv == conv && o.ask.Content == content && o.phase != Fail
	})
}

// in returns the places that it has in a conversation.
func (m *message) in(conv string) (seqs []uint64) {
	for _, p := range m.places {
		if p.conv == conv {
			seqs = append(seqs, p.seq)
		}
	}
	return seqs
}

// judgeAnswers finds a cid that was answered in two ways.
func (m *message) judgeAnswers(v *verdict) {
	var first *operation
	for _, o := range m.attempts {
		switch {
		case o.phase != OK:
		case first == nil:
			first = o
		case o.ask.Conv != first.ask.Conv || o.ask.Content != first.ask.Content:
			m.muddled = true
			v.add(UnansweredConflict, o.ask.Conv, m, []int{first.ended, o.ended},
				"cid %s of %s was accepted for %q and for %q", m.cid, m.user, first.ask.Content, o.ask.Content)
		case o.answer.Seq != first.answer.Seq || o.answer.ID != first.answer.ID:
			m.muddled = true
			v.add(TwoAnswers, o.ask.Conv, m, []int{first.ended, o.ended},
				"cid %s of %s was answered with seq %d, id %s and with seq %d, id %s",
				m.cid, m.user, first.answer.Seq, first.answer.ID, o.answer.Seq, o.answer.ID)
		}
	}
}

// judgePlaces finds a message that is there twice.
func (m *message) judgePlaces(v *verdict) {
	if len(m.places) > 1 {
		a, b := m.places[0], m.places[1]
		v.add(Duplicated, a.conv, m, m.events(), "cid %s of %s is at seq %d and at seq %d of %s", m.cid, m.user, a.seq, b.seq, b.conv)
	}
}

// events are the invokes of the first attempts.
func (m *message) events() (all []int) {
	for _, o := range m.attempts[:min(len(m.attempts), 4)] {
		all = append(all, o.asked)
	}
	return all
}
