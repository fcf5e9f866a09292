package sequencer

import (
	"sync"
	"sync/atomic"

	"gannet/storage"
)

// Entry returns an entry of a conversation as it is now, in copies.
func (tx *Tx) Entry(conv, seq uint64) (m storage.Message, ok bool, err error) {
	tx.stored(conv, seq)
	run, err := tx.s.runOf(conv, seq)
	if err != nil || run == nil {
		return m, false, err
	}
	return *entryOf(run, seq), true, nil
}

// Rewrite changes what is stored of an entry: anything but its seq, id, time and
// sender. Readers see the old entry until the new one is on disk (see Unsynced).
// An entry of the batch being filled has to be applied first, so a command that
// rewrites several begins with the latest: its writes stay together.
func (tx *Tx) Rewrite(conv, seq uint64, change func(*storage.Message)) error {
	s := tx.s
	tx.stored(conv, seq)
	run, err := s.runOf(conv, seq)
	if err != nil {
		return err
	}
	if run == nil {
		return ErrNotFound
	}
	m := entryOf(run, seq)
	s.cur.rewrites = append(s.cur.rewrites, rewrite{conv, seq})
	s.unsynced.add(rewrite{conv, seq}, *m)
	change(m)
	s.cur.putRun(run)
	return nil
}

// putRun writes a changed run. Where it has grown into several, the next change
// finds the one it means.
func (b *batch) putRun(run *storage.Run) {
	parts := b.w.PutRun(*run)
	for i := range parts {
		if i == 0 {
			*run = parts[0]
		} else {
			b.runs = append(b.runs, &parts[i])
		}
	}
}

// stored sees to it that an entry is in storage: one of the batch being filled is
// not.
func (tx *Tx) stored(conv, seq uint64) {
	if c := tx.s.byNum[conv]; c != nil && c.first != none && seq >= tx.s.cur.entries[c.first].seq {
		tx.s.commit()
	}
}

// runOf returns the run that holds a seq as this batch will leave it, nil if there
// is none. It stays in the batch, for the next change.
func (s *Sequencer) runOf(conv, seq uint64) (*storage.Run, error) {
	for _, r := range s.cur.runs {
		if r.Conv == conv && r.Messages[0].Seq <= seq && seq <= r.Messages[len(r.Messages)-1].Seq {
			return r, nil
		}
	}
	r, ok, err := s.db.Run(conv, seq)
	if err != nil || !ok {
		return nil, err
	}
	s.cur.runs = append(s.cur.runs, &r)
	return &r, nil
}

func entryOf(r *storage.Run, seq uint64) *storage.Message {
	return &r.Messages[seq-r.Messages[0].Seq]
}

// rewrite names an entry that was rewritten.
type rewrite struct{ conv, seq uint64 }

// unsynced holds what entries were before rewrites that are not on disk yet.
// Storage shows a rewrite at once; a crash would take it back, and then a reader
// would have seen what never was.
type unsynced struct {
	n  atomic.Int32 // how many there are: mostly none
	mu sync.RWMutex
	of map[rewrite][]storage.Message // oldest first
}

func (u *unsynced) add(at rewrite, old storage.Message) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.of == nil {
		u.of = make(map[rewrite][]storage.Message)
	}
	u.of[at] = append(u.of[at], old)
	u.n.Add(1)
}

// synced drops the oldest version of each entry of a batch that is on disk.
func (u *unsynced) synced(rewrites []rewrite) {
	if len(rewrites) == 0 {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, at := range rewrites {
		if rest := u.of[at][1:]; len(rest) > 0 {
			u.of[at] = rest
		} else {
			delete(u.of, at)
		}
		u.n.Add(-1)
	}
}

// Unsynced returns what an entry is as far as it is on disk, if a rewrite of it
// is not yet. The message must not be changed. Any goroutine.
func (s *Sequencer) Unsynced(conv, seq uint64) (old storage.Message, ok bool) {
	u := &s.unsynced
	if u.n.Load() == 0 {
		return old, false
	}
	u.mu.RLock()
	defer u.mu.RUnlock()
	if versions := u.of[rewrite{conv, seq}]; len(versions) > 0 {
		return versions[0], true
	}
	return old, false
}
