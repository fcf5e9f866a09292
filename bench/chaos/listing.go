package chaos

import "gannet/bench/checker"

// A listing is a look at the read cursors in a user's list of conversations. A
// list may show a cursor for the moment in which it isn't on disk yet, so that it
// counts only where nothing was moving it all the while.
type listing struct {
	user  *user
	ops   map[*conversation]operation
	moves map[*conversation]uint64 // how often the cursors had been moved
	there map[*conversation]bool   // conversations that must be in the list
}

// listed is a conversation in a list.
type listed struct {
	ConvID  string `json:"conv_id"`
	ReadSeq uint64 `json:"read_seq"`
}

// listLimit is how many conversations are asked for: more than anybody has.
const listLimit = 200

// list begins to look. conn is 0 over HTTP.
func (w *world) list(u *user, conn uint64) *listing {
	l := &listing{user: u, ops: make(map[*conversation]operation), moves: u.settled(), there: make(map[*conversation]bool)}
	for conv := range l.moves {
		l.there[conv] = conv.group != "" || u.highest(conv) > 0
		l.ops[conv] = w.rec.invoke(checker.Event{User: u.name, Conn: conn, Verb: checker.Read, Conv: conv.id})
	}
	return l
}

// shows takes the list in, which came from a server.
func (w *world) shows(l *listing, shown []listed, of *address) {
	for _, s := range shown {
		conv := w.byID[s.ConvID]
		op, asked := l.ops[conv]
		if !asked {
			continue
		}
		delete(l.ops, conv)
		if l.user.unmoved(conv, l.moves[conv]) {
			w.rec.ok(op, checker.Event{Seq: s.ReadSeq})
		} else {
			w.rec.unknown(op, of)
		}
	}
	for conv := range l.ops {
		if l.there[conv] {
			w.rec.find(kindUnlisted, conv.id, "the list of %s has %d conversations, and not this one", l.user.name, len(shown))
		}
	}
	w.lostList(l, of)
}

// lostList notes that what is left of a list won't be shown.
func (w *world) lostList(l *listing, of *address) {
	for _, op := range l.ops {
		w.rec.unknown(op, of)
	}
}

// refusedList notes that a list was refused.
func (w *world) refusedList(l *listing, reason, msg string) {
	for _, op := range l.ops {
		w.refused(op, l.user.name, reason, msg)
	}
}
