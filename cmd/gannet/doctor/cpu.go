package doctor

import (
	"context"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// processors looks at how many there are to use, and whether they are slowed down.
func processors(_ context.Context, m Machine, _ *Target, r *Report) {
	quota, limited := m.cpuQuota()
	switch {
	case limited:
		r.add(judge(quota >= 1, Warn), "processors", "CPUQuota= in gannet.service, or the container's limit: with less than one whole processor the loops wait for each other",
			"%d, of which the control group gives %.2f", runtime.NumCPU(), quota)
	default:
		r.add(judge(runtime.NumCPU() >= 2, Warn), "processors", "two or more let the disk, the sockets and the log work beside each other", "%d", runtime.NumCPU())
	}
	governors(m, r)
}

// cpuQuota is how many processors' time the control group (version 2) gives.
func (m Machine) cpuQuota() (quota float64, limited bool) {
	text, err := m.cgroup("cpu.max")
	fields := strings.Fields(text)
	if err != nil || len(fields) != 2 || fields[0] == "max" {
		return 0, false
	}
	most, err1 := strconv.ParseFloat(fields[0], 64)
	period, err2 := strconv.ParseFloat(fields[1], 64)
	if err1 != nil || err2 != nil || period == 0 {
		return 0, false
	}
	return most / period, true
}

// cgroup reads a file of this process' control group, version 2. A container sees
// its own at the root.
func (m Machine) cgroup(name string) (string, error) {
	own, err := m.read("proc/self/cgroup")
	if err != nil {
		return "", err
	}
	path := "/"
	for line := range strings.Lines(own) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			path = rest
		}
	}
	return m.read(filepath.Join("sys/fs/cgroup", path, name))
}

// governors looks how the processors choose their speed. Where nothing is said of it
// (virtual machines) there is nothing to choose.
func governors(m Machine, r *Report) {
	names, err := filepath.Glob(filepath.Join(m.Root, "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"))
	if err != nil || len(names) == 0 {
		r.add(Unknown, "processors' speed", "", "the kernel doesn't say; usual in virtual machines")
		return
	}
	text, err := m.read(strings.TrimPrefix(names[0], m.Root))
	if err != nil {
		r.unknown("processors' speed", err)
		return
	}
	r.add(judge(text != "powersave" && text != "ondemand" && text != "conservative", Warn), "processors' speed",
		"cpupower frequency-set -g performance: a processor that is slow to wake up adds to every message", "governor %s", text)
}
