package storage

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Problem is something that can't be so in a sound database.
type Problem struct {
	Record string // which
	What   string
}

func (p Problem) String() string { return p.Record + ": " + p.What }

// Counts are how many records Verify has looked at.
type Counts struct {
	Conversations, Messages, Events, Places, Duplicates, Groups, Members, Sessions  uint64
	Requests, Bans, Dissolving, Blocks, Reactions, Expiries, Seen, Revoked, Answers uint64

	Runs       uint64 // rows that the messages and events are in
	Sealed     uint64 // of the runs: those that are encrypted
	DataKeys   uint64
	UnusedKeys uint64 // of the data keys: those that no run is sealed under

	DeskSessions                                      uint64
	DeskOpen                                          uint64 // of the sessions: those that aren't closed
	DeskIndexes                                       uint64 // rows by which they are found
	DeskAgents, DeskSkills, DeskReplies, DeskVisitors uint64

	Webhooks, DeadLetters, PresenceChanges uint64
}

// Verify looks at every record and reports what breaks one of these rules, as
// of the moment it begins:
//
//   - every record decodes, and there are no others
//   - every sealed run opens, and its data key is there
//   - a conversation's id and number name each other
//   - a conversation's seqs are 1, 2, 3 … and its ids rise
//   - a run begins with the number of messages there are before it
//   - every message and event has its place, and every place one of them
//   - a group has as many members as it says, all with a session that isn't
//     left; a session of a group that isn't left has its member
//   - nobody who is banned from a group is a member; requests and bans belong
//     to groups
//   - sessions, groups, duplicates, reactions and expiries belong to
//     conversations that are there
//   - none of them, and no reference between messages, is to a seq beyond the
//     conversation's last
//   - a session of the desk stands in all of its indexes, and each of their rows has
//     its session
//   - it has a conversation of its own, named after it, and so have its
//     notes; the visitor is a member of the former, but not of the latter
//   - one that is assigned or active has an agent, who is a member and isn't
//     excluded; one that is queued or offline has none; one that is closed
//     says when and why, and no other does
//   - no visitor has two that are open, no two have the same order in the queue, and
//     the one that a visitor's record names is open and that visitor's
//   - the fallback of a skill group is there
//   - an endpoint of webhooks has a cursor, which isn't beyond the last entry; cursors
//     and dead letters belong to endpoints, and dead letters are of entries
//
// It may run beside writes. The error is of reading; damage is a Problem. It
// keeps some 50 bytes of memory for each conversation.
func (db *DB) Verify(report func(Problem)) (Counts, error) {
	snap := db.p.NewSnapshot()
	v := &verifier{r: snap, report: report, last: make(map[uint64]uint64), members: make(map[uint64]uint32),
		keys: db.keys, runsOf: make(map[uint64]uint64)}
	for _, walk := range []func() error{
		v.strangers, v.conversations, v.numbers, v.dataKeys, v.runs, v.unusedKeys, v.places,
		v.groups, v.groupMembers, v.memberCounts, v.sessions, v.duplicates,
		v.requests, v.bans, v.dissolving, v.blocks, v.reactions, v.expiries,
		v.lastSeen, v.revocations, v.answers, v.desk, v.webhooks,
	} {
		if err := walk(); err != nil {
			return v.counts, errors.Join(err, snap.Close())
		}
	}
	return v.counts, snap.Close()
}

// verifier is the state of one Verify.
type verifier struct {
	r       pebble.Reader
	report  func(Problem)
	counts  Counts
	last    map[uint64]uint64 // last seq of each conversation
	members map[uint64]uint32 // members of each group that weren't met yet
	lastID  uint64            // of all entries
	keys    *keyring
	runsOf  map[uint64]uint64 // runs sealed under each data key
}

func (v *verifier) problem(key []byte, format string, args ...any) {
	v.report(Problem{Record: describeKey(key), What: fmt.Sprintf(format, args...)})
}

// corrupt reports an error if it is damage, and returns it otherwise.
func (v *verifier) corrupt(key []byte, err error) error {
	if errors.Is(err, ErrCorrupt) {
		v.problem(key, "%v", err)
		return nil
	}
	return err
}

// each walks all rows with a prefix. A damaged file ends the walk of this
// prefix and is reported.
func (v *verifier) each(prefix byte, fn func(key, value []byte) error) error {
	return v.eachIn([]byte{prefix}, []byte{prefix + 1}, fn)
}

// eachIn is each for the rows from lower up to, but without, upper.
func (v *verifier) eachIn(lower, upper []byte, fn func(key, value []byte) error) error {
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], lower...), append(s.upper[:0], upper...)
	err := s.each(v.r, func(key, value []byte) error { return v.corrupt(key, fn(key, value)) })
	return v.corrupt(s.lower, err)
}

