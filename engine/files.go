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
}

const (
	mostReserved  = 2048
	leastReserved = 256
)

// newFileBudget reads the limit, which Go has raised to the hard one.
func newFileBudget() (fileBudget, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fileBudget{}, fmt.Errorf("reading the descriptor limit: %w", err)
	}
	return divideFiles(limit.Cur), nil
}

func divideFiles(limit uint64) fileBudget {
	reserved := int(max(leastReserved, min(mostReserved, limit/2)))
	return fileBudget{reserved: reserved, http: reserved / 2}
}
