package desk

import (
	"context"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Session is one visitor's talk with the desk.
type Session struct {
	storage.DeskSession
	Position int           // among those who wait for the same skill group, from 1; 0: it doesn't wait
	Waited   time.Duration // in the queue, or until an agent came
}

// NewSession is what a visitor asks for.
type NewSession struct {
	Visitor    string // whom a backend opens it for; else it is the actor
	Skill      string // id of a skill group; "": anybody
	Subject    string
	Name       string // of the visitor; "": as known
	Priority   int32  // higher ones are served first; a backend's to say
	Attributes []byte // a JSON object of the site's own; nil: none
}

// session is one that is open. Its record changes by Desk.change only.
type session struct {
	rec     storage.DeskSession
	visitor storage.DeskVisitor // its row
	agent   *agent              // who has it now, or nil
	fallen  bool                // agents of the fallback group are considered, too
	due     int64               // the earliest deadline; 0: none
	place   int                 // among the deadlines
	told    int                 // the place in the queue that the visitor knows of
}

func (s *session) convID() string  { return wire.ServiceConvID(s.rec.ID) }
func (s *session) staffID() string { return wire.StaffConvID(s.rec.ID) }

// Session returns one session. Who may not see it is told that there is none.
func (d *Desk) Session(_ context.Context, by Actor, id string) (Session, error) {
	var out Session
	err := d.look(func(tx *sequencer.Tx) error {
		rec, live, err := d.find(tx, by, id)
		if err == nil {
			out = d.show(tx, &rec, live)
		}
		return err
	})
	return out, err
}

// find returns a session that an actor may see, and the open one where it is
// open. It may end the batch: it comes before all writes.
func (d *Desk) find(tx *sequencer.Tx, by Actor, id string) (storage.DeskSession, *session, error) {
	if s := d.floor.sessions[id]; s != nil {
		if !d.maySee(by, &s.rec) {
			return s.rec, nil, errNoSession
		}
		return s.rec, s, nil
	}
	if !wire.ValidID(id) {
		return storage.DeskSession{}, nil, errNoSession
	}
	rec, ok, err := d.db.DeskSession(id)
	if err == nil && ok { // the row of one that was closed just now may wait in the batch
		rec, ok, err = tx.Reads(sequencer.OfService(rec.Conv)).DeskSession(id)
	}
	if err == nil && (!ok || !d.maySee(by, &rec)) {
		err = errNoSession
	}
	return rec, nil, err
}

// findOpen is find for what can be done with open ones only.
func (d *Desk) findOpen(tx *sequencer.Tx, by Actor, id string) (*session, error) {
	_, s, err := d.find(tx, by, id)
	if err == nil && s == nil {
		err = errOver
	}
	return s, err
}

// show is a session as others see it; live is nil where it isn't open.
func (d *Desk) show(tx *sequencer.Tx, rec *storage.DeskSession, live *session) Session {
	out := Session{DeskSession: *rec, Waited: waited(rec, tx.Now())}
	if live != nil {
		out.Position = d.floor.position(live)
	}
	return out
}
