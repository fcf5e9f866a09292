package engine

import (
	"errors"
	"time"

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
func (e *Engine) openStorage(o storage.Options, p parts) error {
	e.space = newSpace(e.cfg.Storage.MinFreeBytes, func() (uint64, error) { return freeBytes(o.Dir) }, e.logger)
	if p.free != nil {
		e.space.free = p.free
	}
	if p.storage != nil {
		p.storage(&o)
	}
	if err := e.space.toStart(); err != nil {
		return err
	}
	o.OnNoSpace = e.space.noSpace
	type opened struct {
		db  *storage.DB
		err error
	}
	done := make(chan opened, 1)
	go func() {
		db, err := storage.Open(o)
		done <- opened{db, err}
	}()
	var late <-chan time.Time
	for {
		select {
		case got := <-done:
			e.db = got.db
			return got.err
		case <-e.space.wake:
			if late == nil {
				late = time.After(openPatience)
			}
		case <-late:
			return errDiskFull
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
