package doctor

import (
	"context"

	"golang.org/x/sys/unix"
)

// reservedFiles is what Gannet keeps for its database and HTTP at most.
const reservedFiles = 2048

// descriptors looks whether there are as many as connections are wanted.
func descriptors(_ context.Context, _ Machine, t *Target, r *Report) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		r.unknown("descriptors", err)
		return
	}
	judgeDescriptors(limit.Max, t, r)
}

// judgeDescriptors judges the hard limit: Gannet raises the soft one to it.
func judgeDescriptors(hard uint64, t *Target, r *Report) {
	const name, advice = "descriptors", "LimitNOFILE= in gannet.service, or nofile in /etc/security/limits.conf for a login (this is the limit of the present one)"
	room := int(min(hard, 1<<40)) - int(min(reservedFiles, hard/2))
	switch {
	case t.Connections > room:
		r.add(Fail, name, advice, "the hard limit is %d: room for %d connections, and limits.connections is %d", hard, room, t.Connections)
	case t.Connections == 0:
		r.add(judge(room >= 10_000, Warn), name, advice, "the hard limit is %d: room for %d connections", hard, room)
	default:
		r.add(OK, name, "", "the hard limit is %d: room for %d connections, of which %d are wanted", hard, room, t.Connections)
	}
}
