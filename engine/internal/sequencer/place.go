package sequencer

import (
	"strings"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// send gives a message its place, or refuses it, or finds that it has one.
func (s *Sequencer) send(m *Send) {
	if m.CID != "" {
		known, err := s.sentBefore(m)
		if err != nil {
			s.refuse(m, err)
			return
		}
		if known {
			return
		}
	}
	c, err := s.admit(m)
	if err != nil {
		s.refuse(m, err)
		return
	}
	s.place(m, c)
}

func (s *Sequencer) refuse(m *Send, err error) {
	s.cur.stats.Refused++
	s.cur.answers = append(s.cur.answers, answer{send: m, entry: none, result: Result{Err: err}})
}

// sentBefore answers a retry with what its first attempt was given. The answer
// goes out with this batch, after everything it speaks of.
func (s *Sequencer) sentBefore(m *Send) (bool, error) {
	b := s.cur
	for h := m.hash; ; h++ { // h+1 follows where two pairs have one hash
		i, ok := b.sent[h]
		if !ok {
			break
		}
		first := b.entries[i].send
		if first.From != m.From || first.CID != m.CID {
			continue
		}
		if first.fingerprint != m.fingerprint {
			return false, ErrConflict
		}
		b.stats.Duplicates++
		b.answers = append(b.answers, answer{send: m, entry: i})
		return true, nil
	}
	rec, ok, err := s.dups.find(m.From, m.CID, m.hash)
	if err != nil || !ok {
		return false, err
	}
	if rec.Fingerprint != m.fingerprint {
		return false, ErrConflict
	}
	r := Result{Seq: rec.Seq, ConvID: m.ConvID}
	err = s.db.Messages(rec.Conv, rec.Seq, rec.Seq, func(found *storage.Message) error {
		r.ID, r.Time = found.ID, found.Time
		return nil
	})
	if err != nil {
		return false, err
	}
	b.stats.Duplicates++
	b.answers = append(b.answers, answer{send: m, entry: none, result: r})
	return true, nil
}

// admit finds the conversation of a message and checks that its sender may
// write there.
func (s *Sequencer) admit(m *Send) (*conv, error) {
	c, err := s.conversation(m.ConvID)
	if err != nil {
		return nil, err
	}
	if m.Kind == Single {
		if c == nil {
			c = s.createSingle(m)
		}
		return c, nil
	}
	if c == nil {
		if !s.cfg.OpenGroups {
			return nil, ErrNotMember // as of a group that exists: strangers don't learn which
		}
		return s.openGroup(m)
	}
	who, err := s.member(c, m.From)
	switch {
	case err != nil:
		return nil, err
	case who.ok:
		return c, nil
	case s.cfg.OpenGroups:
		return c, s.openJoin(c, m.From)
	}
	return nil, ErrNotMember
}

// createSingle makes the conversation of two users with its first message.
func (s *Sequencer) createSingle(m *Send) *conv {
	c := s.create(m.ConvID, Single)
	for _, id := range [2]string{m.From, m.To} {
		s.putSession(storage.Session{User: strings.Clone(id), Conv: c.head.Num, Kind: uint8(Single), JoinSeq: 1})
	}
	return c
}

// openGroup and openJoin are the ways of development mode: a page that sends to
// a group need not ask anybody for it first.
func (s *Sequencer) openGroup(m *Send) (*conv, error) {
	tx := &Tx{s}
	id := strings.Clone(m.ConvID[len(groupPrefix):])
	return tx.createGroup(storage.Group{ID: id, Name: id, Owner: strings.Clone(m.From), MaxMembers: uint32(s.cfg.MaxMembers)})
}

func (s *Sequencer) openJoin(c *conv, user string) error {
	if c.group.rec.Members >= c.group.rec.MaxMembers {
		return ErrGroupFull
	}
	return (&Tx{s}).addMember(c, strings.Clone(user), 0)
}

// place appends the message to its conversation in the batch.
func (s *Sequencer) place(m *Send, c *conv) {
	b := s.cur
	c.last++
	i := int32(len(b.entries))
	b.entries = append(b.entries, entry{
		send: m, conv: c, id: s.ids.next(s.now), seq: c.last, time: s.now, next: none,
	})
	if c.first == none {
		c.first = i
		b.touched = append(b.touched, c)
	} else {
		b.entries[c.final].next = i
	}
	c.final = i
	b.answers = append(b.answers, answer{send: m, entry: i})
	b.stats.Bytes += len(m.Content)
	if c.head.Kind == Single {
		b.stats.Singles++
	} else {
		b.stats.Groups++
	}
	if m.CID != "" {
		h := m.hash
		for _, taken := b.sent[h]; taken; _, taken = b.sent[h] {
			h++
		}
		b.sent[h] = i
		s.dups.put(b.w, m, storage.Duplicate{Conv: c.head.Num, Seq: c.last, Fingerprint: m.fingerprint})
	}
}

// notify posts a frame to every live connection of a user.
func (s *Sequencer) notify(id string, frame []byte) {
	if u := s.users[id]; u != nil {
		u.eachReactor(delivery.Conn{}, func(r int) {
			s.cur.post(r, delivery.Post{Kind: delivery.NotifyUser, User: id, Frame: frame})
		})
	}
}
