package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// sysctlFile is where advice has its lines written.
const sysctlFile = "/etc/sysctl.d/90-gannet.conf"

// setting is a sysctl with what a server wants of it.
type setting struct {
	name   string
	least  func(t *Target) uint64
	why    string
	absent bool // there may be none on a good machine
}

func atLeast(n uint64) func(*Target) uint64 { return func(*Target) uint64 { return n } }

// perConnection wants so many for each connection, and some for everything else.
func perConnection(each, more uint64) func(*Target) uint64 {
	return func(t *Target) uint64 { return uint64(t.Connections)*each + more }
}

// perDescriptor wants as many as the server has descriptors for its connections, and
// some for everything else.
func perDescriptor(more uint64) func(*Target) uint64 {
	return func(t *Target) uint64 { return t.descriptors(t.Connections) + more }
}

// settings are those that docs/deploy/sysctl/90-gannet.conf explains.
var settings = []setting{
	{"net.core.somaxconn", atLeast(4096), "connections that come at once, after a restart, wait here to be accepted", false},
	{"net.ipv4.tcp_max_syn_backlog", atLeast(4096), "handshakes under way when all come back at once", false},
	{"net.core.netdev_max_backlog", atLeast(1000), "packets that wait for a processor", false},
	{"fs.file-max", perDescriptor(100_000), "open files of the whole machine", false},
	{"fs.nr_open", perDescriptor(0), "the most that a descriptor limit can be set to", false},
	{"vm.max_map_count", atLeast(65_530), "pieces of memory of one process", false},
	{"net.netfilter.nf_conntrack_max", perConnection(2, 10_000), "connections that the firewall keeps in mind; when it is full, packets are dropped", true},
}

// sysctls looks at the kernel's settings.
func sysctls(_ context.Context, m Machine, t *Target, r *Report) {
	for i := range settings {
		settings[i].look(m, t, r)
	}
	ports(m, r)
	socketMemory(m, t, r)
}

func (s *setting) look(m Machine, t *Target, r *Report) {
	n, err := m.number(sysctlPath(s.name))
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.absent:
		return
	case err != nil:
		r.unknown(s.name, err)
		return
	}
	least := s.least(t)
	r.add(judge(n >= least, Warn), s.name, fmt.Sprintf("%s = %d in %s (%s)", s.name, least, sysctlFile, s.why), "%d", n)
}

func sysctlPath(name string) string { return "proc/sys/" + strings.ReplaceAll(name, ".", "/") }

// ports are those of the connections that this machine opens: of a proxy on it to
// Gannet above all. One address of the proxy can hold no more connections than it has.
func ports(m Machine, r *Report) {
	const name = "net.ipv4.ip_local_port_range"
	text, err := m.read(sysctlPath(name))
	fields := strings.Fields(text)
	if err != nil || len(fields) != 2 {
		r.unknown(name, errors.Join(err, fmt.Errorf("%q", text)))
		return
	}
	low, err1 := strconv.Atoi(fields[0])
	high, err2 := strconv.Atoi(fields[1])
	if err := errors.Join(err1, err2); err != nil {
		r.unknown(name, err)
		return
	}
	n := high - low + 1
	r.add(judge(n >= 28_000, Warn), name, fmt.Sprintf("%s = 1024 65535 in %s (a proxy on this machine needs a port for each connection to Gannet)", name, sysctlFile),
		"%d to %d: %d connections from one address to one port", low, high, n)
}

// socketMemory compares what all sockets together may hold with one page for each
// connection: what a message to everybody takes.
func socketMemory(m Machine, t *Target, r *Report) {
	const name = "net.ipv4.tcp_mem"
	text, err := m.read(sysctlPath(name))
	fields := strings.Fields(text)
	if err != nil || len(fields) != 3 {
		r.unknown(name, errors.Join(err, fmt.Errorf("%q", text)))
		return
	}
	most, err := strconv.ParseUint(fields[2], 10, 64)
	if err != nil {
		r.unknown(name, err)
		return
	}
	r.add(judge(most >= uint64(t.Connections), Warn), name,
		fmt.Sprintf("%s = %d %d %d in %s (pages that all sockets together may hold; a message to everybody takes one for each connection)",
			name, t.Connections/2, t.Connections, t.Connections*3/2, sysctlFile),
		"%d pages at most", most)
}
