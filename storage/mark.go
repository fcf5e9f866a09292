package storage

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// A mark says that a file was durable up to a length, and what these bytes were.
// Pebble takes a damaged record at the end of its log or manifest, and of a
// manifest anywhere, for the trace of a crash, and drops what follows; the marks
// tell one from the other.
type mark struct {
	name   string // in the database's directory
	length int64
	sum    uint32 // CRC-32C
}

const (
	marksFile   = "MARKS"
	marksHeader = "gannet marks 1"
	slotBytes   = 4096
	maxMarks    = 64 // what a slot holds, with room to spare
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// isMarked reports whether a file is one that Pebble may read short.
func isMarked(base string) bool {
	return isManifest(base) || strings.HasSuffix(base, ".log")
}

func isManifest(base string) bool { return strings.HasPrefix(base, "MANIFEST-") }

// appendSlot appends the text of a slot: a header with the number of the
// writing, a line for each mark, and a checksum.
func appendSlot(b []byte, turn uint64, marks []mark) []byte {
	start := len(b)
	b = fmt.Appendf(b, "%s %d\n", marksHeader, turn)
	for _, m := range marks {
		b = fmt.Appendf(b, "%s %d %08x\n", m.name, m.length, m.sum)
	}
	return fmt.Appendf(b, "end %08x\n", crc32.Checksum(b[start:], castagnoli))
}

// readSlot returns what a slot says; false if it is damaged or was never written.
func readSlot(b []byte) (turn uint64, marks []mark, ok bool) {
	end := bytes.Index(b, []byte("\nend ")) + 1
	if end == 0 {
		return 0, nil, false
	}
	head, rest, _ := strings.Cut(string(b[:end]), "\n")
	if _, err := fmt.Sscanf(head, marksHeader+" %d", &turn); err != nil {
		return 0, nil, false
	}
	for line := range strings.Lines(rest) {
		var m mark
		if _, err := fmt.Sscanf(line, "%s %d %x\n", &m.name, &m.length, &m.sum); err != nil {
			return 0, nil, false
		}
		marks = append(marks, m)
	}
	return turn, marks, bytes.HasPrefix(b, appendSlot(nil, turn, marks))
}

// foundMarks is what the file of marks says.
type foundMarks struct {
	turn    uint64 // of the newest slot
	marks   []mark // of the same
	sealing int    // the slot to be sealed next
}

// readMarks returns the newest of the slots. A directory without the file has no
// marks; one in which all slots are damaged is refused.
func readMarks(fs vfs.FS, dir string) (found foundMarks, err error) {
	b, err := readFile(fs, fs.PathJoin(dir, marksFile), slots*slotBytes)
	if errors.Is(err, os.ErrNotExist) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	whole, sealed := false, uint64(0)
	for i := range len(b) / slotBytes {
		turn, marks, ok := readSlot(b[i*slotBytes:][:slotBytes])
		if !ok {
			continue
		}
		if !whole || turn > found.turn {
			found.turn, found.marks = turn, marks
		}
		if i != looseSlot && turn >= sealed {
			found.sealing, sealed = otherSlot(i), turn
		}
		whole = true
	}
	if !whole {
		return found, fmt.Errorf("%w: %s says nothing of the other files", ErrDamaged, marksFile)
	}
	return found, nil
}

// check holds a file against its mark. A file that is gone may not have been
// needed any more; see checkLogs.
func (m *mark) check(fs vfs.FS, dir string) (there bool, err error) {
	f, err := fs.Open(fs.PathJoin(dir, m.name))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	sum := crc32.New(castagnoli)
	n, err := io.Copy(sum, io.LimitReader(f, m.length))
	switch {
	case err != nil:
		return false, err
	case n < m.length:
		return false, fmt.Errorf("%w: %s has %d bytes of the %d that were written", ErrDamaged, m.name, n, m.length)
	case sum.Sum32() != m.sum:
		return false, fmt.Errorf("%w: the first %d bytes of %s aren't those that were written", ErrDamaged, n, m.name)
	}
	return true, nil
}

// checkMarks holds the files of a directory against their marks, and returns
// the marks of those that are there.
func checkMarks(fs vfs.FS, dir string, all []mark) (map[string]mark, error) {
	marks := make(map[string]mark, len(all))
	for _, m := range all {
		there, err := m.check(fs, dir)
		if err != nil {
			return nil, err
		}
		if there {
			marks[m.name] = m
		}
	}
	return marks, nil
}

// newest returns the marks in a fixed order; of too many the newest.
func newest(marks map[string]mark) []mark {
	sorted := slices.SortedFunc(maps.Values(marks), func(a, b mark) int {
		return cmp.Compare(a.name, b.name)
	})
	return sorted[max(0, len(sorted)-maxMarks):]
}
