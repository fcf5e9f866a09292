package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// usage is what a process has used so far.
type usage struct {
	cpu      time.Duration // user and system
	resident int64         // bytes in memory now
}

// clockTicks is the unit of CPU times in /proc: USER_HZ, which Linux fixes at
// 100 for everything it shows to programs.
const clockTicks = 100

// usageOf reads /proc; the process must be on this machine.
func usageOf(pid int) (usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, err
	}
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return usage{}, err
	}
	return parseUsage(stat, statm)
}

// parseUsage reads utime and stime, the 14th and 15th field of stat (its second
// one, the name, may hold anything, hence the search for its end), and resident
// pages, the second of statm.
func parseUsage(stat, statm []byte) (usage, error) {
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	pages := strings.Fields(string(statm))
	if len(fields) < 13 || len(pages) < 2 {
		return usage{}, fmt.Errorf("unreadable /proc entry %q", stat)
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	resident, err3 := strconv.ParseInt(pages[1], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return usage{}, fmt.Errorf("unreadable /proc entry %q", stat)
	}
	return usage{
		cpu:      time.Duration(user+system) * time.Second / clockTicks,
		resident: resident * int64(os.Getpagesize()),
	}, nil
}

// ownCPU is the CPU time of the generator.
func ownCPU() time.Duration {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
