package storage

import "github.com/cockroachdb/pebble/v2"

const (
	batchInitialBytes  = 64 << 10
	batchRetainedBytes = 8 << 20
)

// Batch collects what is to become visible and durable together. It belongs
// to one goroutine. Nothing given to it is kept: the caller may reuse slices
// at once.
//
// The first record that can't be stored (see [ErrInvalid]) spoils the batch:
// Apply refuses it until it was Reset.
type Batch struct {
	p      *pebble.Batch
	limits limits
	err    error
	key    []byte // scratch
	value  []byte // scratch
}

// NewBatch returns an empty batch. It is to be reused, and given back with
// Close when the writer ends.
func (db *DB) NewBatch() *Batch {
	p := db.p.NewBatch(pebble.WithInitialSizeBytes(batchInitialBytes),
		pebble.WithMaxRetainedSizeBytes(batchRetainedBytes))
	return &Batch{p: p, limits: db.limits}
}

// Reset empties the batch for reuse.
func (b *Batch) Reset() {
	b.p.Reset()
	b.err = nil
}

// Close gives the batch's memory back.
func (b *Batch) Close() error { return b.p.Close() }

// Empty reports whether there is nothing to apply.
func (b *Batch) Empty() bool { return b.p.Empty() }

// Len is the number of rows in the batch.
func (b *Batch) Len() int { return int(b.p.Count()) }

// Size is the length of the batch in the log, in bytes.
func (b *Batch) Size() int { return b.p.Len() }

// Err is the first refusal since the last Reset.
func (b *Batch) Err() error { return b.err }

// AppendMessages adds messages to the end of a conversation: their seqs must
// follow on each other and on the conversation's last, their ids must rise.
func (b *Batch) AppendMessages(conv uint64, msgs []Message) {
	b.fail(checkMessages(conv, msgs))
	for b.err == nil && len(msgs) > 0 {
		n := runEnd(msgs, b.limits.run)
		b.key = appendRunKey(b.key[:0], conv, msgs[n-1].Seq)
		b.value = appendRun(b.value[:0], msgs[:n])
		b.set()
		msgs = msgs[n:]
	}
}

// PutPlaces adds the places of all messages of the batch, in id order.
func (b *Batch) PutPlaces(places []Place) {
	b.fail(checkPlaces(places))
	for b.err == nil && len(places) > 0 {
		n := min(len(places), b.limits.places)
		b.key = appendNumberKey(b.key[:0], prefixPlaces, places[n-1].ID)
		b.value = appendPlaces(b.value[:0], places[:n])
		b.set()
		places = places[n:]
	}
}

// PutDuplicate remembers a message's cid in the bucket of the given day.
func (b *Batch) PutDuplicate(day uint16, sender, cid string, d Duplicate) {
	b.fail(checkText("sender", sender))
	if cid == "" {
		b.fail(invalid("empty cid"))
	}
	b.key = appendDuplicateKey(b.key[:0], day, sender, cid)
	b.value = appendDuplicate(b.value[:0], d)
	b.set()
}

// DropDuplicates forgets the buckets of all days before the given one.
func (b *Batch) DropDuplicates(before uint16) {
	if b.err == nil && before > 0 {
		b.key = appendDayKey(b.key[:0], 0)
		b.value = appendDayKey(b.value[:0], before)
		b.fail(b.p.DeleteRange(b.key, b.value, nil))
	}
}

// PutConversation adds a conversation under its id and its number.
func (b *Batch) PutConversation(c Conversation) {
	b.fail(checkText("conversation id", c.ID))
	if c.Num == 0 {
		b.fail(invalid("conversation %q without a number", c.ID))
	}
	b.key = appendTextKey(b.key[:0], prefixConversation, c.ID)
	b.value = appendConversation(b.value[:0], c)
	b.set()
	b.key = appendNumberKey(b.key[:0], prefixNumber, c.Num)
	b.value = append(b.value[:0], c.ID...)
	b.set()
}

// PutGroup adds or replaces a group.
func (b *Batch) PutGroup(g Group) {
	b.key = appendNumberKey(b.key[:0], prefixGroup, g.Conv)
	b.value = appendGroup(b.value[:0], &g)
	b.set()
}

// DeleteGroup removes a group; its members are to be deleted one by one.
func (b *Batch) DeleteGroup(conv uint64) {
	b.key = appendNumberKey(b.key[:0], prefixGroup, conv)
	b.delete()
}

// PutMember adds or replaces a member of a group.
func (b *Batch) PutMember(conv uint64, m Member) {
	b.fail(checkText("user", m.User))
	b.key = appendMemberKey(b.key[:0], conv, m.User)
	b.value = appendMember(b.value[:0], &m)
	b.set()
}

// DeleteMember removes a member of a group.
func (b *Batch) DeleteMember(conv uint64, user string) {
	b.fail(checkText("user", user))
	b.key = appendMemberKey(b.key[:0], conv, user)
	b.delete()
}

// PutSession adds or replaces a user's place in a conversation.
func (b *Batch) PutSession(s Session) {
	b.fail(checkText("user", s.User))
	b.key = appendSessionKey(b.key[:0], s.User, s.Conv)
	b.value = appendSession(b.value[:0], &s)
	b.set()
}

// PutSystem sets a value that belongs to the database as a whole.
func (b *Batch) PutSystem(name string, value []byte) {
	b.fail(checkText("system name", name))
	b.key = appendTextKey(b.key[:0], prefixSystem, name)
	b.value = append(b.value[:0], value...)
	b.set()
}

func (b *Batch) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *Batch) set() {
	if b.err == nil {
		b.fail(b.p.Set(b.key, b.value, nil))
	}
}

func (b *Batch) delete() {
	if b.err == nil {
		b.fail(b.p.Delete(b.key, nil))
	}
}
