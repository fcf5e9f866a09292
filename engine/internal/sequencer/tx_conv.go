package sequencer

// Conversation returns the head of a conversation, or nil.
func (tx *Tx) Conversation(num uint64) (*Head, error) {
	c, err := tx.s.conversationByNum(num)
	if err != nil || c == nil {
		return nil, err
	}
	return c.head, nil
}

// ConversationByID is Conversation for who has its id.
func (tx *Tx) ConversationByID(id string) (*Head, error) {
	c, err := tx.s.conversation(id)
	if err != nil || c == nil {
		return nil, err
	}
	return c.head, nil
}

// MayWrite says why a user may not write to a conversation now: ErrNotMember,
// ErrMuted or ErrBlocked. To is the other user of a Single one, which need not
// be there yet. It changes nothing.
func (tx *Tx) MayWrite(kind Kind, convID, from, to string) error {
	s := tx.s
	c, err := s.conversation(convID)
	if err != nil {
		return err
	}
	if kind == Single {
		return s.mayWriteTo(c, from, to)
	}
	if kind == Service {
		return s.mayWriteIn(c, from)
	}
	if c == nil || c.group.rec.Flags&GroupDissolved != 0 {
		return ErrNotMember
	}
	who, err := s.member(c, from)
	switch {
	case err != nil:
		return err
	case !who.ok:
		return ErrNotMember
	case c.group.silences(&who.member, s.now):
		return ErrMuted
	}
	return nil
}

func (s *Sequencer) mayWriteTo(c *conv, from, to string) (err error) {
	var k blocks
	if c != nil {
		k = c.blocked
	} else if k, err = s.blocksOf(min(from, to), max(from, to)); err != nil {
		return err
	}
	if k.by(to, from) {
		return ErrBlocked
	}
	return nil
}

// Noted is what is known of a user's place in a conversation that their session
// doesn't tell yet.
type Noted struct {
	Ack  uint64 // received up to here
	Sent uint64 // the last message of their own
}

// Noted returns what is known of a user's places, by conversation.
func (tx *Tx) Noted(user string) map[uint64]Noted {
	noted := make(map[uint64]Noted)
	for key := range tx.s.cur.sessions { // written, and not yet in storage
		if key.user == user {
			noted[key.conv] = tx.NotedIn(user, key.conv)
		}
	}
	for conv := range tx.s.cursors.moved[user] {
		noted[conv] = tx.NotedIn(user, conv)
	}
	return noted
}

// NotedIn is Noted for one conversation.
func (tx *Tx) NotedIn(user string, conv uint64) Noted {
	rec := tx.s.cur.sessions[sessionKey{user, conv}]
	to := tx.s.cursors.moved[user][conv]
	return Noted{Ack: max(rec.AckSeq, to.ack), Sent: max(rec.SentSeq, to.sent)}
}
