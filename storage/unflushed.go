package storage

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Tags that an edit of the manifest begins with, where it has them.
const (
	tagComparer  = 1 // a string
	tagLogNumber = 2 // a number: logs from it on aren't all in tables
)

// checkLogs refuses a directory without a log that something synced was in and
// that isn't in tables: Pebble would open without it. It never errs the other way:
// Pebble removes a log only when the manifest says, durably, that a later one is
// the first it needs. Which log was the newest says nothing, as marks may be
// behind.
func checkLogs(fs vfs.FS, dir, manifest string, marks []mark, there map[string]mark) error {
	first, known, err := firstLog(fs, fs.PathJoin(dir, manifest))
	if err != nil || !known {
		return err
	}
	for _, m := range marks {
		text, isLog := strings.CutSuffix(m.name, ".log")
		number, err := strconv.ParseUint(text, 10, 64)
		if _, ok := there[m.name]; ok || !isLog || err != nil || m.length == 0 || number < first {
			continue
		}
		return fmt.Errorf("%w: %s is gone, and %d bytes that were written to it", ErrDamaged, m.name, m.length)
	}
	return nil
}

// firstLog returns the number of the first log that a manifest needs. It isn't
// known where the manifest says something that this program doesn't understand:
// Pebble has its own word on that.
func firstLog(fs vfs.FS, name string) (first uint64, known bool, err error) {
	f, err := fs.Open(name)
	if err != nil {
		return 0, false, err
	}
	defer f.Close()
	for edits := record.NewReader(f, 0); ; {
		r, err := edits.Next()
		if errors.Is(err, io.EOF) || record.IsInvalidRecord(err) {
			return first, true, nil // as Pebble does, which has written no more
		}
		if err != nil {
			return 0, false, err
		}
		number, err := logNumber(bufio.NewReader(r))
		if err != nil {
			return 0, false, nil
		}
		if number != 0 {
			first = number
		}
	}
}

// logNumber reads the beginning of an edit; 0 if it says nothing of logs.
func logNumber(r *bufio.Reader) (uint64, error) {
	tag, err := binary.ReadUvarint(r)
	if err == nil && tag == tagComparer {
		var n uint64
		if n, err = binary.ReadUvarint(r); err != nil {
			return 0, err
		}
		if _, err = io.CopyN(io.Discard, r, int64(min(n, slotBytes))); err != nil {
			return 0, err
		}
		tag, err = binary.ReadUvarint(r)
	}
	if err != nil || tag != tagLogNumber {
		return 0, err
	}
	return binary.ReadUvarint(r)
}
