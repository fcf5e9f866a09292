package storage

import "encoding/binary"

// DeskReply is a text that agents have ready.
type DeskReply struct {
	ID        string
	Owner     string // user id of the agent it belongs to; "": everybody's
	Title     string
	Text      string
	Skill     string // id of the skill group it is for; "": any
	UpdatedAt int64  // Unix milliseconds
}

const deskReplyVersion = 1

func appendDeskReply(dst []byte, r *DeskReply) []byte {
	dst = append(dst, deskReplyVersion)
	for _, text := range [...]string{r.Owner, r.Title, r.Text, r.Skill} {
		dst = appendString(dst, text)
	}
	return binary.AppendVarint(dst, r.UpdatedAt)
}

func decodeDeskReply(key, value []byte) (DeskReply, error) {
	id, ok := splitDeskKey(key, deskReply)
	d := decoder{rest: value}
	d.version(deskReplyVersion)
	r := DeskReply{ID: id, Owner: d.string(), Title: d.string(), Text: d.string(), Skill: d.string(), UpdatedAt: d.varint()}
	if !ok || !d.done() {
		return DeskReply{}, corrupt(key, "bad desk reply")
	}
	return r, nil
}

// PutDeskReply adds or replaces a canned reply.
func (b *Batch) PutDeskReply(r DeskReply) {
	b.deskKey(deskReply, r.ID)
	b.value = appendDeskReply(b.value[:0], &r)
	b.set()
}

// DeleteDeskReply removes a canned reply.
func (b *Batch) DeleteDeskReply(id string) { b.deleteDesk(deskReply, id) }

// DeskReply returns the canned reply with an id.
func (db *DB) DeskReply(id string) (DeskReply, bool, error) {
	return findDesk(db, deskReply, id, decodeDeskReply)
}

// DeskReplies hands all canned replies to fn, in the order of their ids. An
// error of fn ends it and is returned.
func (db *DB) DeskReplies(fn func(DeskReply) error) error {
	return eachDesk(db, deskReply, decodeDeskReply, fn)
}
