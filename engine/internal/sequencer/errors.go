package sequencer

import "errors"

// Refusals. The chat rules give each its code and words on the wire.
var (
	ErrBusy         = errors.New("sequencer: too much waits to be written")
	ErrStorageFull  = errors.New("sequencer: no room for more on the disk")
	ErrShuttingDown = errors.New("sequencer: shutting down")
	ErrNotMember    = errors.New("sequencer: not a member of this group")
	ErrNotFound     = errors.New("sequencer: no such conversation")
	ErrMuted        = errors.New("sequencer: may not write in this group now")
	ErrBlocked      = errors.New("sequencer: the receiver has blocked the sender")
	ErrBanned       = errors.New("sequencer: banned from this group")
	ErrGroupFull    = errors.New("sequencer: the group is full")
	ErrExists       = errors.New("sequencer: the group exists")
	ErrClosed       = errors.New("sequencer: the service session is closed")
	ErrConflict     = errors.New("sequencer: this cid was used for another message")

	ErrTooManyConnections = errors.New("sequencer: the user has too many connections")
	ErrTooManyGroups      = errors.New("sequencer: the user is in too many groups")
)
