package doctor

import (
	"context"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// Target is the server that is to run on the machine.
type Target struct {
	DataDir      string
	MinFreeBytes uint64
	Connections  int  // WebSocket connections; 0: as many as may be
	TLS          bool // each of them may come over TLS
	Listeners    []Listener
	Files        []File
	CertFile     string // of TLS; "": none
	KeyFile      string

	// Room is how many connections the server takes where it may have so many
	// descriptors. It must be set, and not fall where there are more.
	Room func(descriptors uint64) int
}

// descriptors is how few the server takes so many connections with.
func (t *Target) descriptors(connections int) uint64 {
	return uint64(sort.Search(1<<40, func(n int) bool { return t.Room(uint64(n)) >= connections }))
}

// Listener is an address that the server listens on.
type Listener struct {
	Key  string // of the configuration
	Addr string // host:port
	TLS  bool   // it speaks HTTPS
}

// File is one that the configuration names.
type File struct {
	Key    string // of the configuration
	Path   string
	Secret bool // nobody else should be able to read it
}

// Machine is where a check looks. The zero Machine is this one; tests make another.
type Machine struct {
	Root string // before /proc, /sys and /run; "": the machine's own
}

// Look makes all checks. It returns when they are done, or early when ctx ends.
func Look(ctx context.Context, m Machine, t *Target) *Report {
	r := new(Report)
	for _, check := range []func(context.Context, Machine, *Target, *Report){
		place, descriptors, sysctls, processors, memory, hugepages, swap, disk, dataDir, clock, listeners, files, certificate,
	} {
		if ctx.Err() != nil {
			break
		}
		check(ctx, m, t, r)
	}
	return r
}

// read returns the text of a file of the kernel's, without the white space around it.
func (m Machine) read(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join("/", m.Root, name))
	return strings.TrimSpace(string(text)), err
}

// number returns the first number in such a file.
func (m Machine) number(name string) (uint64, error) {
	text, err := m.read(name)
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(strings.Join(strings.Fields(text), " "), " ")
	return strconv.ParseUint(first, 10, 64)
}

// exists reports whether there is such a file.
func (m Machine) exists(name string) bool {
	_, err := os.Stat(filepath.Join("/", m.Root, name))
	return err == nil
}

// place says what kind of place this is: in a container much can't be seen.
func place(_ context.Context, m Machine, _ *Target, r *Report) {
	if kind := m.container(); kind != "" {
		r.add(Unknown, "machine", "run gannet doctor on the host, too",
			"this is a container (%s): disk, clock, processors and some limits are the host's", kind)
		return
	}
	r.add(OK, "machine", "", "no container, as far as can be seen")
}

// container names the kind of container that this is, as far as it can be seen.
func (m Machine) container() string {
	switch env, _ := m.read("proc/1/environ"); {
	case m.exists(".dockerenv"):
		return "Docker"
	case m.exists("run/.containerenv"):
		return "Podman"
	case strings.Contains(env, "container="):
		return "by the environment of process 1"
	case m.exists("var/run/secrets/kubernetes.io"):
		return "Kubernetes"
	}
	return ""
}
