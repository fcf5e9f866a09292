package sequencer

import (
	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// Event is an entry of a conversation's log that is no message: a group has
// changed, a message was recalled or edited, somebody has reacted to one.
type Event struct {
	Type    string // its word on the wire
	From    string // who did it
	Extra   []byte // JSON members that say what, without braces
	Content []byte // JSON, if it has any
	Ref     uint64 // the seq of the message it is about; 0: of the conversation itself
	Expires int64  // Unix milliseconds at which its content is to go; 0: never
}

// Event appends an event to a conversation in memory and returns its seq.
func (tx *Tx) Event(convID string, ev Event) (uint64, error) {
	c, err := tx.s.conversation(convID)
	if err != nil {
		return 0, err
	}
	if c == nil {
		return 0, ErrNotFound
	}
	return tx.event(c, ev).Seq, nil
}

func (tx *Tx) event(c *conv, ev Event) storage.Message {
	m := &Send{
		From: ev.From, Kind: c.head.Kind, ConvID: c.head.ID, Type: ev.Type, Content: ev.Content,
		More: &More{Extra: ev.Extra, event: true, ref: ev.Ref, expires: ev.Expires},
	}
	b := tx.s.cur
	return b.entries[tx.s.append(m, c)].message()
}

// Farewell appends an event to a group and sends it to a user who is not a
// member any more, too.
func (tx *Tx) Farewell(groupID, user string, ev Event) error {
	c, err := tx.group(groupID)
	if err != nil {
		return err
	}
	tx.farewell(c, user, ev)
	return nil
}

func (tx *Tx) farewell(c *conv, user string, ev Event) {
	m := tx.event(c, ev)
	u := tx.s.users[user]
	if u == nil {
		return
	}
	// As a run, so that it waits its turn behind what a sync holds back.
	frame := tx.s.enc.AppendChat(nil, c.head, "", &m)
	run := &delivery.Run{Conv: c.head.Num, First: m.Seq, Frames: frame, Ends: []int32{int32(len(frame))}}
	visitors := c.head.Kind == Service
	u.eachReactor(delivery.Conn{}, func(r int) {
		tx.s.cur.post(r, delivery.Post{Kind: delivery.ToUser, Visitor: visitors, User: u.id, Run: run})
	})
}
