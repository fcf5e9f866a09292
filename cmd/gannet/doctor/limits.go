package doctor

import (
	"context"
	"fmt"

	"golang.org/x/sys/unix"
)

// goodRoom is what nobody runs into who hasn't said how many are wanted.
const goodRoom = 10_000

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
	const name = "descriptors"
	advice := fmt.Sprintf("LimitNOFILE=%d in gannet.service, or nofile in /etc/security/limits.conf for a login (this is the limit of the present one)",
		t.descriptors(max(t.Connections, goodRoom)))
	room, each := t.Room(hard), ""
	if t.TLS {
		each = " over TLS"
	}
	switch {
	case t.Connections > room:
		r.add(Fail, name, advice, "the hard limit is %d: room for %d connections%s, and limits.connections is %d", hard, room, each, t.Connections)
	case t.Connections == 0:
		r.add(judge(room >= goodRoom, Warn), name, advice, "the hard limit is %d: room for %d connections%s", hard, room, each)
	default:
		r.add(OK, name, "", "the hard limit is %d: room for %d connections%s, of which %d are wanted", hard, room, each, t.Connections)
	}
}
