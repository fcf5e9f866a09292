package engine

import (
	"errors"
	"time"

	"gannet/engine/internal/operator"
	"gannet/storage"
)

// errDiskFull is why a server doesn't start.
var errDiskFull = errors.New("the disk is full; make room on it first")

// openPatience is how long a database that has met a full disk may go on trying to
// open: the next try may go well.
const openPatience = 3 * time.Second

// parts are what tests have of their own.
type parts struct {
	storage func(*storage.Options)
	free    func() (uint64, error)
}

// openStorage opens the data. On a full disk that would never end: the database
// has to write before it can be read, and tries until it can. What was begun is
// then left behind, and the process should end.
func (e *Engine) openStorage(o storage.Options, p parts) (err error) {
	e.space = newSpace(e.cfg.Storage.MinFreeBytes, func() (uint64, error) { return freeBytes(o.Dir) }, e.logger)
	if p.free != nil {
		e.space.free = p.free
	}
	if p.storage != nil {
		p.storage(&o)
	}
	o.OnLocked = func() error {
		return errors.Join(operator.RemoveLeft(o.Dir), e.space.toStart()) // what is left keeps room
	}
	o.OnNoSpace = e.space.noSpace
	e.db, err = e.space.patiently(func() (*storage.DB, error) { return storage.Open(o) })
	return err
}

// patiently opens a database and gives up where it meets a full disk again and
// again.
func (s *space) patiently(open func() (*storage.DB, error)) (*storage.DB, error) {
	type opened struct {
		db  *storage.DB
		err error
	}
	done := make(chan opened, 1)
	go func() {
		db, err := open()
		done <- opened{db, err}
	}()
	var begun time.Time
	var late <-chan time.Time
	again := false // it was met again in the second half of the patience
	for {
		select {
		case got := <-done:
			return got.db, got.err
		case <-s.wake:
			if late == nil {
				begun, late, again = time.Now(), time.After(openPatience), false
			}
			again = again || time.Since(begun) > openPatience/2
		case <-late:
			if late = nil; again {
				return nil, errDiskFull
			}
		}
	}
}

// tellFull minds that the disk is full, or is no more. While there is room for it
// what is in memory goes to tables: what the log holds would have to at the next
// start, when there may be less.
func (e *Engine) tellFull(full bool) {
	e.seq.SetFull(full)
	if !full || e.space.left.Load() < 3*e.db.Metrics().MemTableBytes {
		return
	}
	if err := e.db.FlushSoon(); err != nil {
		e.logger.Warn("shortening the log", "err", err)
	}
}
