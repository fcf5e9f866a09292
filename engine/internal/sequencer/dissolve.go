package sequencer

// dissolveStep is how many members one command takes out, so that the messages
// behind it do not wait for long.
const dissolveStep = 1000

// Dissolve ends a group with a last event. From then on it doesn't exist to
// anybody; DissolveMore takes its members out.
func (tx *Tx) Dissolve(groupID string, ev Event) (conv uint64, err error) {
	c, err := tx.group(groupID)
	if err != nil {
		return 0, err
	}
	tx.event(c, ev)
	c.group.rec.Flags |= GroupDissolved
	tx.s.cur.w.PutGroup(c.group.rec)
	tx.s.cur.w.PutDissolving(c.head.Num)
	return c.head.Num, nil
}

// DissolveMore takes some members out of a dissolved group, and reports whether
// none is left.
func (tx *Tx) DissolveMore(conv uint64) (done bool, err error) {
	s := tx.s
	c, err := s.conversationByNum(conv)
	if err != nil || c == nil || c.group == nil {
		return true, err
	}
	tx.boundary(c) // its members are to get the event before they are out
	if s.cur.membership {
		s.commit() // storage is to show who was taken out before
	}
	members, err := s.db.Members(conv, "", dissolveStep)
	if err != nil {
		return false, err
	}
	for _, m := range members {
		if err = tx.takeOut(c, m.User); err != nil {
			break
		}
	}
	s.cur.w.PutGroup(c.group.rec) // whoever is out by now
	if err != nil {
		return false, err
	}
	if done = len(members) < dissolveStep; done {
		s.cur.w.DeleteDissolving(conv)
	}
	return done, nil
}
