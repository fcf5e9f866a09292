package operator

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// MaxBackups is how many copies there may be at a time: each keeps files on the
// disk that the database has done with.
const MaxBackups = 2

// backupLife is how long a copy stays that nobody asks for.
const backupLife = 15 * time.Minute

// Directory is where copies are put, inside the data directory: hard links need
// the same file system, and a service is often allowed to write nowhere else.
const Directory = "backups"

// Checkpointer makes a copy of the database of what is durable at the call.
type Checkpointer interface {
	Checkpoint(dir string) error
}

// Backups are the copies that are being fetched. Its methods may be called by any
// goroutine.
type Backups struct {
	db     Checkpointer
	dir    string
	room   func() error
	logger *slog.Logger

	mu     sync.Mutex
	held   map[string]*held
	making int // copies on their way
	work   sync.WaitGroup
	closed bool
}

// held is a copy with what keeps it.
type held struct {
	Backup
	dir     string
	readers int
	timer   *time.Timer // while nobody reads
}

// RemoveLeft removes the copies that an earlier run has left in a data directory,
// which keep room. Nobody else may have the directory in use.
func RemoveLeft(dataDir string) error { return removeCopies(filepath.Join(dataDir, Directory)) }

// NewBackups returns the copies of the database in a data directory, of which
// there are none. Room says why there is none for one more, with ErrNoRoom.
func NewBackups(db Checkpointer, dataDir string, room func() error, logger *slog.Logger) *Backups {
	return &Backups{db: db, dir: filepath.Join(dataDir, Directory), room: room, logger: logger, held: make(map[string]*held)}
}

// Create makes a copy. All that was answered before the call is in it. The error
// may be ErrTooManyBackups, ErrNoRoom or ErrClosed.
func (b *Backups) Create() (Backup, error) {
	if err := b.reserve(); err != nil {
		return Backup{}, err
	}
	defer b.work.Done()
	h, err := b.create()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.making--
	if err == nil && b.closed {
		err = ErrClosed
	}
	if err != nil {
		return Backup{}, errors.Join(err, os.RemoveAll(h.dir))
	}
	b.held[h.ID] = h
	h.timer = time.AfterFunc(backupLife, func() { b.expire(h) })
	return h.Backup, nil
}

func (b *Backups) reserve() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return ErrClosed
	case len(b.held)+b.making >= MaxBackups:
		return ErrTooManyBackups
	}
	b.making++
	b.work.Add(1)
	return nil
}

func (b *Backups) create() (*held, error) {
	h := &held{Backup: Backup{ID: rand.Text(), Created: time.Now()}}
	h.dir = filepath.Join(b.dir, copyPrefix+h.ID)
	if err := b.room(); err != nil {
		return h, err
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return h, err
	}
	if err := b.db.Checkpoint(h.dir); err != nil {
		return h, err
	}
	return h, h.list(h.dir)
}

// Open opens a file of a copy, which stays at least until the file is closed, but
// for Remove and Close.
func (b *Backups) Open(id, name string) (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.held[id]
	if h == nil {
		return nil, ErrNoBackup
	}
	f, err := h.open(h.dir, name)
	if err != nil {
		return nil, err
	}
	h.readers++
	h.timer.Stop()
	return &reading{File: f, done: sync.OnceFunc(func() { b.closedFile(h) })}, nil
}

// reading is an open file of a copy.
type reading struct {
	*os.File
	done func()
}

// Close implements io.Closer.
func (r *reading) Close() error {
	r.done()
	return r.File.Close()
}

func (b *Backups) closedFile(h *held) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if h.readers--; h.readers == 0 && b.held[h.ID] == h {
		h.timer.Reset(backupLife)
	}
}

// Remove removes a copy. Files of it that are open can be read on.
func (b *Backups) Remove(id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.held[id]
	if h == nil {
		return ErrNoBackup
	}
	return b.remove(h)
}

func (b *Backups) remove(h *held) error {
	h.timer.Stop()
	delete(b.held, h.ID)
	return os.RemoveAll(h.dir)
}

// expire removes a copy that nobody came for.
func (b *Backups) expire(h *held) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held[h.ID] != h || h.readers > 0 {
		return
	}
	b.logger.Warn("removing a backup that nobody fetches", "id", h.ID, "created", h.Created)
	if err := b.remove(h); err != nil {
		b.logger.Error("removing a backup", "id", h.ID, "error", err)
	}
}

// Stop lets nobody make more copies.
func (b *Backups) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

// wait returns when no copy is on its way any more; after Stop none begins.
func (b *Backups) wait(ctx context.Context) error {
	b.mu.Lock()
	making := b.making
	b.mu.Unlock()
	if making == 0 { // no matter how little time is left
		return nil
	}
	made := make(chan struct{})
	go func() {
		defer close(made)
		b.work.Wait()
	}()
	return ended(ctx, made)
}

// Close lets nobody make more copies and removes all, when those on their way are
// made. If ctx ends before, its error is returned, and the database must not be
// closed.
func (b *Backups) Close(ctx context.Context) error {
	b.Stop()
	errs := []error{b.wait(ctx)}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, h := range b.held {
		errs = append(errs, b.remove(h))
	}
	return errors.Join(errs...)
}
