package storage

import (
	"io"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options say where a database is and what it may use. Only Dir is needed.
type Options struct {
	Dir string
	FS  vfs.FS // the operating system's by default; tests give their own

	// ReadOnly opens a database that is there, such as a backup, without a change
	// to its directory. Apply and Sync fail.
	ReadOnly bool

	Logger *slog.Logger // slog.Default() by default

	// Fatal is told that the log can't be written any more. It must end the
	// process, which is what it does by default, with exit code 1. It may be
	// called from any goroutine.
	Fatal func(error)

	// OnLocked is called by Open, unless it is read-only, when nobody else can have
	// the directory open and before a file of the database is touched. Its error ends
	// Open.
	OnLocked func() error

	// OnStall is told of a disk operation that has been going on for
	// StallAfter. It must return at once and touch no files. OnCorruption is
	// told of a damaged file, which was found while reading or compacting.
	OnStall      func(Stall)
	OnCorruption func(error)

	// OnNoSpace is told of a flush or compaction that failed because the disk is
	// full, again and again as long as it is, by Open too, which waits for flushes.
	// It must return at once.
	OnNoSpace func(error)

	// Keys seal what is stored: the first one what is written, all of them
	// what is read. Without any, what is written is in the clear, and a
	// database that was written with some doesn't open.
	Keys []Key

	CacheBytes    int64         // for blocks read; 256 MiB by default
	MemTableBytes int64         // written before a flush; 64 MiB by default
	StallAfter    time.Duration // 2 s by default

	limits  limits                // of rows that hold several entries
	tune    func(*pebble.Options) // for measurements
	watched bool                  // OnStall was given
}

// keyring returns the keys, of which those in the database aren't loaded yet.
func (o *Options) keyring(db *DB) *keyring {
	return &keyring{db: db, masters: slices.Clone(o.Keys), seals: maxSeals}
}

// limits say how many messages and places one row may hold at most.
type limits struct{ run, places int }

// Stall is a disk operation that takes long.
type Stall struct {
	Op       string
	Path     string
	Duration time.Duration // so far
}

func (o *Options) setDefaults() {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Fatal == nil {
		o.Fatal = exit(o.Logger)
	}
	if o.watched = o.OnStall != nil; !o.watched {
		o.OnStall = func(Stall) {}
	}
	if o.OnLocked == nil {
		o.OnLocked = func() error { return nil }
	}
	if o.OnCorruption == nil {
		o.OnCorruption = func(error) {}
	}
	if o.OnNoSpace == nil {
		o.OnNoSpace = func(error) {}
	}
	if o.CacheBytes <= 0 {
		o.CacheBytes = 256 << 20
	}
	if o.MemTableBytes <= 0 {
		o.MemTableBytes = 64 << 20
	}
	if o.StallAfter <= 0 {
		o.StallAfter = 2 * time.Second
	}
	if o.limits == (limits{}) {
		o.limits = limits{run: defaultRunLen, places: defaultPlaces}
	}
}

func exit(log *slog.Logger) func(error) {
	return func(err error) {
		log.Error("storage failed, exiting", "error", err)
		os.Exit(1)
	}
}

// fileSystem returns the file system and has it watched for stalls, one that
// the caller gave only if somebody wants to hear of them.
func (o *Options) fileSystem(l *listener) (vfs.FS, io.Closer) {
	fs := o.FS
	if fs == nil {
		fs = vfs.Default
	} else if !o.watched {
		return fs, io.NopCloser(nil)
	}
	return vfs.WithDiskHealthChecks(fs, o.StallAfter, nil, l.diskSlow)
}

// pebbleOptions are the database's settings. docs/decisions/0001-storage-layout.md
// has the figures behind them.
func (o *Options) pebbleOptions(fs vfs.FS, l *listener) *pebble.Options {
	p := &pebble.Options{
		FS:                          fs,
		Logger:                      l,
		EventListener:               l.events(),
		FormatMajorVersion:          pebble.FormatNewest,
		CacheSize:                   o.CacheBytes + 2*o.MemTableBytes, // Pebble takes memtables out of it
		MemTableSize:                uint64(o.MemTableBytes),
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       8,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               256 << 20,
		BytesPerSync:                1 << 20,
		CompactionConcurrencyRange:  compactions,
	}
	for i := range p.Levels {
		p.Levels[i].BlockSize = 32 << 10
		p.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	p.ApplyCompressionSettings(compression)
	if o.tune != nil {
		o.tune(p)
	}
	return p
}

// compression leaves alone what will be rewritten soon.
func compression() pebble.DBCompressionSettings {
	s := pebble.DBCompressionFastest
	for i := range 5 {
		s.Levels[i] = pebble.DBCompressionNone.Levels[i]
	}
	return s
}

// compactions leaves most processors to the engine.
func compactions() (lower, upper int) {
	return 1, max(1, min(4, runtime.NumCPU()/2))
}
