package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
)

// A user sends and reads, on one connection or several that share what is here.
type user struct {
	name, token string
	convs       []*conversation

	mu        sync.Mutex
	cids      int
	cut       []*send // begun and unanswered, and no connection waits for them: to be sent again
	flying    int     // begun, and a connection waits for their answers
	mine      []sent  // the last ones answered, to be recalled
	done      []*send // the last ones answered, to be sent once more
	seen      map[*conversation]uint64
	astray    map[*conversation]uint64 // asked for, and no answer came
	unsettled map[*conversation]int    // requests that may move the read cursor and aren't answered
	moves     map[*conversation]uint64 // how many such requests there were
}

// send is a message, from its first attempt to its answer.
type send struct {
	conv         *conversation
	cid, content string
}

// sent is a message that was answered.
type sent struct {
	conv *conversation
	id   string
	seq  uint64
}

// keptSent is how many of the newest messages of a user may be recalled or sent
// once more.
const keptSent = 16

func newest[T any](s []T) []T { return s[max(0, len(s)-keptSent):] }

func newUser(name, token string) *user {
	return &user{
		name: name, token: token,
		seen: make(map[*conversation]uint64), astray: make(map[*conversation]uint64),
		unsettled: make(map[*conversation]int), moves: make(map[*conversation]uint64),
	}
}

// take returns what is to be sent next: what was left unanswered, or else
// something new if that is wanted. It may be nil.
func (u *user) take(rng *rand.Rand, fresh bool) *send {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.cut) > 0 {
		s := u.cut[0]
		u.cut = u.cut[1:]
		u.flying++
		return s
	}
	if !fresh {
		return nil
	}
	u.cids++
	s := &send{conv: u.pick(rng), cid: fmt.Sprint("c", u.cids)}
	s.content = u.name + " " + s.cid + " " + fmt.Sprint(rng.Uint32())
	u.flying++
	u.moving(s.conv)
	return s
}

// moving notes that a request begins that may move the read cursor.
func (u *user) moving(c *conversation) {
	u.unsettled[c]++
	u.moves[c]++
}

// repeat returns a send that was answered long ago, or nil: nothing new may come
// of it.
func (u *user) repeat(rng *rand.Rand) *send {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.done) == 0 {
		return nil
	}
	i := rng.IntN(len(u.done))
	s := u.done[i]
	u.done = slices.Delete(u.done, i, i+1) // until it is answered again
	u.flying++
	u.moving(s.conv)
	return s
}

// pick chooses a conversation.
func (u *user) pick(rng *rand.Rand) *conversation { return u.convs[rng.IntN(len(u.convs))] }

// again gives a send back that wasn't answered.
func (u *user) again(s *send) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.flying--
	u.cut = append(u.cut, s)
}

// answered takes note of an answer to a send.
func (u *user) answered(s *send, id string, seq uint64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.flying--
	u.unsettled[s.conv]--
	u.mine = newest(append(u.mine, sent{s.conv, id, seq}))
	u.done = newest(append(u.done, s))
	u.seen[s.conv] = max(u.seen[s.conv], seq)
}

// denied takes note that a send was refused: it is tried again, or is not to be.
func (u *user) denied(s *send, reason string) {
	if slices.Contains(passing, reason) {
		u.again(s)
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.flying--
	u.unsettled[s.conv]--
}

// idle reports whether every send was answered.
func (u *user) idle() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.cut) == 0 && u.flying == 0
}

// highest is the largest place that was shown.
func (u *user) highest(c *conversation) uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.seen[c]
}

// regret chooses a message to recall; each is recalled once.
func (u *user) regret(rng *rand.Rand) (m sent, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.mine) == 0 {
		return m, false
	}
	i := rng.IntN(len(u.mine))
	m = u.mine[i]
	u.mine = slices.Delete(u.mine, i, i+1)
	return m, true
}

// see takes note of a place that was shown.
func (u *user) see(c *conversation, place uint64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.seen[c] = max(u.seen[c], place)
}

// reading notes that a move of the read cursor begins, and returns its place.
func (u *user) reading(c *conversation) uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.moving(c)
	return u.seen[c]
}

// hasRead notes how that went: answered or not. One without an answer is settled
// by a later one that goes as far.
func (u *user) hasRead(c *conversation, place uint64, answered bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.unsettled[c]--
	if !answered {
		u.astray[c] = max(u.astray[c], place)
	} else if u.astray[c] <= place {
		delete(u.astray, c)
	}
}

// settled returns the conversations whose read cursor nothing moves at the moment,
// and how often something did.
func (u *user) settled() map[*conversation]uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	all := make(map[*conversation]uint64)
	for _, c := range u.convs {
		if u.unsettled[c] == 0 && u.astray[c] == 0 && c.stays(u.name) {
			all[c] = u.moves[c]
		}
	}
	return all
}

// unmoved reports whether nothing more has moved a read cursor.
func (u *user) unmoved(c *conversation, moves uint64) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.moves[c] == moves
}
