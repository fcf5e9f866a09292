package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

const mounts = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 0:40 / /tmp rw,nosuid - tmpfs tmpfs rw,size=1g
31 22 259:2 / /var/lib rw,relatime - xfs /dev/nvme0n1p2 rw,nobarrier
32 31 0:50 / /var/lib/with\040space rw shared:9 master:2 - nfs4 host:/x rw
33 22 0:51 / /srv ro,relatime - ext4 /dev/sdb1 rw
34 22 0:52 / /over rw - overlay overlay rw
35 22 0:53 / /sync rw,sync - ext4 /dev/sdc1 rw
36 22 0:54 / /box rw - fuse.sshfs x rw
`

func TestMounts(t *testing.T) {
	m := machine(t, map[string]string{"proc/self/mountinfo": mounts})
	for path, want := range map[string]struct {
		state State
		found string
	}{
		"/data":               {OK, "ext4 on /"},
		"/tmp":                {Fail, "tmpfs on /tmp"},
		"/tmpfoo":             {OK, "ext4 on /"},
		"/var/lib/gannet":     {Fail, "xfs on /var/lib with barriers switched off"},
		"/var/lib/with space": {Warn, "nfs4 on /var/lib/with space"},
		"/srv/x":              {Fail, "read-only"},
		"/over/x":             {Warn, "overlay"},
		"/sync/x":             {Warn, "with sync"},
		"/box":                {Warn, "fuse.sshfs"},
	} {
		at, err := m.mountOf(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		var r Report
		judgeMount(&at, &r)
		only(t, &r, "file system", want.state, want.found)
	}
	if _, err := machine(t, map[string]string{"proc/self/mountinfo": "1 2 3\n"}).mountOf("/"); err == nil {
		t.Error("nonsense was understood")
	}
}

func TestWriteCache(t *testing.T) {
	m := machine(t, map[string]string{
		"sys/devices/disk/sda/queue/write_cache":  "write back\n",
		"sys/devices/disk/sda/sda1/partition":     "1\n",
		"sys/devices/disk/dm-0/queue/write_cache": "write through\n",
		"sys/dev/block/none":                      "",
	})
	for dev, at := range map[string]string{"8:1": "sda/sda1", "8:0": "sda", "253:0": "dm-0"} {
		if err := os.Symlink(filepath.Join(m.Root, "sys/devices/disk", at), filepath.Join(m.Root, "sys/dev/block", dev)); err != nil {
			t.Fatal(err)
		}
	}
	for dev, want := range map[string]string{"8:1": "write back", "8:0": "write back", "253:0": "write through"} {
		var r Report
		m.writeCache(dev, &r)
		only(t, &r, "disk's cache", OK, want)
	}
	var r Report
	m.writeCache("0:50", &r)
	only(t, &r, "disk's cache", Unknown, "can't be seen")
}

func TestRoom(t *testing.T) {
	for free, want := range map[uint64]State{1 << 20: Fail, 256<<20 - 1: Fail, 256 << 20: Warn, 1<<30 - 1: Warn, 1 << 30: OK} {
		var r Report
		judgeRoom(free, 1<<40, 256<<20, &r)
		only(t, &r, "free space", want, "of 1024.0 GiB")
	}
}

// The disk is timed, and nothing is left behind.
func TestFlushTimes(t *testing.T) {
	dir := t.TempDir()
	times, err := flushTimes(t.Context(), dir)
	if err != nil || len(times) == 0 || !slices.IsSorted(times) || times[0] <= 0 {
		t.Errorf("%v %v", times, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
	if _, err := flushTimes(t.Context(), filepath.Join(dir, "none")); err == nil {
		t.Error("timed nothing")
	}
}

func TestJudgeFlush(t *testing.T) {
	for name, tc := range map[string]struct {
		p50, p99 time.Duration
		want     State
	}{
		"good": {100 * time.Microsecond, 2 * time.Millisecond, OK}, "slow": {21 * time.Millisecond, 30 * time.Millisecond, Warn},
		"tail": {time.Millisecond, 201 * time.Millisecond, Warn}, "fast": {time.Microsecond, time.Millisecond, Warn},
	} {
		times := slices.Repeat([]time.Duration{tc.p50}, 98)
		times = append(times, tc.p99, tc.p99)
		var r Report
		judgeFlush(times, &r)
		t.Log(name)
		only(t, &r, "flush time", tc.want, "p50 "+tc.p50.String()+", p99 "+tc.p99.String())
	}
}
