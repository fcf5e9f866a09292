package doctor

import (
	"strings"
	"testing"
)

func TestDescriptors(t *testing.T) {
	for _, tc := range []struct {
		hard        uint64
		connections int
		want        State
	}{
		{1 << 20, 0, OK}, {1 << 20, 1_000_000, OK}, {1_002_047, 1_000_000, Fail}, {1_002_048, 1_000_000, OK},
		{1024, 0, Warn}, {1024, 512, OK}, {1024, 513, Fail}, {^uint64(0), 10_000_000, OK},
	} {
		var r Report
		judgeDescriptors(tc.hard, &Target{Connections: tc.connections, Room: plain}, &r)
		only(t, &r, "descriptors", tc.want, "the hard limit is")
	}
}

// Where connections take three descriptors, a third as many have room.
func TestDescriptorsOverTLS(t *testing.T) {
	target := &Target{Connections: 1_000_000, TLS: true, Room: overTLS}
	var r Report
	judgeDescriptors(1<<20, target, &r)
	only(t, &r, "descriptors", Fail, "room for 348501 connections over TLS, and")
	if want := "LimitNOFILE=3003072 "; !strings.Contains(r.Lines[0].Advice, want) {
		t.Errorf("%+v, want %s", r.Lines, want)
	}
	r = Report{}
	judgeDescriptors(3_003_072, target, &r)
	only(t, &r, "descriptors", OK, "room for 1000000 connections over TLS")
	r = Report{}
	sysctls(t.Context(), machine(t, good()), target, &r)
	line(t, &r, "fs.nr_open", Warn, "2097152")
}

// plain and overTLS are how servers divide their descriptors.
func plain(descriptors uint64) int {
	n := int(min(descriptors, 1<<40))
	return n - min(2048, n/2)
}

func overTLS(descriptors uint64) int { return (plain(descriptors) - 1024) / 3 }

// good is a machine for a million connections.
func good() map[string]string {
	return map[string]string{
		"proc/sys/net/core/somaxconn": "65535\n", "proc/sys/net/ipv4/tcp_max_syn_backlog": "65535\n",
		"proc/sys/net/core/netdev_max_backlog": "16384\n", "proc/sys/fs/file-max": "9223372036854775807\n",
		"proc/sys/fs/nr_open": "2097152\n", "proc/sys/vm/max_map_count": "262144\n",
		"proc/sys/net/ipv4/ip_local_port_range": "1024\t65535\n", "proc/sys/net/ipv4/tcp_mem": "786432\t1048576\t1572864\n",
		"proc/meminfo":     "MemTotal:       33554432 kB\nMemAvailable:   30000000 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n",
		"proc/self/cgroup": "0::/system.slice/gannet.service\n",
		"sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
	}
}

func TestSysctls(t *testing.T) {
	target := &Target{Connections: 1_000_000, Room: plain}
	var r Report
	sysctls(t.Context(), machine(t, good()), target, &r)
	if r.Worst() != OK || len(r.Lines) != 8 {
		t.Errorf("%+v", r.Lines)
	}
	for name, change := range map[string]struct{ file, text, found string }{
		"net.core.somaxconn":             {"net/core/somaxconn", "128", "128"},
		"net.ipv4.tcp_max_syn_backlog":   {"net/ipv4/tcp_max_syn_backlog", "512", "512"},
		"net.core.netdev_max_backlog":    {"net/core/netdev_max_backlog", "100", "100"},
		"fs.file-max":                    {"fs/file-max", "1000000", "1000000"},
		"fs.nr_open":                     {"fs/nr_open", "1000000", "1000000"},
		"vm.max_map_count":               {"vm/max_map_count", "1000", "1000"},
		"net.ipv4.ip_local_port_range":   {"net/ipv4/ip_local_port_range", "32768 40000", "7233 connections"},
		"net.ipv4.tcp_mem":               {"net/ipv4/tcp_mem", "1 2 3", "3 pages"},
		"net.netfilter.nf_conntrack_max": {"net/netfilter/nf_conntrack_max", "262144", "262144"},
	} {
		files := good()
		files["proc/sys/"+change.file] = change.text
		var r Report
		sysctls(t.Context(), machine(t, files), target, &r)
		line(t, &r, name, Warn, change.found)
		for _, l := range r.Lines {
			if l.State == Warn && (l.Check != name || !strings.Contains(l.Advice, name+" = ") || !strings.Contains(l.Advice, sysctlFile)) {
				t.Errorf("%s: %+v", name, l)
			}
		}
		files["proc/sys/"+change.file] = "nonsense"
		r = Report{}
		sysctls(t.Context(), machine(t, files), target, &r)
		line(t, &r, name, Unknown, "can't be seen")
	}
}

