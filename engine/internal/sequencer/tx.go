package sequencer

import "gannet/engine/internal/delivery"

// Tx is what a command may do inside the batch that is being filled. It runs on
// the sequencer goroutine: it sees every change before it and none after, and
// must not wait for anything. It dies with the call.
type Tx struct{ s *Sequencer }

// Do runs a command and returns when what it wrote is on disk, with the
// command's own error. A command must make its checks before its first write:
// what is written stays.
func (s *Sequencer) Do(command func(*Tx) error) error {
	result := make(chan error, 1)
	err := s.inbox.put(item{do: func(tx *Tx) {
		err := command(tx)
		tx.s.cur.done = append(tx.s.cur.done, func() { result <- err })
	}})
	if err != nil {
		return err
	}
	select {
	case err = <-result:
		return err
	case <-s.syncer.broken: // whether it is on disk is unknown
		return ErrShuttingDown
	case <-s.syncer.done: // the stop overtook the command
		select {
		case err = <-result:
			return err
		default:
			return ErrShuttingDown
		}
	}
}

// Now is the time of the batch in Unix milliseconds.
func (tx *Tx) Now() int64 { return tx.s.now }

// NotifyUser sends a frame to every live connection of a user.
func (tx *Tx) NotifyUser(user string, frame []byte) { tx.s.notify(user, frame) }

// NotifyGroup sends a frame to every live connection of a group's members.
func (tx *Tx) NotifyGroup(groupID string, frame []byte) {
	c, err := tx.group(groupID)
	if err != nil {
		return
	}
	for r, n := range c.group.live {
		if n > 0 {
			tx.s.cur.post(r, delivery.Post{Kind: delivery.NotifyRoom, Room: c.head.Num, Frame: frame})
		}
	}
}