// strangers reports keys that no other walk looks at.
func (v *verifier) strangers() error {
	it, err := v.r.NewIter(nil)
	if err != nil {
		return err
	}
	known := [256]bool{
		prefixRun: true, prefixPlaces: true, prefixDuplicate: true, prefixAnswer: true,
		prefixConversation: true, prefixNumber: true, prefixGroup: true, prefixDissolving: true,
		prefixMember: true, prefixRequest: true, prefixBan: true, prefixSession: true,
		prefixBlock: true, prefixReaction: true, prefixExpiry: true,
		prefixLastSeen: true, prefixRevocation: true, prefixDataKey: true,
		prefixSystem: true,
	}
	for ok := it.First(); ok; {
		prefix := it.Key()[0]
		if prefix == prefixDesk {
			ok = v.deskStranger(it)
			continue
		}
		if prefix == prefixWebhook {
			ok = v.webhookStranger(it)
			continue
		}
		if !known[prefix] {
			v.problem(it.Key(), "unknown kind of record")
		}
		ok = prefix < 0xff && it.SeekGE([]byte{prefix + 1})
	}
	return v.corrupt(nil, readError(it.Close()))
}

func (v *verifier) conversations() error {
	return v.each(prefixConversation, func(key, value []byte) error {
		v.counts.Conversations++
		c, err := decodeConversation(key, value)
		if err != nil {
			return err
		}
		named, found, err := findNumber(v.r, c.Num)
		if err == nil && (!found || named.ID != c.ID) {
			v.problem(key, "number %d doesn't name it", c.Num)
		}
		return err
	})
}

func (v *verifier) numbers() error {
	return v.each(prefixNumber, func(key, _ []byte) error {
		num, ok := splitNumberKey(key, prefixNumber)
		if !ok {
			return corrupt(key, "bad key")
		}
		v.last[num] = 0
		_, _, err := findNumber(v.r, num)
		return err
	})
}

func (v *verifier) groups() error {
	return v.each(prefixGroup, func(key, value []byte) error {
		v.counts.Groups++
		g, err := decodeGroup(key, value)
		if err != nil {
			return err
		}
		v.members[g.Conv] = g.Members
		if v.known(key, g.Conv) && g.MentionSeq > v.last[g.Conv] {
			v.problem(key, "mention in message %d, but the last is %d", g.MentionSeq, v.last[g.Conv])
		}
		return nil
	})
}

func (v *verifier) groupMembers() error {
	return v.each(prefixMember, func(key, value []byte) error {
		v.counts.Members++
		conv, _, ok := splitUserKey(key, prefixMember)
		m, err := decodeMember(key, value)
		if !ok || err != nil {
			return err
		}
		if _, found := v.members[conv]; !found {
			v.problem(key, "member of no group")
			return nil
		}
		v.members[conv]-- // wraps round where there are more than the group says
		s, found, err := findSession(v.r, m.User, conv)
		if err == nil && (!found || s.Left) {
			v.problem(key, "member without a session")
		}
		return err
	})
}

func (v *verifier) memberCounts() error {
	for conv, missing := range v.members {
		if missing != 0 {
			v.problem(appendNumberKey(nil, prefixGroup, conv), "says %d members more than it has", int32(missing))
		}
	}
	return nil
}

func (v *verifier) sessions() error {
	return v.each(prefixSession, func(key, value []byte) error {
		v.counts.Sessions++
		s, err := decodeSession(key, value)
		if err != nil || !v.known(key, s.Conv) {
			return err
		}
		last := v.last[s.Conv]
		if max(s.AckSeq, s.ReadSeq, s.ClearedSeq, s.SentSeq, s.MentionSeq, s.HiddenSeq) > last || s.JoinSeq > last+1 {
			v.problem(key, "cursor beyond the last seq %d: %+v", last, s)
		}
		if _, group := v.members[s.Conv]; !group || s.Left {
			return nil
		}
		_, found, err := findMember(v.r, s.Conv, s.User)
		if err == nil && !found {
			v.problem(key, "session of a group without a member")
		}
		return err
	})
}

func (v *verifier) duplicates() error {
	return v.each(prefixDuplicate, func(key, value []byte) error {
		v.counts.Duplicates++
		d, err := decodeDuplicate(key, value)
		if err == nil {
			v.message(key, d.Conv, d.Seq)
		}
		return err
	})
}

// message reports a record of a message that isn't there.
func (v *verifier) message(key []byte, conv, seq uint64) {
	if !v.known(key, conv) {
		return
	}
	if last := v.last[conv]; seq == 0 || seq > last {
		v.problem(key, "of message %d, but the last is %d", seq, last)
	}
}

// known reports a record of a conversation that isn't there.
func (v *verifier) known(key []byte, conv uint64) bool {
	_, ok := v.last[conv]
	if !ok {
		v.problem(key, "conversation %d doesn't exist", conv)
	}
	return ok
}
