package doctor

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// disk looks at the file system of the data: of what kind it is, how long its flush
// takes and how much room there is.
func disk(ctx context.Context, m Machine, t *Target, r *Report) {
	dir, err := nearest(t.DataDir)
	if err != nil {
		r.unknown("file system", err)
		return
	}
	if at, err := m.mountOf(dir); err != nil {
		r.unknown("file system", err)
	} else {
		judgeMount(&at, r)
		m.writeCache(at.device, r)
	}
	room(dir, t, r)
	times, err := flushTimes(ctx, dir)
	if err != nil {
		r.unknown("flush time", err)
		return
	}
	judgeFlush(times, r)
}

// The kinds of file systems on which data isn't kept, or whose flush depends on others.
var (
	inMemory = []string{"tmpfs", "ramfs"}
	remote   = []string{"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs"}
)

func judgeMount(at *mount, r *Report) {
	const name = "file system"
	has := func(option string) bool { return slices.Contains(at.options, option) }
	found := at.kind + " on " + at.point
	switch {
	case slices.Contains(inMemory, at.kind):
		r.add(Fail, name, "data_dir on a disk: what is in memory is gone after a restart", "%s", found)
	case slices.Contains(remote, at.kind) || strings.HasPrefix(at.kind, "fuse."):
		r.add(Warn, name, "data_dir on a local disk: every message waits for the flush of a network file system, and for how honest it is", "%s", found)
	case has("ro"):
		r.add(Fail, name, "mount it for writing", "%s is read-only", found)
	case has("nobarrier") || has("barrier=0"):
		r.add(Fail, name, "mount it without nobarrier: else what was answered is lost when the power fails", "%s with barriers switched off", found)
	case has("sync") || has("dirsync"):
		r.add(Warn, name, "mount it without sync: Gannet flushes by itself what has to be", "%s with sync", found)
	case at.kind == "overlay":
		r.add(Warn, name, "a volume for data_dir: the layers of a container go with it", "%s", found)
	default:
		r.add(OK, name, "", "%s (%s)", found, strings.Join(at.options, ","))
	}
}

// writeCache says whether the disk keeps writes in a cache of its own.
func (m Machine) writeCache(device string, r *Report) {
	const name = "disk's cache"
	dir := filepath.Join("sys/dev/block", device)
	text, err := m.read(filepath.Join(dir, "queue/write_cache"))
	if err != nil { // a partition has none; its disk is above
		if real, linked := filepath.EvalSymlinks(filepath.Join(m.Root, "/", dir)); linked == nil {
			raw, e := os.ReadFile(filepath.Join(filepath.Dir(real), "queue/write_cache"))
			text, err = strings.TrimSpace(string(raw)), e
		}
	}
	switch {
	case err != nil:
		r.unknown(name, err)
	case text == "write back":
		r.add(OK, name, "", "write back: a flush empties it, unless it is told not to by a controller")
	default:
		r.add(OK, name, "", "%s", text)
	}
}

// room looks how much is free.
func room(dir string, t *Target, r *Report) {
	const name = "free space"
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		r.unknown(name, err)
		return
	}
	free, all := s.Bavail*uint64(s.Bsize), s.Blocks*uint64(s.Bsize)
	judgeRoom(free, all, t.MinFreeBytes, r)
}

func judgeRoom(free, all, least uint64, r *Report) {
	const name = "free space"
	switch {
	case free < least:
		r.add(Fail, name, "make room, or put data_dir on a larger disk: sends are refused (storage_full)", "%s of %s, below storage.min_free_bytes (%s)", size(free), size(all), size(least))
	case free < max(2*least, 1<<30):
		r.add(Warn, name, "make room, or put data_dir on a larger disk: at storage.min_free_bytes sends are refused", "%s of %s", size(free), size(all))
	default:
		r.add(OK, name, "", "%s of %s", size(free), size(all))
	}
}

const (
	flushes   = 200
	flushTime = 2 * time.Second // for all of them at most
	flushSize = 4 << 10
)

// flushTimes times writes of a block each with a flush (fdatasync), as the log makes
// them, in a file that has no name any more.
func flushTimes(ctx context.Context, dir string) ([]time.Duration, error) {
	f, err := os.CreateTemp(dir, ".gannet-doctor-")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return nil, err
	}
	if _, err := f.Write(make([]byte, flushes*flushSize)); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	var times []time.Duration
	block := make([]byte, flushSize)
	for begin := time.Now(); len(times) < flushes && time.Since(begin) < flushTime && ctx.Err() == nil; {
		block[0] = byte(len(times)) + 1
		if _, err := f.WriteAt(block, int64(len(times))*flushSize); err != nil {
			return nil, err
		}
		begun := time.Now()
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			return nil, err
		}
		times = append(times, time.Since(begun))
	}
	slices.Sort(times)
	return times, ctx.Err()
}

// judgeFlush judges times, which are sorted.
func judgeFlush(times []time.Duration, r *Report) {
	const name = "flush time"
	p50, p99 := times[len(times)/2], times[len(times)*99/100]
	found := "p50 " + p50.Round(time.Microsecond).String() + ", p99 " + p99.Round(time.Microsecond).String()
	switch {
	case p50 > 20*time.Millisecond || p99 > 200*time.Millisecond:
		r.add(Warn, name, "a disk with a cache that outlives a power failure: every message waits for one flush, which it shares with others", "%s (%d flushes)", found, len(times))
	case p50 < 5*time.Microsecond:
		r.add(Warn, name, "look whether the disk, its controller or the virtual machine passes flushes on: this is too fast to be one", "%s (%d flushes)", found, len(times))
	default:
		r.add(OK, name, "", "%s (%d flushes)", found, len(times))
	}
}
