package storage

import (
	"errors"
	"flag"
	"fmt"
	"hash/crc64"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

var flips = flag.Int("faults.flips", 8, "bits flipped in each kind of file of each database")

// What becomes of a database with one flipped bit.
const (
	flipRefused  = "refused"        // Open says that it is damaged
	flipReported = "reported"       // reads and Verify say so
	flipUnharmed = "nothing"        // all is there: the bit was in an unused place
	flipMissed   = "lost, or worse" // and nobody says so
)

// unverified begins what is wrong with a database that Verify took for sound.
const unverified = "not verified: "

// fillUp writes batches that leave tables, a manifest of several edits, and a log
// of several blocks, and syncs after every so many.
func fillUp(t testing.TB, db *DB, h *history, batches, every int) {
	t.Helper()
	b := db.NewBatch()
	defer b.Close()
	for i := 1; i <= batches; i++ {
		b.Reset()
		h.batch(b)
		err := db.Apply(b)
		if i%every == 0 {
			err = errors.Join(err, db.Sync())
			h.synced = h.last
		}
		if i%16 == 5 && i < batches-20 {
			err = errors.Join(err, db.p.Flush())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// smallBlocks are options for databases that will be damaged: for each damaged
// block that it reads, Pebble tries out which bit it may be, which takes a second
// for one of 32 KiB.
func smallBlocks(t testing.TB, fs vfs.FS) Options {
	o := options(t, fs)
	o.tune = func(p *pebble.Options) {
		p.DisableAutomaticCompactions = true
		for i := range p.Levels {
			p.Levels[i].BlockSize = 1 << 10
		}
	}
	return o
}

// filled returns what is on the disk after 48 batches, all of them synced, and an
// end.
func filled(t testing.TB, every int, end func(*DB, *vfs.MemFS) *vfs.MemFS) *vfs.MemFS {
	t.Helper()
	mem := vfs.NewCrashableMem()
	db, err := Open(smallBlocks(t, mem))
	if err != nil {
		t.Fatal(err)
	}
	fillUp(t, db, &history{rng: rand.New(rand.NewPCG(5, 5))}, 48, every)
	after := end(db, mem)
	if after != mem {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return after
}

// ends are the ways in which a database may have been left.
var ends = map[string]func(*DB, *vfs.MemFS) *vfs.MemFS{
	"closed": func(db *DB, mem *vfs.MemFS) *vfs.MemFS {
		if err := db.Close(); err != nil {
			panic(err)
		}
		return mem
	},
	"killed": func(_ *DB, mem *vfs.MemFS) *vfs.MemFS {
		return mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: rand.New(rand.NewPCG(1, 1))})
	},
	"power cut after a seal": func(db *DB, mem *vfs.MemFS) *vfs.MemFS {
		if err := db.Seal(); err != nil {
			panic(err)
		}
		return mem.CrashClone(vfs.CrashCloneCfg{})
	},
}

// A flipped bit is never the cause of silently fewer messages, wherever it is.
func TestFlippedBits(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(ends)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kinds := flipAll(t, filled(t, 1, ends[name]), *flips, ".sst", ".log", "MANIFEST", "OPTIONS", marksFile)
			for _, kind := range slices.Sorted(maps.Keys(kinds)) {
				t.Logf("%-8s %v", kind, kinds[kind])
				if missed := kinds[kind][flipMissed]; missed > 0 {
					t.Errorf("%s: %d flips went unnoticed", kind, missed)
				}
			}
		})
	}
}

// flipAll flips n bits in each of some kinds of files, one at a time, and counts
// what becomes of them.
func flipAll(t *testing.T, fs *vfs.MemFS, n int, of ...string) map[string]map[string]int {
	t.Helper()
	want, problems := content(t, cloned(t, fs))
	if problems != "" {
		t.Fatal(problems)
	}
	kinds := make(map[string]map[string]int)
	names, err := fs.List("/a/data")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(2, 2))
	for _, kind := range of {
		files := ofKind(names, kind)
		if len(files) == 0 {
			t.Fatalf("no %s in %q", kind, names)
		}
		kinds[kind] = make(map[string]int)
		for range n {
			name := files[rng.IntN(len(files))]
			bit := someBit(rng, fileSize(t, fs, name))
			kinds[kind][flipOne(t, fs, name, bit, want)]++
		}
	}
	return kinds
}

// ofKind picks files by what their names begin or end with.
func ofKind(names []string, kind string) (files []string) {
	for _, name := range names {
		if strings.HasPrefix(name, kind) || strings.HasSuffix(name, kind) {
			files = append(files, name)
		}
	}
	if kind != ".sst" && len(files) > 1 { // the others aren't needed any more
		slices.Sort(files)
		files = files[len(files)-1:]
	}
	return files
}

// someBit returns a bit of a file, of long ones often one of the end.
func someBit(rng *rand.Rand, size int64) int64 {
	if size > 4000 && rng.IntN(3) == 0 {
		return 8*size - 1 - rng.Int64N(8*4000)
	}
	return rng.Int64N(8 * size)
}

func fileSize(t *testing.T, fs vfs.FS, name string) int64 {
	t.Helper()
	info, err := fs.Stat("/a/data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// flipOne flips a bit in a copy and says what became of it.
func flipOne(t *testing.T, fs *vfs.MemFS, name string, bit int64, want uint64) string {
	t.Helper()
	clone := cloned(t, fs)
	flip(t, clone, "/a/data/"+name, bit)
	got, problems := content(t, clone)
	switch {
	case got == want:
		return flipUnharmed
	case strings.HasPrefix(problems, unverified):
		return flipMissed
	case strings.HasPrefix(problems, "open: "):
		return flipRefused
	case problems != "":
		return flipReported
	}
	return flipMissed
}

func cloned(t *testing.T, fs vfs.FS) *vfs.MemFS {
	t.Helper()
	clone := vfs.NewMem()
	if _, err := vfs.Clone(fs, clone, "/a/data", "/a/data"); err != nil {
		t.Fatal(err)
	}
	return clone
}

func flip(t *testing.T, fs vfs.FS, name string, bit int64) {
	t.Helper()
	f, err := fs.OpenReadWrite(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], bit/8); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << (bit % 8)
	if _, err := f.WriteAt(b[:], bit/8); err != nil {
		t.Fatal(err)
	}
}

// content sums up all records of a database, unless there are problems.
func content(t *testing.T, fs vfs.FS) (sum uint64, problems string) {
	t.Helper()
	return contentOf(smallBlocks(t, fs))
}

func contentOf(o Options) (sum uint64, problems string) {
	db, err := Open(o)
	if err != nil {
		return 0, "open: " + err.Error()
	}
	defer func() {
		if err := db.Close(); err != nil {
			problems += "close: " + err.Error()
		}
	}()
	var found []string
	if _, err := db.Verify(func(p Problem) { found = append(found, p.String()) }); err != nil {
		found = append(found, err.Error())
	}
	it, err := db.p.NewIter(nil)
	if err != nil {
		return 0, err.Error()
	}
	table := crc64.MakeTable(crc64.ECMA)
	for ok := it.First(); ok; ok = it.Next() {
		sum = crc64.Update(sum, table, fmt.Appendf(nil, "%d %d ", len(it.Key()), len(it.Value())))
		sum = crc64.Update(crc64.Update(sum, table, it.Key()), table, it.Value())
	}
	if err := it.Close(); err != nil && len(found) == 0 {
		return 0, unverified + err.Error()
	}
	if len(found) > 0 {
		return 0, strings.Join(found, "\n")
	}
	return sum, ""
}
