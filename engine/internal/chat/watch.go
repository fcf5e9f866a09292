package chat

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
)

const (
	maxWatched    = 200                    // users that one connection watches
	watchInterval = 200 * time.Millisecond // changes within it are told at once
)

// watches are the connections that want to know when users come and go. Changes
// are gathered for a moment: a page that is loaded anew tells nobody.
type watches struct {
	any atomic.Bool // somebody watches somebody

	mu sync.Mutex
	of map[string]map[delivery.Conn]bool // user → who watches → may be told

	news    sync.Mutex      // held for moments only: the log's writer takes it
	changed map[string]bool // user → online
}

// Changed is for the sequencer: a user has come or gone.
func (s *Service) Changed(user string, online bool) {
	w := &s.watches
	if !w.any.Load() {
		return
	}
	w.news.Lock()
	defer w.news.Unlock()
	if len(w.changed) == 0 {
		w.changed = make(map[string]bool)
		time.AfterFunc(watchInterval, s.tellWatchers)
	}
	w.changed[user] = online
}

// tellWatchers tells every watching connection what has changed for it.
func (s *Service) tellWatchers() {
	w := &s.watches
	w.news.Lock()
	changed := w.changed
	w.changed = nil
	w.news.Unlock()
	tell := make(map[delivery.Conn][]wire.UserState)
	for user, online := range changed {
		w.mu.Lock() // for each anew: loops wait for it
		for conn, allowed := range w.of[user] {
			if allowed {
				tell[conn] = append(tell[conn], wire.UserState{User: user, Online: online})
			}
		}
		w.mu.Unlock()
	}
	for conn, states := range tell {
		told := frame(func(b []byte) []byte { return wire.AppendPresence(b, "", states) })
		s.loops.Do(conn, func(ss *Session) { ss.conn.Send(told) })
	}
}

// watch begins or ends watching users; no users: ends with all. Nothing is told of
// a user before the watch is confirmed.
func (s *Service) watch(ss *Session, users []string, on bool) *wire.Error {
	if !on {
		if len(users) == 0 {
			users = slices.Clone(ss.watched)
		}
		s.unwatch(ss, users...)
		return nil
	}
	for _, user := range users {
		if !slices.Contains(ss.watched, user) && len(ss.watched) == maxWatched {
			return errWatched
		}
		if !slices.Contains(ss.watched, user) {
			ss.watched = append(ss.watched, user)
			s.watches.add(user, ss.conn.ID())
		}
	}
	return nil
}

func (s *Service) unwatch(ss *Session, users ...string) {
	for _, user := range users {
		if i := slices.Index(ss.watched, user); i >= 0 {
			ss.watched = slices.Delete(ss.watched, i, i+1)
			s.watches.remove(user, ss.conn.ID())
		}
	}
}

func (w *watches) add(user string, conn delivery.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil {
		w.of = make(map[string]map[delivery.Conn]bool)
	}
	if w.of[user] == nil {
		w.of[user] = make(map[delivery.Conn]bool)
	}
	w.of[user][conn] = false
	w.any.Store(true)
}

// confirm lets a connection be told of those it watches that don't block it.
func (w *watches) confirm(list []Presence, conn delivery.Conn) {
	if !w.any.Load() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range list {
		if _, on := w.of[list[i].User][conn]; on && !list[i].blocks {
			w.of[list[i].User][conn] = true
		}
	}
}

func (w *watches) remove(user string, conn delivery.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.of[user], conn)
	if len(w.of[user]) == 0 {
		delete(w.of, user)
	}
	w.any.Store(len(w.of) > 0)
}
