package sequencer

import (
	"time"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// Tx is what a command may do inside the batch that is being filled. It runs on
// the sequencer goroutine: it sees every change before it and none after, and
// must not wait for anything. It dies with the call.
type Tx struct{ s *Sequencer }

// Do runs a command and returns when what it wrote is on disk, with the
// command's own error. A command must make its checks before its first write:
// what is written stays. Where the disk is full it isn't carried out, and Do says
// ErrStorageFull; where the disk has stalled Do says ErrBusy.
func (s *Sequencer) Do(command func(*Tx) error) error {
	if s.Stalled(time.Now()) {
		return ErrBusy
	}
	return s.DoAnyway(s.roomFor(command))
}

// DoAnyway is Do for what a full disk must not keep from being done, as it takes
// something away, protects somebody or needs next to no room. A stalled disk
// makes it wait.
func (s *Sequencer) DoAnyway(command func(*Tx) error) error {
	result := make(chan error, 1)
	if err := s.put(command, false, func(err error) { result <- err }); err != nil {
		return err
	}
	return s.wait(result)
}

// Go is Do for who can't wait: done is called on the syncer goroutine with what
// Do would return, and must not block. Go itself says ErrBusy where too many
// commands wait, or ErrShuttingDown; done is not called then.
func (s *Sequencer) Go(command func(*Tx) error, done func(error)) error {
	if s.Stalled(time.Now()) {
		return ErrBusy
	}
	return s.put(s.roomFor(command), true, done)
}

// GoAnyway is to Go what DoAnyway is to Do.
func (s *Sequencer) GoAnyway(command func(*Tx) error, done func(error)) error {
	return s.put(command, true, done)
}

func (s *Sequencer) put(command func(*Tx) error, spare bool, done func(error)) error {
	return s.inbox.put(item{spare: spare, do: func(tx *Tx) {
		err := command(tx)
		tx.s.cur.done = append(tx.s.cur.done, func() { done(err) })
	}})
}

// Ask runs a command that writes nothing and returns as soon as it has run.
func (s *Sequencer) Ask(command func(*Tx)) error {
	result := make(chan error, 1)
	err := s.inbox.put(item{do: func(tx *Tx) {
		command(tx)
		result <- nil
	}})
	if err != nil {
		return err
	}
	return s.wait(result)
}

func (s *Sequencer) wait(result <-chan error) (err error) {
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

// Subject is what rows of nouns that live in storage alone are about, such as the
// bans of one group. The zero Subject is that of rows which no command reads.
type Subject struct {
	kind        byte
	conv, seq   uint64
	user, other string
}

// OfGroup is the subject of a group's bans and requests.
func OfGroup(conv uint64) Subject { return Subject{kind: 'g', conv: conv} }

// OfBlock is the subject of one user's block of another.
func OfBlock(user, other string) Subject { return Subject{kind: 'k', user: user, other: other} }

// OfReaction is the subject of one user's reactions to a message.
func OfReaction(conv, seq uint64, user string) Subject {
	return Subject{kind: 'r', conv: conv, seq: seq, user: user}
}

// OfVisitor is the subject of what the desk knows of a visitor.
func OfVisitor(user string) Subject { return Subject{kind: 'v', user: user} }

// OfService is the subject of a service session, by its conversation.
func OfService(conv uint64) Subject { return Subject{kind: 's', conv: conv} }

// OfRevocations is the subject of all revocations.
func OfRevocations() Subject { return Subject{kind: 't'} }

// Writes is where a command puts rows about a subject: they become durable with
// the rest of the batch.
func (tx *Tx) Writes(about Subject) *storage.Batch {
	if about != (Subject{}) {
		tx.s.cur.subjects[about] = struct{}{}
	}
	return tx.s.cur.w
}

// Reads is where a command reads rows about a subject. It shows all that was
// written before: where some of that waits in the batch, the batch is applied
// first. So a command reads before it writes.
func (tx *Tx) Reads(about Subject) *storage.DB {
	if _, waits := tx.s.cur.subjects[about]; waits {
		tx.s.commit()
	}
	return tx.s.db
}

// Session returns a user's place in a conversation.
func (tx *Tx) Session(user string, conv uint64) (storage.Session, bool, error) {
	return tx.s.session(user, conv)
}

// PutSession replaces a user's place in a conversation.
func (tx *Tx) PutSession(rec storage.Session) {
	if c := tx.s.byNum[rec.Conv]; c != nil && rec.ClearedSeq > 0 {
		c.head.cleared.Store(true)
	}
	tx.s.putSession(rec)
}

// Last is the last seq of a conversation, also before it is on disk.
func (tx *Tx) Last(conv uint64) (uint64, error) { return tx.s.lastSeq(conv) }

// FlushCursors writes what is noted of a user's cursors, so that sessions tell.
func (tx *Tx) FlushCursors(user string) { tx.s.flushCursorsOf(user) }

// NotifyUser sends a frame to every live connection of a user but one, and but
// those of visitors.
func (tx *Tx) NotifyUser(user string, except delivery.Conn, frame []byte) {
	tx.notifyUser(false, user, except, frame)
}

// NotifyAbout is NotifyUser for a frame that is about a conversation of a kind:
// visitors' connections get it where that is Service.
func (tx *Tx) NotifyAbout(kind Kind, user string, except delivery.Conn, frame []byte) {
	tx.notifyUser(kind == Service, user, except, frame)
}

func (tx *Tx) notifyUser(visitors bool, user string, except delivery.Conn, frame []byte) {
	if u := tx.s.users[user]; u != nil {
		u.eachReactor(except, func(r int) {
			tx.s.cur.post(r, delivery.Post{Kind: delivery.NotifyUser, Visitor: visitors, User: u.id, Except: except, Frame: frame})
		})
	}
}

// NotifyGroup sends a frame to every live connection of a group's members but one.
func (tx *Tx) NotifyGroup(groupID string, except delivery.Conn, frame []byte) {
	if c, err := tx.group(groupID); err == nil {
		tx.notifyRoom(c, except, frame)
	}
}

func (tx *Tx) notifyRoom(c *conv, except delivery.Conn, frame []byte) {
	for r, n := range c.group.live {
		if n > 0 {
			tx.s.cur.post(r, delivery.Post{Kind: delivery.NotifyRoom, Room: c.head.Num, Except: except, Frame: frame})
		}
	}
}
