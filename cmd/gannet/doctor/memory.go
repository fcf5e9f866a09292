package doctor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What a server takes: caches and memtables, and for each connection its own part and
// the kernel's socket.
const (
	baseBytes       = 1 << 30
	connectionBytes = 8 << 10
	secureBytes     = 22 << 10 // besides, of one over TLS
)

// memory looks whether there is enough for the connections wanted.
func memory(_ context.Context, m Machine, t *Target, r *Report) {
	info, err := m.meminfo()
	if err != nil {
		r.unknown("memory", err)
		return
	}
	have, where := info["MemTotal"], "of the machine"
	if text, err := m.cgroup("memory.max"); err == nil && text != "max" {
		if limit, err := strconv.ParseUint(text, 10, 64); err == nil && limit < have {
			have, where = limit, "that the control group gives"
		}
	}
	each := uint64(connectionBytes)
	if t.TLS {
		each += secureBytes
	}
	need := baseBytes + uint64(t.Connections)*each
	r.add(judge(have >= need, Warn), "memory", fmt.Sprintf("%s are reckoned for caches and %d connections", size(need), t.Connections),
		"%s %s, %s free or to be had", size(have), where, size(info["MemAvailable"]))
}

// meminfo reads /proc/meminfo, in bytes.
func (m Machine) meminfo() (map[string]uint64, error) {
	text, err := m.read("proc/meminfo")
	if err != nil {
		return nil, err
	}
	info := make(map[string]uint64)
	for line := range strings.Lines(text) {
		name, rest, _ := strings.Cut(line, ":")
		fields := strings.Fields(rest)
		if len(fields) == 0 {
			continue
		}
		if n, err := strconv.ParseUint(fields[0], 10, 64); err == nil {
			info[name] = n << 10
		}
	}
	if info["MemTotal"] == 0 {
		return nil, errors.New("no MemTotal in /proc/meminfo")
	}
	return info, nil
}

// hugepages looks whether the kernel gives huge pages to who didn't ask. With always
// it may stop a process for as long as it takes to make one.
func hugepages(_ context.Context, m Machine, _ *Target, r *Report) {
	text, err := m.read("sys/kernel/mm/transparent_hugepage/enabled")
	if err != nil {
		r.unknown("huge pages", err)
		return
	}
	_, rest, _ := strings.Cut(text, "[")
	chosen, _, _ := strings.Cut(rest, "]")
	r.add(judge(chosen != "always", Warn), "huge pages",
		"echo madvise > /sys/kernel/mm/transparent_hugepage/enabled, or transparent_hugepage=madvise for the kernel: memory grows and pauses come with always", "%s", chosen)
}

// swap looks whether memory may go to a disk: a loop that waits for that holds up
// all its connections.
func swap(_ context.Context, m Machine, _ *Target, r *Report) {
	info, err := m.meminfo()
	if err != nil {
		r.unknown("swap", err)
		return
	}
	total, used := info["SwapTotal"], info["SwapTotal"]-info["SwapFree"]
	if total == 0 {
		r.add(OK, "swap", "", "none")
		return
	}
	if text, err := m.cgroup("memory.swap.max"); err == nil && text == "0" {
		r.add(OK, "swap", "", "none for this control group")
		return
	}
	r.add(Warn, "swap", "MemorySwapMax=0 in gannet.service, or swapoff -a", "%s, of which %s are used", size(total), size(used))
}

// size writes a number of bytes for people.
func size(n uint64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}
