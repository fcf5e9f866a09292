package storage

import (
	"hash/crc32"
	"io"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// markedFS notes what is written to the log and to the manifest.
type markedFS struct {
	vfs.FS
	marks *marks
}

func (fs markedFS) Unwrap() vfs.FS { return fs.FS }

func (fs markedFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	fs.marks.drop(name)
	f, err := fs.FS.Create(name, category)
	return fs.begin(f, name, err)
}

func (fs markedFS) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	fs.marks.drop(oldname)
	f, err := fs.FS.ReuseForWrite(oldname, newname, category)
	return fs.begin(f, newname, err)
}

func (fs markedFS) begin(f vfs.File, name string, err error) (vfs.File, error) {
	base, ok := fs.marks.marked(name)
	if ok {
		fs.marks.failed(base, err)
	}
	if err != nil || !ok {
		return f, err
	}
	fs.marks.begin(base)
	return &markedFile{File: f, marks: fs.marks, end: mark{name: base}}, nil
}

// Open of a log that is being written shows what is durable of it, and nothing
// that is written while it is read: a copy that has later bytes but not those
// before them would look damaged.
func (fs markedFS) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	length, growing := fs.marks.growing(name)
	f, err := fs.FS.Open(name, opts...)
	if err != nil || !growing {
		return f, err
	}
	return &headFile{File: f, head: io.LimitReader(f, length)}, nil
}

func (fs markedFS) OpenDir(name string) (vfs.File, error) {
	f, err := fs.FS.OpenDir(name)
	if err != nil || !fs.marks.own(name) {
		return f, err
	}
	return &markedDir{File: f, marks: fs.marks}, nil
}

func (fs markedFS) Remove(name string) error {
	fs.marks.drop(name)
	return fs.FS.Remove(name)
}

func (fs markedFS) Rename(oldname, newname string) error {
	fs.marks.drop(oldname)
	fs.marks.drop(newname)
	return fs.FS.Rename(oldname, newname)
}

// markedDir is the database's directory.
type markedDir struct {
	vfs.File
	marks *marks
}

func (d *markedDir) Sync() error {
	err := d.File.Sync()
	d.marks.failed("directory", err)
	return err
}

// headFile is a file of which only the beginning is read.
type headFile struct {
	vfs.File
	head io.Reader
}

func (f *headFile) Read(p []byte) (int, error) { return f.head.Read(p) }

// markedFile is a file that is written from its beginning on.
type markedFile struct {
	vfs.File
	marks  *marks
	end    mark // of what is written
	failed bool // and what is written isn't known
	named  bool // durably, in its directory
}

func (f *markedFile) Write(p []byte) (int, error) {
	sum := crc32.Update(f.end.sum, castagnoli, p) // before: p may be changed by Write
	n, err := f.File.Write(p)
	f.failed = f.failed || err != nil || n < len(p)
	f.marks.failed(f.end.name, err)
	f.end.length += int64(n)
	f.end.sum = sum
	return n, err
}

// Sync of a manifest makes its name durable as well: Pebble is about to name it
// as the current one, and that name might survive a power cut without the file.
func (f *markedFile) Sync() error {
	err := f.File.Sync()
	if err == nil && !f.named && isManifest(f.end.name) {
		err = syncDir(f.marks.fs, f.marks.dir)
		f.named = err == nil
	}
	f.synced(err)
	return err
}

func (f *markedFile) SyncData() error {
	err := f.File.SyncData()
	f.synced(err)
	return err
}

func (f *markedFile) SyncTo(length int64) (bool, error) {
	full, err := f.File.SyncTo(length)
	if full {
		f.synced(err)
	}
	return full, err
}

// synced marks what is durable. A manifest is rarely written and never missed:
// without it the tables are nothing, so its mark is durable at once.
func (f *markedFile) synced(err error) {
	if f.failed = f.failed || err != nil; f.failed {
		f.marks.failed(f.end.name, err)
		return
	}
	f.marks.synced(f.end)
	if isManifest(f.end.name) {
		f.marks.warn(f.marks.seal())
	}
}

func (f *markedFile) Close() error {
	f.marks.closed(f.end.name)
	err := f.File.Close()
	f.marks.failed(f.end.name, err)
	return err
}
