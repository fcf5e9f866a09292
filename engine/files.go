package engine

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// fileBudget divides the file descriptors that this process may have. What is
// reserved is not for WebSocket connections: HTTP, the operator's listener and
// the database need theirs when the connections have all they can get.
type fileBudget struct {
	reserved int
	http     int // connections of the public HTTP listener, a part of reserved
	secure   int // WebSocket connections over TLS; 0: there is no TLS
}

const (
	mostReserved  = 2048
	leastReserved = 256
)

// newFileBudget reads the limit, which Go has raised to the hard one.
func newFileBudget(tls bool) (fileBudget, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fileBudget{}, fmt.Errorf("reading the descriptor limit: %w", err)
	}
	return budgetOf(limit.Cur, tls), nil
}

// Room is how many WebSocket connections a server of this configuration takes where
// the process may have so many file descriptors; limits.connections may be less.
func (c Config) Room(descriptors uint64) int {
	b := budgetOf(descriptors, c.Listen.TLS != "")
	return max(0, mostFiles(descriptors)-b.reserved)
}

func budgetOf(limit uint64, tls bool) fileBudget {
	b := divideFiles(limit)
	if tls {
		b = b.withTLS(limit)
	}
	return b
}

// mostFiles is a limit as a number to reckon with, also where it is none.
func mostFiles(limit uint64) int { return int(min(limit, 1<<40)) }

func divideFiles(limit uint64) fileBudget {
	reserved := int(max(leastReserved, min(mostReserved, limit/2)))
	return fileBudget{reserved: reserved, http: reserved / 2}
}

// filesPerSecure is what a WebSocket over TLS takes: the client's socket, and two for
// the way from there to a loop.
const filesPerSecure = 3

// withTLS leaves room for as many HTTP connections over TLS, and for all WebSocket
// connections to be of that kind.
func (b fileBudget) withTLS(limit uint64) fileBudget {
	all := mostFiles(limit)
	b.secure = max(1, (all-b.reserved-b.http)/filesPerSecure)
	b.reserved = all - b.secure
	return b
}
