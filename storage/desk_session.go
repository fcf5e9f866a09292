package storage

import (
	"bytes"
	"encoding/binary"
	"math"
)

// DeskState is how far a session of the desk has come.
type DeskState uint8

// A session has one of these states; all but the last are open.
const (
	DeskQueued   DeskState = 1 + iota // waits for an agent
	DeskAssigned                      // an agent has it and has not written yet
	DeskActive                        // the agent has written
	DeskOffline                       // nobody came in time: what is written waits to be claimed
	DeskClosed
)

func (s DeskState) String() string {
	switch s {
	case DeskQueued:
		return "queued"
	case DeskAssigned:
		return "assigned"
	case DeskActive:
		return "active"
	case DeskOffline:
		return "offline"
	case DeskClosed:
		return "closed"
	}
	return "none"
}

// Whose turn it is to speak in a session.
const (
	DeskTurnNobody uint8 = iota
	DeskTurnAgent
	DeskTurnVisitor
)

// DeskSession is one visitor's talk with the desk. Its times are Unix
// milliseconds, 0: not yet, or never.
type DeskSession struct {
	ID    string
	Conv  uint64 // number of its conversation
	Staff uint64 // of that with the internal notes; 0: there are none

	Visitor     string // user id
	VisitorName string
	Agent       string   // user id of who is in charge, or was when it was closed
	Former      []string // ids the visitor had before it was identified

	State      DeskState
	Skill      string // id of the skill group that was asked for; "": any
	Subject    string
	Priority   int32
	Order      uint64 // in the queue: first come, first served
	Attributes []byte // a JSON object of the site's own; nil: none

	CreatedAt    int64 // never changes
	QueuedAt     int64
	AssignedAt   int64
	FirstReplyAt int64
	SpokenAt     int64 // the last message of anybody
	ClosedAt     int64

	Turn   uint8 // DeskTurnNobody …
	TurnAt int64 // since when

	// Deadlines.
	LostAt     int64 // another agent is looked for, since this one went away
	ReplyAt    int64 // … since this one doesn't answer
	WarnAt     int64 // the visitor is warned for being silent
	CloseAt    int64 // the session is closed for it
	OfflineAt  int64 // nobody is looked for any more
	FallbackAt int64 // agents of the fallback group are considered

	Reassigned uint32   // how often the first reply didn't come in time
	Excluded   []string // agents that aren't to get it again
	Watchers   []string // supervisors that look in
	Joined     []string // those of them whom the visitor was told of
	Tags       []string

	Reason   string // why it was closed
	ClosedBy string // user id
	Rating   uint8  // 1 … 5; 0: none
	Comment  string
	RatedAt  int64
}

// IsOpen reports whether the session isn't closed.
func (s *DeskSession) IsOpen() bool { return s.State != DeskClosed }

const deskSessionVersion = 1

// The parts of a record that are encoded alike, in their order.

func (s *DeskSession) texts() [8]*string {
	return [...]*string{&s.Visitor, &s.VisitorName, &s.Agent, &s.Skill, &s.Subject, &s.Reason, &s.ClosedBy, &s.Comment}
}

func (s *DeskSession) lists() [5]*[]string {
	return [...]*[]string{&s.Former, &s.Excluded, &s.Watchers, &s.Joined, &s.Tags}
}

func (s *DeskSession) times() [14]*int64 {
	return [...]*int64{
		&s.CreatedAt, &s.QueuedAt, &s.AssignedAt, &s.FirstReplyAt, &s.SpokenAt, &s.ClosedAt, &s.TurnAt,
		&s.LostAt, &s.ReplyAt, &s.WarnAt, &s.CloseAt, &s.OfflineAt, &s.FallbackAt, &s.RatedAt,
	}
}

func appendDeskSession(dst []byte, s *DeskSession) []byte {
	dst = append(dst, deskSessionVersion, byte(s.State), s.Turn, s.Rating)
	for _, n := range [...]uint64{s.Conv, s.Staff, s.Order, uint64(s.Reassigned)} {
		dst = binary.AppendUvarint(dst, n)
	}
	dst = binary.AppendVarint(dst, int64(s.Priority))
	dst = appendString(dst, s.Attributes)
	for _, text := range s.texts() {
		dst = appendString(dst, *text)
	}
	for _, list := range s.lists() {
		dst = appendStrings(dst, *list)
	}
	for _, at := range s.times() {
		dst = binary.AppendVarint(dst, *at)
	}
	return dst
}

func decodeDeskSession(key, value []byte) (DeskSession, error) {
	id, ok := splitDeskKey(key, deskSession)
	d := decoder{rest: value}
	d.version(deskSessionVersion)
	s := DeskSession{
		ID: id, State: DeskState(d.byte()), Turn: d.byte(), Rating: d.byte(),
		Conv: d.uvarint(), Staff: d.uvarint(), Order: d.uvarint(), Reassigned: d.uint32(),
		Priority: d.int32(), Attributes: bytes.Clone(d.bytes()),
	}
	if len(s.Attributes) == 0 {
		s.Attributes = nil
	}
	for _, text := range s.texts() {
		*text = d.string()
	}
	for _, list := range s.lists() {
		*list = d.strings()
	}
	for _, at := range s.times() {
		*at = d.varint()
	}
	if !ok || !d.done() || s.check() != nil {
		return DeskSession{}, corrupt(key, "bad desk session")
	}
	return s, nil
}

// check refuses what can't be told apart by keys, and states that aren't.
func (s *DeskSession) check() error {
	if s.Conv == 0 || s.CreatedAt <= 0 || s.State < DeskQueued || s.State > DeskClosed || s.Turn > DeskTurnVisitor {
		return invalid("desk session %q: conversation %d, created at %d, state %d, turn %d", s.ID, s.Conv, s.CreatedAt, s.State, s.Turn)
	}
	if s.Agent != "" {
		if err := checkText("agent", s.Agent); err != nil {
			return err
		}
	}
	for _, tag := range s.Tags {
		if err := checkText("tag", tag); err != nil {
			return err
		}
	}
	return checkText("visitor", s.Visitor)
}

// PutDeskSession adds a session of the desk, or replaces old, which must be the
// record as it was put before, and keeps the indexes true. Its ID, Conv and
// CreatedAt never change.
func (b *Batch) PutDeskSession(s DeskSession, old *DeskSession) {
	b.fail(s.check())
	if old != nil && (old.ID != s.ID || old.Conv != s.Conv || old.CreatedAt != s.CreatedAt) {
		b.fail(invalid("desk session %q in place of %q", s.ID, old.ID))
	}
	b.deskKey(deskSession, s.ID)
	b.value = appendDeskSession(b.value[:0], &s)
	b.set()
	b.indexDesk(&s, old)
}

// DeskSession returns the session of the desk with an id.
func (db *DB) DeskSession(id string) (DeskSession, bool, error) {
	return findDesk(db, deskSession, id, decodeDeskSession)
}

// int32 reads a small number that may be negative.
func (d *decoder) int32() int32 {
	v := d.varint()
	if v < math.MinInt32 || v > math.MaxInt32 {
		d.fail()
		return 0
	}
	return int32(v)
}
