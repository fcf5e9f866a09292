package sequencer

import (
	"strconv"
	"strings"

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
	if m.More != nil && m.More.refuse != nil {
		s.refuse(m, m.More.refuse)
		return
	}
	if s.noRoom() {
		s.refuse(m, ErrStorageFull)
		return
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
	replies := m.More != nil && m.More.ReplyTo != 0
	if replies && c == nil && (m.Kind != Group || s.cfg.OpenGroups) {
		return nil, ErrNotFound
	}
	if c, err = s.mayWrite(m, c); err == nil && replies {
		err = s.reply(m.From, m.More, c)
	}
	return c, err
}

// reply finds the message that another answers and notes its seq beside its id.
func (s *Sequencer) reply(from string, more *More, c *conv) error {
	p, ok, err := s.db.Place(more.ReplyTo)
	if err != nil {
		return err
	}
	if !ok || p.Conv != c.head.Num {
		return ErrNotFound
	}
	rec, _, err := s.session(from, p.Conv)
	if err != nil {
		return err
	}
	if p.Seq < rec.JoinSeq || p.Seq <= rec.ClearedSeq {
		return ErrNotFound
	}
	more.Extra = strconv.AppendUint(append(more.Extra, `,"reply_seq":`...), p.Seq, 10)
	return nil
}

// mayWrite checks that a message's sender may write where it is to go, and makes
// the conversation of two users with its first message.
func (s *Sequencer) mayWrite(m *Send, c *conv) (*conv, error) {
	if m.Kind == Single {
		return s.mayWriteSingle(m, c)
	}
	if m.Kind == Service {
		return s.mayWriteService(m, c)
	}
	if c == nil {
		if !s.cfg.OpenGroups || m.More != nil && m.More.System {
			return nil, ErrNotMember // as of a group that exists: strangers don't learn which
		}
		return s.openGroup(m)
	}
	if c.group.rec.Flags&GroupDissolved != 0 {
		return nil, ErrNotMember
	}
	if m.More != nil && m.More.System {
		return c, nil
	}
	who, err := s.member(c, m.From)
	switch {
	case err != nil:
		return nil, err
	case who.ok && c.group.silences(&who.member, s.now):
		return nil, ErrMuted
	case who.ok:
		return c, nil
	case s.cfg.OpenGroups && c.group.rec.Flags&GroupOpen != 0:
		return c, s.openJoin(c, m.From)
	}
	return nil, ErrNotMember
}

// silences reports whether a member may not write now.
func (g *group) silences(m *storage.Member, now int64) bool {
	return m.MutedUntil > now || g.rec.Flags&GroupMuted != 0 && m.Role == 0
}

func (s *Sequencer) mayWriteSingle(m *Send, c *conv) (*conv, error) {
	if c == nil {
		var err error
		if c, err = s.createSingle(m); err != nil {
			return nil, err
		}
	}
	if c.blocked != 0 && c.blocked.by(m.To, m.From) && (m.More == nil || !m.More.System) {
		return nil, ErrBlocked
	}
	return c, nil
}

// createSingle makes the conversation of two users.
func (s *Sequencer) createSingle(m *Send) (*conv, error) {
	a, b := singleUsers(m.ConvID)
	blocked, err := s.blocksOf(a, b)
	if err != nil {
		return nil, err
	}
	if blocked.by(m.To, m.From) && (m.More == nil || !m.More.System) {
		return nil, ErrBlocked // without leaving an empty conversation in the other's list
	}
	c := s.create(m.ConvID, Single)
	c.blocked = blocked
	for _, id := range [2]string{m.From, m.To} {
		s.putSession(storage.Session{User: strings.Clone(id), Conv: c.head.Num, Kind: uint8(Single), JoinSeq: 1})
	}
	return c, nil
}

// openGroup and openJoin are the ways of development mode: a page that sends to
// a group need not ask anybody for it first. A group that was made by asking is
// as open as was asked for.
func (s *Sequencer) openGroup(m *Send) (*conv, error) {
	tx := &Tx{s}
	id := strings.Clone(m.ConvID[len(groupPrefix):])
	owner := strings.Clone(m.From)
	c, err := tx.createGroup(storage.Group{
		ID: id, Name: id, Owner: owner, MaxMembers: uint32(s.cfg.MaxMembers), Flags: GroupOpen,
	})
	if err == nil {
		tx.event(c, Event{Type: "group", From: owner, Extra: s.enc.GroupExtra("created", owner)})
	}
	return c, err
}

func (s *Sequencer) openJoin(c *conv, user string) error {
	if c.group.rec.Members >= c.group.rec.MaxMembers {
		return ErrGroupFull
	}
	tx := &Tx{s}
	_, banned, err := tx.Reads(OfGroup(c.head.Num)).Ban(c.head.Num, user)
	if err == nil && banned {
		err = ErrBanned
	}
	if err != nil {
		return err
	}
	if err := tx.addMember(c, user, 0); err != nil {
		return err
	}
	tx.event(c, Event{Type: "group", From: user, Extra: s.enc.GroupExtra("joined", user)})
	if m := c.group.members[user].member; c.group.silences(&m, s.now) {
		return ErrMuted
	}
	return nil
}

// place appends the message to its conversation in the batch.
func (s *Sequencer) place(m *Send, c *conv) {
	i := s.append(m, c)
	if c.head.Kind == Service {
		s.spoken(m, c)
	}
	b := s.cur
	b.answers = append(b.answers, answer{send: m, entry: i})
	if m.CID == "" {
		return
	}
	h := m.hash
	for _, taken := b.sent[h]; taken; _, taken = b.sent[h] {
		h++
	}
	b.sent[h] = i
	s.dups.put(b.w, m, storage.Duplicate{Conv: c.head.Num, Seq: c.last, Fingerprint: m.fingerprint})
}

// append gives an entry its place in its conversation, and returns which of the
// batch's it is.
func (s *Sequencer) append(m *Send, c *conv) int32 {
	b := s.cur
	c.last++
	i := int32(len(b.entries))
	b.entries = append(b.entries, entry{
		send: m, conv: c, id: s.ids.next(s.now), seq: c.last, time: s.now, next: none,
	})
	if m.More != nil {
		s.appendMore(&b.entries[i], m.More)
	}
	if c.first == none {
		c.first = i
		b.touched = append(b.touched, c)
	} else {
		b.entries[c.final].next = i
	}
	c.final = i
	b.stats.Bytes += len(m.Content)
	switch {
	case b.entries[i].event():
		b.stats.Events++
		return i
	case c.head.Kind == Single:
		b.stats.Singles++
	case c.head.Kind == Service:
		b.stats.Services++
	default:
		b.stats.Groups++
	}
	c.count++
	return i
}

// appendMore does what an entry asks for besides being stored.
func (s *Sequencer) appendMore(e *entry, more *More) {
	if more.Time != 0 {
		e.time = more.Time
	}
	if more.TTL != 0 {
		more.expires = s.now + more.TTL
	}
	num := e.conv.head.Num
	if more.expires != 0 {
		s.cur.w.PutExpiry(storage.Expiry{At: more.expires, Conv: num, Seq: e.seq})
	}
	for _, user := range more.Mentions {
		rec, ok, err := s.session(user, num)
		if err != nil {
			s.cfg.Logger.Error("noting a mention", "user", user, "conv", num, "err", err)
		} else if ok && !rec.Left {
			rec.MentionSeq = e.seq
			s.putSession(rec)
		}
	}
	if g := e.conv.group; more.MentionAll && g != nil {
		g.rec.MentionSeq = e.seq
		s.cur.w.PutGroup(g.rec)
	}
}
