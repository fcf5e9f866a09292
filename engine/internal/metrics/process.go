package metrics

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

// process is what Linux says of this process at a moment.
type process struct {
	cpu               float64 // seconds
	peak              int64   // bytes of memory
	faults            int64   // page faults that had to read
	waited, displaced int64   // context switches: had to wait, others wanted the processor
	resident, virtual uint64  // bytes
	read, written     uint64  // bytes, of disks
}

// ObserveProcess registers what the operating system says of the process.
func (r *Registry) ObserveProcess() {
	var p process
	start := processStart()
	r.BeforeScrape(func() { p.look() })
	r.SecondsFunc(ProcessCPU, func() float64 { return p.cpu })
	r.GaugeFunc(ProcessMemory, func() float64 { return float64(p.resident) })
	r.GaugeFunc(ProcessMemoryPeak, func() float64 { return float64(p.peak) })
	r.GaugeFunc(ProcessVirtual, func() float64 { return float64(p.virtual) })
	r.GaugeFunc(ProcessFiles, func() float64 { return float64(openFiles()) })
	r.GaugeFunc(ProcessMaxFiles, maxFiles)
	r.GaugeFunc(ProcessStart, func() float64 { return start })
	r.CounterFunc(ProcessMajorFaults, func() uint64 { return uint64(p.faults) })
	r.CounterFunc(ProcessSwitches, func() uint64 { return uint64(p.waited) }, "voluntary")
	r.CounterFunc(ProcessSwitches, func() uint64 { return uint64(p.displaced) }, "involuntary")
	r.CounterFunc(ProcessBytesRead, func() uint64 { return p.read })
	r.CounterFunc(ProcessBytesWritten, func() uint64 { return p.written })
}

// look brings p up to date. What can't be found out stays as it was.
func (p *process) look() {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil {
		p.cpu = seconds(u.Utime) + seconds(u.Stime)
		p.peak, p.faults = u.Maxrss<<10, u.Majflt
		p.waited, p.displaced = u.Nvcsw, u.Nivcsw
	}
	if pages := numbers("/proc/self/statm"); len(pages) > 1 {
		size := uint64(os.Getpagesize())
		p.virtual, p.resident = pages[0]*size, pages[1]*size
	}
	p.lookAtDisks()
}

// lookAtDisks reads what containers often don't let a process read.
func (p *process) lookAtDisks() {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return
	}
	for line := range bytes.Lines(text) {
		key, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(": "))
		n, _ := strconv.ParseUint(string(value), 10, 64)
		switch string(key) {
		case "read_bytes":
			p.read = n
		case "write_bytes":
			p.written = n
		}
	}
}

func seconds(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }

// openFiles counts descriptors. Linux 6.2 and later tell it as the size of the
// directory; listing a million of them takes most of a second.
func openFiles() int64 {
	const path = "/proc/self/fd"
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		return info.Size()
	}
	d, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	return int64(len(names))
}

func maxFiles() float64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return float64(limit.Cur)
}

// ticksPerSecond is what proc_pid_stat(5) counts a process' start in (USER_HZ).
const ticksPerSecond = 100

// processStart is when the process started, in seconds since 1970; now where the
// system doesn't say.
func processStart() float64 {
	now := float64(time.Now().UnixMilli()) / 1000
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return now
	}
	// The name stands in brackets and may have brackets itself. The start is the
	// twentieth field behind it.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	up := numbers("/proc/uptime")
	if len(fields) < 20 || len(up) == 0 {
		return now
	}
	ticks, err := strconv.ParseUint(string(fields[19]), 10, 64)
	if err != nil {
		return now
	}
	return now - (float64(up[0]) - float64(ticks)/ticksPerSecond)
}

// numbers are the whole numbers at the start of a file's words.
func numbers(path string) (list []uint64) {
	text, _ := os.ReadFile(path)
	for word := range bytes.FieldsSeq(text) {
		whole, _, _ := bytes.Cut(word, []byte("."))
		n, err := strconv.ParseUint(string(whole), 10, 64)
		if err != nil {
			break
		}
		list = append(list, n)
	}
	return list
}
