package storage

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// secretEntries are entries whose contents that are seen wherever they lie in the clear: too random
// to be compressed, and some of them.
func secretEntries(first, last uint64) (msgs []Message, secrets [][]byte) {
	msgs = entries(first, last)
	for i := range msgs {
		rng := rand.New(rand.NewPCG(msgs[i].Seq, 4))
		var b [48]byte
		for j := range b {
			b[j] = byte(rng.Uint32())
		}
		text := hex.AppendEncode(nil, b[:])
		msgs[i].Content, msgs[i].Extra = text[:32], text[32:64]
		msgs[i].Type = string(text[64:])
		if i%40 == 0 {
			secrets = append(secrets, msgs[i].Content, msgs[i].Extra, text[64:])
		}
	}
	return msgs, secrets
}

// fileWith names a file below a directory that has one of the texts in it, and
// counts the bytes that were looked at.
func fileWith(t testing.TB, fs vfs.FS, dir string, texts [][]byte) (name string, size int) {
	t.Helper()
	names, err := fs.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		path := fs.PathJoin(dir, n)
		if info, err := fs.Stat(path); err == nil && info.IsDir() {
			found, n := fileWith(t, fs, path, texts)
			name, size = name+found, size+n
			continue
		}
		f, err := fs.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		size += len(b)
		for _, text := range texts {
			if bytes.Contains(b, text) {
				name = path
			}
		}
	}
	return name, size
}

// writeSecrets writes entries that come to lie in the log, in tables of several
// levels, and in memory, and calls look where they do.
func writeSecrets(t testing.TB, db *DB, look func()) {
	t.Helper()
	for i := range uint64(4) {
		first := i*500 + 1
		msgs, _ := secretEntries(first, first+499)
		write(t, db, func(b *Batch) {
			putEntries(b, first, first+499)
			b.AppendMessages(1, countTo(first-1), msgs)
		})
		look()
		if err := db.p.Flush(); err != nil {
			t.Fatal(err)
		}
		look()
		if i == 2 {
			if err := db.p.Compact(t.Context(), []byte{0}, []byte{0xff}, false); err != nil {
				t.Fatal(err)
			}
			look()
		}
	}
}

// What people write isn't in any file, in the log, flushed or compacted.
func TestContentIsNotInFiles(t *testing.T) {
	_, secrets := secretEntries(1, 2000)
	for _, ids := range [][]string{nil, {"a"}} {
		fs := vfs.NewMem()
		sealed := len(ids) > 0
		check := func() {
			name, size := fileWith(t, fs, "/a", secrets)
			if sealed != (name == "") || size < 1000 {
				t.Errorf("sealed: %v, found in %q of %d bytes", sealed, name, size)
			}
		}
		inOpening(t, fs, ids, func(db *DB) { writeSecrets(t, db, check) })
		check()
	}
}

// After resealing, what was in the clear has left the files.
func TestContentLeavesFiles(t *testing.T) {
	_, secrets := secretEntries(1, 2000)
	fs := vfs.NewMem()
	inOpening(t, fs, nil, func(db *DB) { writeSecrets(t, db, func() {}) })
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		if name, _ := fileWith(t, fs, "/a", secrets); name == "" {
			t.Error("nothing was in the clear")
		}
		mustReseal(t, db)
		if err := db.DropOldKeys(t.Context(), Merging{}); err != nil {
			t.Error(err)
		}
	})
	if name, _ := fileWith(t, fs, "/a", secrets); name != "" {
		t.Errorf("content is still in %s", name)
	}
	inOpening(t, fs, []string{"a"}, func(db *DB) {
		if got := len(seqs(t, db, 1, 1, 2000)); got != 2000 {
			t.Errorf("%d messages", got)
		}
	})
}