func TestProcessors(t *testing.T) {
	files := good()
	files["sys/fs/cgroup/system.slice/gannet.service/cpu.max"] = "50000 100000\n"
	files["sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"] = "powersave\n"
	var r Report
	processors(t.Context(), machine(t, files), nil, &r)
	line(t, &r, "processors", Warn, "0.50")
	line(t, &r, "processors' speed", Warn, "powersave")
	files["sys/fs/cgroup/system.slice/gannet.service/cpu.max"] = "max 100000\n"
	files["sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"] = "performance\n"
	r = Report{}
	processors(t.Context(), machine(t, files), nil, &r)
	if strings.Contains(r.Lines[0].Found, "control group") {
		t.Errorf("%+v", r.Lines)
	}
	line(t, &r, "processors' speed", OK, "performance")
	r = Report{}
	governors(machine(t, nil), &r)
	only(t, &r, "processors' speed", Unknown, "doesn't say")
}

func TestMemory(t *testing.T) {
	target := &Target{Connections: 1_000_000, Room: plain}
	files := good()
	var r Report
	memory(t.Context(), machine(t, files), target, &r)
	only(t, &r, "memory", OK, "32.0 GiB of the machine, 28.6 GiB free")
	files["proc/meminfo"] = strings.Replace(files["proc/meminfo"], "33554432", "16777216", 1)
	for tls, want := range map[bool]State{false: OK, true: Warn} {
		r = Report{}
		memory(t.Context(), machine(t, files), &Target{Connections: 1_000_000, TLS: tls}, &r)
		only(t, &r, "memory", want, "16.0 GiB of the machine")
	}
	files["proc/meminfo"] = good()["proc/meminfo"]
	files["sys/fs/cgroup/system.slice/gannet.service/memory.max"] = "4294967296\n"
	r = Report{}
	memory(t.Context(), machine(t, files), target, &r)
	only(t, &r, "memory", Warn, "4.0 GiB that the control group gives")
	delete(files, "proc/meminfo")
	r = Report{}
	memory(t.Context(), machine(t, files), target, &r)
	only(t, &r, "memory", Unknown, "can't be seen")
}

func TestSwapAndHugePages(t *testing.T) {
	files := good()
	var r Report
	swap(t.Context(), machine(t, files), nil, &r)
	only(t, &r, "swap", OK, "none")
	files["proc/meminfo"] = "MemTotal: 1024 kB\nSwapTotal: 2097152 kB\nSwapFree: 1048576 kB\n"
	r = Report{}
	swap(t.Context(), machine(t, files), nil, &r)
	only(t, &r, "swap", Warn, "2.0 GiB, of which 1.0 GiB are used")
	files["sys/fs/cgroup/system.slice/gannet.service/memory.swap.max"] = "0\n"
	r = Report{}
	swap(t.Context(), machine(t, files), nil, &r)
	only(t, &r, "swap", OK, "none for this control group")

	r = Report{}
	hugepages(t.Context(), machine(t, files), nil, &r)
	only(t, &r, "huge pages", OK, "madvise")
	files["sys/kernel/mm/transparent_hugepage/enabled"] = "[always] madvise never\n"
	r = Report{}
	hugepages(t.Context(), machine(t, files), nil, &r)
	only(t, &r, "huge pages", Warn, "always")
}
