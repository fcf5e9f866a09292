package storage

import (
	"bytes"
	"math"
	"slices"
)

const (
	deskQueryRows = 10_000 // of an index that one call reads
	deskProbeRows = 500    // counted of each index that would do, to take the shortest
)

// DeskFilter says which sessions of the desk are wanted: those that match all
// that is set.
type DeskFilter struct {
	Visitor, Agent, Tag string
	States              []DeskState // any of them; none: all
	From, To            int64       // created at or after From and before To; 0: no bound
	Skill               string
	Rating              uint8
}

// Matches reports whether a session is wanted that was created at such a time.
func (f *DeskFilter) Matches(s *DeskSession) bool {
	return (f.Visitor == "" || s.Visitor == f.Visitor) &&
		(f.Agent == "" || s.Agent == f.Agent) &&
		(f.Tag == "" || slices.Contains(s.Tags, f.Tag)) &&
		(len(f.States) == 0 || slices.Contains(f.States, s.State)) &&
		(f.Skill == "" || s.Skill == f.Skill) &&
		(f.Rating == 0 || s.Rating == f.Rating)
}

// indexes are those in which all that is wanted stands.
func (f *DeskFilter) indexes() (list []deskIndex) {
	for _, x := range []deskIndex{{deskByVisitor, f.Visitor}, {deskByAgent, f.Agent}, {deskByTag, f.Tag}} {
		if x.of != "" {
			list = append(list, x)
		}
	}
	if len(f.States) > 0 && !slices.Contains(f.States, DeskClosed) {
		list = append(list, deskIndex{kind: deskOpen})
	}
	if len(list) == 0 {
		list = append(list, deskIndex{kind: deskCreated})
	}
	return list
}

// DeskSessions returns up to limit sessions of the desk, the newest first,
// beginning after the cursor that the call before returned as next ("" begins with
// the newest). It reads a bounded part of an index: where next isn't empty there may
// be more, even if the list is short. Sessions that were changed since they were
// found are judged by what they are now.
//
// A cursor that none of its calls has returned is ErrInvalid.
func (db *DB) DeskSessions(f DeskFilter, after string, limit int) (list []DeskSession, next string, err error) {
	if limit <= 0 {
		return nil, after, nil
	}
	q := deskQuery{db: db, filter: f, limit: limit, to: math.MaxInt64}
	if f.To > 0 {
		q.to = f.To
	}
	if after != "" {
		if q.after, err = parseDeskCursor(after); err != nil {
			return nil, "", err
		}
	}
	x, err := q.shortest(f.indexes())
	if err != nil {
		return nil, "", err
	}
	return q.read(x)
}

// deskQuery is one call of DeskSessions.
type deskQuery struct {
	db     *DB
	filter DeskFilter
	after  deskPlace // without an id: from the end
	to     int64
	limit  int
}

// bounds sets the part of an index that is to be read, from its end.
func (q *deskQuery) bounds(s *scan, x deskIndex) {
	s.lower = x.appendKey(s.lower[:0], deskPlace{at: max(q.filter.From, 0)})
	s.upper = x.appendKey(s.upper[:0], deskPlace{at: q.to})
	if q.after.id != "" && q.after.at < q.to {
		s.upper = x.appendKey(s.upper[:0], q.after)
	}
	if bytes.Compare(s.lower, s.upper) > 0 { // nothing
		s.upper = append(s.upper[:0], s.lower...)
	}
}

// shortest returns the index of which the least is to be read.
func (q *deskQuery) shortest(list []deskIndex) (best deskIndex, err error) {
	least := math.MaxInt
	for _, x := range list {
		if len(list) == 1 {
			return x, nil
		}
		rows, err := q.count(x)
		if err != nil {
			return best, err
		}
		if rows < least {
			best, least = x, rows
		}
	}
	return best, nil
}

// count counts the rows that are to be read, up to deskProbeRows.
func (q *deskQuery) count(x deskIndex) (rows int, err error) {
	s := newScan()
	defer s.free()
	q.bounds(s, x)
	err = s.eachBack(q.db.p, func(_, _ []byte) error {
		if rows++; rows == deskProbeRows {
			return errStop
		}
		return nil
	})
	return rows, err
}

func (q *deskQuery) read(x deskIndex) (list []DeskSession, next string, err error) {
	s := newScan()
	defer s.free()
	q.bounds(s, x)
	rows := 0
	var last deskPlace
	err = s.eachBack(q.db.p, func(key, value []byte) error {
		if rows == deskQueryRows || len(list) == q.limit {
			next = last.cursor()
			return errStop
		}
		rows++
		p, err := decodeDeskIndex(key, value)
		if err != nil {
			return err
		}
		last = p
		session, err := sessionAt(q.db.p, key, p)
		if err == nil && q.filter.Matches(&session) {
			list = append(list, session)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return list, next, nil
}

// OpenDeskSessions hands all sessions of the desk that aren't closed to fn, the
// oldest first. An error of fn ends it and is returned.
func (db *DB) OpenDeskSessions(fn func(DeskSession) error) error {
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], prefixDesk, deskOpen), append(s.upper[:0], prefixDesk, deskOpen+1)
	return s.each(db.p, func(key, value []byte) error {
		p, err := decodeDeskIndex(key, value)
		if err != nil {
			return err
		}
		session, err := sessionAt(db.p, key, p)
		if err != nil || !session.IsOpen() { // closed meanwhile
			return err
		}
		return fn(session)
	})
}
