package sequencer

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"

	"gannet/engine/internal/delivery"
)

// Connection is one of a user's connections.
type Connection struct {
	Conn   delivery.Conn
	Device string
}

// Connections returns a user's connections, none if the user is not online.
func (tx *Tx) Connections(user string) []Connection {
	u := tx.s.users[user]
	if u == nil {
		return nil
	}
	out := make([]Connection, len(u.conns))
	for i, c := range u.conns {
		out[i] = Connection{c.at, c.device}
	}
	return out
}

// Online reports whether a user has a connection.
func (tx *Tx) Online(user string) bool { return tx.s.users[user] != nil }

// Users is how many users have a connection, and how many connections there are.
func (tx *Tx) Users() (users, connections int) {
	return len(tx.s.users), tx.s.roll.connections
}

// Online is how many users have a connection. Any goroutine.
func (s *Sequencer) Online() int { return int(s.roll.users.Load()) }

// Conversations is how many conversations there are.
func (tx *Tx) Conversations() uint64 { return tx.s.lastNum }

// Listing is a place in the list of users that are online; the zero Listing is
// its beginning.
type Listing struct {
	Page  int
	After string // in the page, by id
}

// List returns about limit users that are online and where the list goes on; done
// at its end. Who is online all the while is in the list once.
func (tx *Tx) List(at Listing, limit int) (users []string, next Listing, done bool) {
	r := &tx.s.roll
	for at.Page >= 0 && at.Page < len(r.pages) && len(users) < limit {
		page := r.sorted(at.Page, at.After)
		if room := limit - len(users); len(page) > room {
			page = page[:room]
			at.After = page[room-1]
		} else {
			at = Listing{Page: at.Page + 1}
		}
		users = append(users, page...)
	}
	return users, at, at.Page >= len(r.pages)
}

// roll has the users that are online in pages by a hash of their ids, so that
// they can be listed a page at a time while they come and go.
type roll struct {
	users atomic.Int64 // for the metrics

	seed        maphash.Seed
	pages       [rollPages][]*user
	connections int
}

const rollPages = 1024

func (r *roll) page(id string) *[]*user {
	return &r.pages[maphash.String(r.seed, id)%rollPages]
}

func (r *roll) add(u *user) {
	page := r.page(u.id)
	u.place = int32(len(*page))
	*page = append(*page, u)
	r.users.Add(1)
}

func (r *roll) remove(u *user) {
	page := r.page(u.id)
	last := len(*page) - 1
	moved := (*page)[last]
	(*page)[u.place], moved.place = moved, u.place
	(*page)[last] = nil
	r.users.Add(-1)
	*page = (*page)[:last]
}

// sorted returns the ids of a page that come after a given one.
func (r *roll) sorted(page int, after string) []string {
	var ids []string
	for _, u := range r.pages[page] {
		if u.id > after {
			ids = append(ids, u.id)
		}
	}
	slices.SortFunc(ids, strings.Compare)
	return ids
}
