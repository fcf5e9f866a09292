package storage

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// nthError fails one operation on a file system, the n-th of those that it is
// for.
type nthError struct {
	of    func(errorfs.Op) bool
	n     int32 // 0: none
	ops   atomic.Int32
	panic func(errorfs.Op) // may be nil
}

func (e *nthError) MaybeError(op errorfs.Op) error {
	if e.of(op) && e.ops.Add(1) == e.n {
		if e.panic != nil {
			e.panic(op)
		}
		return errorfs.ErrInjected
	}
	return nil
}

func (e *nthError) String() string { return "nth operation" }

func (e *nthError) happened() bool { return e.n > 0 && e.ops.Load() >= e.n }

func writes(op errorfs.Op) bool { return op.Kind.ReadOrWrite() == errorfs.OpIsWrite }
func reads(op errorfs.Op) bool  { return op.Kind.ReadOrWrite() == errorfs.OpIsRead }

// Whichever write fails, what was answered is there when the disk is well again,
// and nothing is answered that isn't.
func TestEveryWriteFails(t *testing.T) {
	failures := 0
	for n := int32(1); ; n++ {
		mem := vfs.NewCrashableMem()
		e := &nthError{of: writes, n: n}
		h := &history{rng: rand.New(rand.NewPCG(9, 9))}
		if err := process(options(t, mem), e, h); err != nil {
			failures++
		}
		reopen(t, uint64(n), mem.CrashClone(vfs.CrashCloneCfg{}), h.outcome())
		if t.Failed() {
			t.Fatalf("operation %d", n)
		}
		if !e.happened() {
			t.Logf("%d operations, %d noticed", n-1, failures)
			break
		}
	}
	if failures < 10 {
		t.Errorf("only %d failures were noticed", failures)
	}
}

// process chats until it is over, fails, or would be ended by Fatal: then, what
// it was doing is never heard of again.
func process(o Options, e *nthError, h *history) error {
	ended := make(chan error, 3)
	o.Fatal = func(err error) {
		ended <- err
		select {}
	}
	e.panic = func(op errorfs.Op) {
		if op.Kind == errorfs.OpFileSync && op.Path == o.Dir {
			o.Fatal(errorfs.ErrInjected) // Pebble panics, on a goroutine of its own
		}
	}
	o.FS = errorfs.Wrap(o.FS, e)
	go func() { ended <- chat(o, h) }()
	return <-ended
}

// chat writes batches and syncs each, until an error.
func chat(o Options, h *history) (err error) {
	defer func() {
		if r := recover(); r != nil { // Pebble gives up where it can't go on
			err = errors.Join(err, ErrFailed)
		}
	}()
	db, err := Open(o)
	if err != nil {
		return err
	}
	b := db.NewBatch()
	for i := range 12 {
		b.Reset()
		h.batch(b)
		h.note(nil)
		if err := errors.Join(db.Apply(b), db.Sync()); err != nil {
			return err // as if the process had ended
		}
		h.note(&h.last)
		if i%4 == 3 {
			if err := db.p.Flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(b.Close(), db.Close())
}

// Whichever read fails, Open says so or does without, and damages nothing; reads
// say so, or are complete.
func TestEveryReadFails(t *testing.T) {
	fs := filled(t, 1, ends["killed"])
	want, _ := content(t, cloned(t, fs))
	noticed := 0
	for n := int32(1); ; n += failEvery {
		clone := cloned(t, fs)
		e := &nthError{of: reads, n: n}
		got, problems := contentUnlessFatal(smallBlocks(t, errorfs.Wrap(clone, e)))
		if problems != "" {
			noticed++
		} else if got != want {
			t.Fatalf("operation %d: reads are not complete", n)
		}
		if got, problems := content(t, cloned(t, clone)); got != want {
			t.Fatalf("operation %d: damaged: %s", n, problems)
		}
		if !e.happened() {
			t.Logf("%d operations, %d noticed", n-1, noticed)
			break
		}
	}
	if noticed < 10/failEvery {
		t.Errorf("only %d failures were noticed", noticed)
	}
}

// contentUnlessFatal is content in a process that Fatal ends.
func contentUnlessFatal(o Options) (uint64, string) {
	type result struct {
		sum      uint64
		problems string
	}
	ended := make(chan result, 3)
	o.Fatal = func(err error) {
		ended <- result{problems: "fatal: " + err.Error()}
		select {}
	}
	go func() {
		sum, problems := contentOf(o)
		ended <- result{sum, problems}
	}()
	r := <-ended
	return r.sum, r.problems
}

// A log that can't be synced, written to, or begun, is told to Fatal and
// never reported as a success, nor is any later write. This holds even if Fatal
// returns, but not where Pebble can't go on without a new log.
func TestLogFails(t *testing.T) {
	log := func(op errorfs.Op) bool { return strings.HasSuffix(op.Path, ".log") }
	for name, of := range map[string]func(errorfs.Op) bool{
		"directory": func(op errorfs.Op) bool { return op.Path == "/a/data" && op.Kind == errorfs.OpFileSync },
		"sync": func(op errorfs.Op) bool {
			return log(op) && (op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData)
		},
		"write": func(op errorfs.Op) bool { return log(op) && op.Kind == errorfs.OpFileWrite },
		"create": func(op errorfs.Op) bool {
			return log(op) && (op.Kind == errorfs.OpCreate || op.Kind == errorfs.OpReuseForWrite)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "sync" || name == "write" {
				testLogFails(t, of, false)
			}
			testLogFails(t, of, true)
		})
	}
}

// testLogFails has the log fail; ends says whether Fatal ends the process.
func testLogFails(t *testing.T, of func(errorfs.Op) bool, ends bool) {
	var broken, failed atomic.Bool
	mem := vfs.NewCrashableMem()
	fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if broken.Load() && of(op) {
			failed.Store(true)
			return syscall.ENOSPC
		}
		return nil
	}))
	fatal := make(chan error, 1000)
	o := options(t, fs)
	o.MemTableBytes = 256 << 10
	o.Fatal = func(err error) {
		fatal <- err
		if ends {
			select {}
		}
	}
	db, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	h := &history{rng: rand.New(rand.NewPCG(6, 6))}
	fillUp(t, db, h, 3, 1)
	broken.Store(true)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 100 {
			before := failed.Load()
			err := oneBatch(db, h)
			if before && !errors.Is(err, ErrFailed) {
				t.Errorf("after the failure: %v", err)
			}
		}
	}()
	if err := <-fatal; !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
		t.Errorf("fatal: %v", err)
	}
	if !ends {
		<-done
	}
	reopen(t, 0, mem.CrashClone(vfs.CrashCloneCfg{}), h.outcome())
}

// oneBatch writes a batch of a history and syncs it.
func oneBatch(db *DB, h *history) error {
	b := db.NewBatch()
	h.batch(b)
	h.note(nil)
	err := db.Apply(b)
	if err == nil {
		err = db.Sync()
	}
	if err == nil {
		h.note(&h.last)
	}
	return err
}
