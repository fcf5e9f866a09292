package sequencer

import (
	"fmt"
	"strings"
	"sync/atomic"

	"gannet/storage"
)

// Head is what readers may know of a conversation. It is shared by all
// goroutines; the sequencer makes it and the syncer moves it.
type Head struct {
	Num  uint64
	ID   string
	Kind Kind

	published atomic.Uint64
	cleared   atomic.Bool
}

// Published is the last seq that is on disk and may be shown.
func (h *Head) Published() uint64 { return h.published.Load() }

// Cleared reports whether a user of a Single conversation has cleared their
// history: then not everything is everybody's to see.
func (h *Head) Cleared() bool { return h.cleared.Load() }

// conv is a conversation as the sequencer goroutine knows it.
type conv struct {
	head *Head
	last uint64 // the last seq given; above head.published while batches are on their way

	count   uint64 // how many of its entries are messages, not events
	blocked blocks // of a Single

	// Its entries in the batch being filled, a chain through entry.next.
	first, final int32

	group *group // of a Group or a Service
}

const none = -1 // no entry

// group is a Group's or a Service's state. What is in members is true, also before it is
// applied; who is not in it has to be looked up in storage.
type group struct {
	rec     storage.Group
	members map[string]membership
	live    []int32 // joined connections of its members, by reactor
	pinned  int     // users with connections that have it in their list
}

// reach is how many connections are in a conversation's room, where it has one.
func (c *conv) reach() (n int) {
	if c.group != nil {
		for _, live := range c.group.live {
			n += int(live)
		}
	}
	return n
}

// membership caches a lookup; !ok: has left, certainly not a member.
type membership struct {
	member storage.Member
	ok     bool
}

// conversation finds a conversation, in memory or in storage; nil if there is none.
func (s *Sequencer) conversation(id string) (*conv, error) {
	if c := s.convs[id]; c != nil {
		return c, nil
	}
	rec, ok, err := s.db.Conversation(id)
	if err != nil || !ok {
		return nil, err
	}
	return s.load(rec)
}

// conversationByNum is conversation for who has only the number.
func (s *Sequencer) conversationByNum(num uint64) (*conv, error) {
	if c := s.byNum[num]; c != nil {
		return c, nil
	}
	rec, ok, err := s.db.ConversationByNum(num)
	if err != nil || !ok {
		return nil, err
	}
	return s.load(rec)
}

// load brings a stored conversation into memory. All that was applied of it is
// published: it would be in memory otherwise.
func (s *Sequencer) load(rec storage.Conversation) (*conv, error) {
	tail, err := s.db.Tail(rec.Num)
	if err != nil {
		return nil, err
	}
	c := s.keep(rec, tail)
	if Kind(rec.Kind) == Single {
		err = s.loadSingle(c)
	} else {
		err = s.loadGroup(c)
	}
	if err != nil {
		s.forget(c)
		return nil, err
	}
	s.heads.Store(rec.ID, c.head) // now that it says all
	return c, nil
}

func (s *Sequencer) loadGroup(c *conv) error {
	g, ok, err := s.db.Group(c.head.Num)
	if err == nil && !ok {
		err = fmt.Errorf("%w: conversation %d without its group", storage.ErrCorrupt, c.head.Num)
	}
	c.group = s.newGroup(g)
	return err
}

// loadSingle reads who of the two blocks the other, and whether one has cleared
// their history.
func (s *Sequencer) loadSingle(c *conv) (err error) {
	a, b := singleUsers(c.head.ID)
	if c.blocked, err = s.blocksOf(a, b); err != nil {
		return err
	}
	for _, id := range [2]string{a, b} {
		rec, _, err := s.session(id, c.head.Num)
		if err != nil {
			return err
		}
		if rec.ClearedSeq > 0 {
			c.head.cleared.Store(true)
		}
	}
	return nil
}

// singleUsers takes the id of a Single conversation apart.
func singleUsers(id string) (a, b string) {
	a, b, _ = strings.Cut(id[len(singlePrefix):], ":")
	return a, b
}

const singlePrefix = "single_"

func (s *Sequencer) newGroup(rec storage.Group) *group {
	return &group{rec: rec, members: make(map[string]membership), live: make([]int32, s.cfg.Reactors)}
}

// create makes a conversation, from this batch on.
func (s *Sequencer) create(id string, kind Kind) *conv {
	s.lastNum++
	rec := storage.Conversation{Num: s.lastNum, ID: strings.Clone(id), Kind: uint8(kind)}
	s.cur.w.PutConversation(rec)
	c := s.keep(rec, storage.Tail{})
	s.heads.Store(rec.ID, c.head)
	return c
}

func (s *Sequencer) keep(rec storage.Conversation, tail storage.Tail) *conv {
	c := &conv{
		head:  &Head{Num: rec.Num, ID: rec.ID, Kind: Kind(rec.Kind)},
		last:  tail.Seq,
		count: tail.Count,
		first: none, final: none,
	}
	c.head.published.Store(tail.Seq)
	s.convs[rec.ID], s.byNum[rec.Num] = c, c
	return c
}

func (s *Sequencer) forget(c *conv) {
	delete(s.convs, c.head.ID)
	delete(s.byNum, c.head.Num)
	s.heads.Delete(c.head.ID)
}

// Head returns the head of a conversation that is in memory, or nil. Any goroutine.
func (s *Sequencer) Head(convID string) *Head {
	if h, ok := s.heads.Load(convID); ok {
		return h.(*Head)
	}
	return nil
}

// member looks up a user's membership.
func (s *Sequencer) member(c *conv, user string) (membership, error) {
	if m, ok := c.group.members[user]; ok {
		return m, nil
	}
	rec, ok, err := s.db.Member(c.head.Num, user)
	if err != nil {
		return membership{}, err
	}
	if ok { // strangers are not remembered: there is no end of them
		c.group.members[strings.Clone(user)] = membership{rec, true}
	}
	return membership{rec, ok}, nil
}
