package storage

import (
	"errors"
	"hash/crc32"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// The file of marks has three slots. What is made durable goes to the first two
// by turns, so that one of them is whole whenever the power fails; what isn't,
// to the third.
const (
	slots     = 3
	looseSlot = 2
)

// marks keeps the marks of a directory. They are never ahead of the disk; they
// are behind where they couldn't be written, and then less is noticed.
type marks struct {
	fs    vfs.FS
	dir   string
	log   func(msg string)
	fatal func(format string, args ...any)

	serving atomic.Bool // Open is done

	mu    sync.Mutex
	files map[string]mark
	open  map[string]bool // still written to

	writing sync.Mutex  // one writes or syncs at a time
	file    vfs.File    // nil where nothing may be written
	turn    uint64      // of writings
	anew    bool        // the database is being made
	sealing int         // the slot that is sealed next: not the newest whole one of the two
	late    atomic.Bool // somebody didn't wait for who was writing
}

// otherSlot is the other one of those that are sealed.
func otherSlot(slot int) int { return looseSlot - 1 - slot }

func newMarks(fs vfs.FS, dir string, l *listener) *marks {
	return &marks{
		fs: fs, dir: fs.PathDir(fs.PathJoin(dir, marksFile)), log: l.logError, fatal: l.Fatalf,
		files: make(map[string]mark), open: make(map[string]bool),
	}
}

// check reads the marks and holds the files against them. The manifest is the one
// that is in use.
func (m *marks) check(manifest string) error {
	found, err := readMarks(m.fs, m.dir)
	if err != nil {
		return err
	}
	m.turn, m.sealing = found.turn, found.sealing
	if m.files, err = checkMarks(m.fs, m.dir, found.marks); err != nil {
		return err
	}
	return checkLogs(m.fs, m.dir, manifest, found.marks, m.files)
}

// start opens the file for writing, and makes it where there is none. Where a
// database is made anew, an old file speaks of others of the same names.
func (m *marks) start() error {
	name := m.fs.PathJoin(m.dir, marksFile)
	_, err := m.fs.Stat(name)
	if m.anew || errors.Is(err, os.ErrNotExist) {
		m.sealing = 1
		err = createMarks(m.fs, m.dir, newest(m.files))
	}
	if err != nil {
		return err
	}
	m.file, err = m.fs.OpenReadWrite(name, vfs.WriteCategoryUnspecified)
	return err
}

// createMarks makes the file, whole or not at all, with its first slot filled.
func createMarks(fs vfs.FS, dir string, marks []mark) error {
	b := make([]byte, slots*slotBytes)
	copy(b, appendSlot(nil, 0, marks))
	return writeFile(fs, dir, marksFile, b)
}

// marked returns the base name of a file that has marks; false for others.
func (m *marks) marked(name string) (string, bool) {
	base := m.fs.PathBase(name)
	return base, isMarked(base) && m.fs.PathDir(name) == m.dir
}

// own reports whether a directory is the database's.
func (m *marks) own(dir string) bool {
	return m.fs.PathDir(m.fs.PathJoin(dir, marksFile)) == m.dir
}

// begin takes in a new file.
func (m *marks) begin(base string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[base] = mark{name: base}
	m.open[base] = true
}

// drop forgets a file that is being removed or renamed.
func (m *marks) drop(name string) {
	if base, ok := m.marked(name); ok {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.files, base)
		delete(m.open, base)
	}
}

// synced takes note of what is durable of a file.
func (m *marks) synced(to mark) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.files[to.name]; ok {
		m.files[to.name] = to
	}
}

// closed says that a file is complete.
func (m *marks) closed(base string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, base)
}

// growing returns the length up to which a file that is being written may be read.
func (m *marks) growing(name string) (int64, bool) {
	base, _ := m.marked(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.files[base].length, m.open[base]
}

// failed ends the process where Pebble would panic, some time later and without
// a word to anybody: it can't go on without its log, nor if it doesn't know
// what its directory holds.
func (m *marks) failed(name string, err error) {
	if err != nil && m.serving.Load() {
		m.fatal("%s: %w", name, err)
	}
}

func (m *marks) list() []mark {
	m.mu.Lock()
	defer m.mu.Unlock()
	return newest(m.files)
}

// note writes the marks, so that they outlive the process. It doesn't wait for
// the disk.
func (m *marks) note() {
	if !m.writing.TryLock() {
		m.late.Store(true)
		return
	}
	defer m.writing.Unlock()
	m.warn(m.write(looseSlot))
}

// seal makes the marks durable.
func (m *marks) seal() error {
	m.writing.Lock()
	defer m.writing.Unlock()
	return m.sealLocked()
}

// sealLocked goes on to the other slot only when one is durable: after a failure
// it is unknown what a slot holds, and the other one must stay whole.
func (m *marks) sealLocked() error {
	err := m.write(m.sealing)
	if err == nil && m.file != nil {
		if err = m.file.Sync(); err == nil {
			m.sealing = otherSlot(m.sealing)
		}
	}
	if m.late.Swap(false) && err == nil {
		err = m.write(looseSlot)
	}
	return err
}

func (m *marks) write(slot int) error {
	if m.file == nil {
		return nil
	}
	m.turn++
	_, err := m.file.WriteAt(appendSlot(nil, m.turn, m.list()), int64(slot)*slotBytes)
	return err
}

// warn tells of marks that couldn't be written. It is no reason to stop: the
// files they speak of are as they should be.
func (m *marks) warn(err error) {
	if err != nil {
		m.log("storage can't write " + marksFile + ": " + err.Error())
	}
}

// close seals the marks for the last time.
func (m *marks) close() error {
	m.writing.Lock()
	defer m.writing.Unlock()
	if m.file == nil {
		return nil
	}
	err := errors.Join(m.sealLocked(), m.file.Close())
	m.file = nil
	return err
}

// copyTo marks the files of a checkpoint. It has the logs that were there,
// each up to a length that is at least the one known before it was made.
func (m *marks) copyTo(dir string) error {
	names, err := m.fs.List(dir)
	if err != nil {
		return err
	}
	copied := make(map[string]mark)
	for _, base := range names {
		if isMarked(base) {
			if copied[base], err = markOf(m.fs, dir, base); err != nil {
				return err
			}
		}
	}
	return createMarks(m.fs, dir, newest(copied))
}

// markOf is the mark of a file as it is.
func markOf(fs vfs.FS, dir, base string) (mark, error) {
	f, err := fs.Open(fs.PathJoin(dir, base))
	if err != nil {
		return mark{}, err
	}
	defer f.Close()
	sum := crc32.New(castagnoli)
	n, err := io.Copy(sum, f)
	return mark{name: base, length: n, sum: sum.Sum32()}, err
}
