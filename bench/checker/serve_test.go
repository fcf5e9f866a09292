package checker

import "fmt"

// begin lets a client ask for something.
func (s *server) begin() {
	user := people[s.draw(0, len(people)-1)]
	r := s.convs[s.draw(0, len(s.convs)-1)]
	if user == guest {
		r = s.convs[1]
	}
	conn := s.wire(user).conn
	ask := Event{User: user, Conn: conn, Conv: r.name}
	place := func() uint64 { return uint64(s.draw(1, len(r.entries)+1)) }
	switch n := s.draw(0, 19); {
	case n < 3 && len(s.open) > 0:
		s.retry()
		return
	case n < 9:
		s.cids++
		ask.Verb, ask.CID, ask.Content = Send, fmt.Sprint("c", s.cids), s.content()
	case n < 11:
		ask.Verb, ask.Conn, ask.Before = History, 0, place()*uint64(s.draw(0, 1))
	case n < 13:
		ask.Verb, ask.After = Sync, place()-1
	case n < 15:
		ask.Verb, ask.Seq = Read, place()*uint64(s.draw(0, 1))
	case n < 17:
		ask.Verb, ask.Seq = Recall, place()
	default:
		ask.Verb, ask.Conv, ask.Subject = []Verb{Join, Leave}[s.draw(0, 1)], s.convs[1].name, guest
	}
	s.invoke(ask)
}

// retry sends again what wasn't answered.
func (s *server) retry() {
	ask := s.open[0]
	s.open = s.open[1:]
	s.invoke(Event{User: ask.User, Conn: s.wire(ask.User).conn, Verb: Send, Conv: ask.Conv, CID: ask.CID, Content: ask.Content})
}

// serve is what the server does; it returns the answer.
func (s *server) serve(ask Event) Event {
	r := s.room(ask.Conv)
	if !r.in[ask.User] && ask.Verb != Join {
		return Event{Phase: Fail, Reason: "not_member"}
	}
	switch ask.Verb {
	case Send:
		return r.send(ask)
	case Recall:
		return r.recall(ask)
	case History, Sync:
		return r.read(ask, s.draw(1, 6))
	case Read:
		at := max(r.cursors[ask.User], min(ask.Seq, uint64(len(r.entries))))
		r.cursors[ask.User] = at
		return Event{Phase: OK, Seq: at}
	case Leave:
		return r.leave(ask)
	}
	return r.join(ask)
}

func (r *room) send(ask Event) Event {
	k := ask.User + " " + ask.CID
	if r.places[k] == 0 {
		id := fmt.Sprint(r.name, " ", len(r.entries)+1)
		r.places[k] = r.put(Entry{ID: id, From: ask.User, Content: ask.Content}, ask.Conn)
	}
	e := r.entries[r.places[k]-1]
	return Event{Phase: OK, Seq: e.Seq, ID: e.ID}
}

func (r *room) recall(ask Event) Event {
	if ask.Seq > uint64(len(r.entries)) {
		return Event{Phase: Fail, Reason: "not_found"}
	}
	e := &r.entries[ask.Seq-1]
	if e.Event || e.From != ask.User {
		return Event{Phase: Fail, Reason: "not_found"}
	}
	if !e.Recalled {
		e.Recalled = true
		r.put(Entry{From: ask.User, Event: true}, 0)
	}
	return Event{Phase: OK}
}

func (r *room) read(ask Event, limit int) Event {
	before := ask.Before
	if before == 0 {
		before = none
	}
	all := r.page(ask.User, ask.After, before)
	n := min(limit, len(all))
	few := all[:n]
	if ask.Verb == History {
		few = all[len(all)-n:]
	}
	return Event{Phase: OK, Entries: few, HasMore: n < len(all)}
}

func (r *room) leave(ask Event) Event {
	if r.in[ask.Subject] {
		seq := r.put(Entry{ID: fmt.Sprint("left ", len(r.entries)), Event: true}, 0)
		r.in[ask.Subject], r.to[seq-1][ask.Subject] = false, true
	}
	return Event{Phase: OK}
}

func (r *room) join(ask Event) Event {
	if !r.in[ask.Subject] {
		r.in[ask.Subject] = true
		r.floor[ask.Subject] = r.put(Entry{ID: fmt.Sprint("joined ", len(r.entries)), Event: true}, 0)
	}
	return Event{Phase: OK}
}
