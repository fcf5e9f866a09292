package sequencer

import (
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
}

// Published is the last seq that is on disk and may be shown.
func (h *Head) Published() uint64 { return h.published.Load() }

// conv is a conversation as the sequencer goroutine knows it.
type conv struct {
	head *Head
	last uint64 // the last seq given; above head.published while batches are on their way

	// Its entries in the batch being filled, a chain through entry.next.
	first, final int32

	group *group // of a Group
}

const none = -1 // no entry

// group is a Group's state. What is in members is true, also before it is
// applied; who is not in it has to be looked up in storage.
type group struct {
	rec     storage.Group
	members map[string]membership
	live    []int32 // joined connections of its members, by reactor
	pinned  int     // users with connections that have it in their list
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
	last, err := s.db.LastSeq(rec.Num)
	if err != nil {
		return nil, err
	}
	c := s.keep(rec, last)
	if c.head.Kind == Group {
		g, ok, err := s.db.Group(rec.Num)
		if err != nil || !ok {
			s.forget(c)
			return nil, err
		}
		c.group = s.newGroup(g)
	}
	return c, nil
}

func (s *Sequencer) newGroup(rec storage.Group) *group {
	return &group{rec: rec, members: make(map[string]membership), live: make([]int32, s.cfg.Reactors)}
}

// create makes a conversation, from this batch on.
func (s *Sequencer) create(id string, kind Kind) *conv {
	s.lastNum++
	rec := storage.Conversation{Num: s.lastNum, ID: strings.Clone(id), Kind: uint8(kind)}
	s.cur.w.PutConversation(rec)
	return s.keep(rec, 0)
}

func (s *Sequencer) keep(rec storage.Conversation, last uint64) *conv {
	c := &conv{
		head:  &Head{Num: rec.Num, ID: rec.ID, Kind: Kind(rec.Kind)},
		last:  last,
		first: none, final: none,
	}
	c.head.published.Store(last)
	s.convs[rec.ID], s.byNum[rec.Num] = c, c
	s.heads.Store(rec.ID, c.head)
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
