package storage

import (
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"
)

// Conversation names a conversation outside (ID) and inside (Num).
type Conversation struct {
	Num  uint64 // 1, 2, 3 …: short, so that the keys of messages are
	ID   string // conv_id
	Kind uint8  // the caller's own
}

const conversationVersion = 1

func appendConversation(dst []byte, c Conversation) []byte {
	dst = append(dst, conversationVersion, c.Kind)
	return binary.AppendUvarint(dst, c.Num)
}

func decodeConversation(key, value []byte) (Conversation, error) {
	d := decoder{rest: value}
	d.version(conversationVersion)
	c := Conversation{Kind: d.byte(), Num: d.uvarint()}
	if !d.done() || c.Num == 0 || len(key) < 2 {
		return Conversation{}, corrupt(key, "bad conversation")
	}
	c.ID = string(key[1:])
	return c, nil
}

// Conversation returns the conversation with a conv_id.
func (db *DB) Conversation(id string) (Conversation, bool, error) {
	return findConversation(db.p, id)
}

func findConversation(r pebble.Reader, id string) (Conversation, bool, error) {
	var buf [160]byte
	return find(r, appendTextKey(buf[:0], prefixConversation, id), decodeConversation)
}

// ConversationByNum returns the conversation with an internal number.
func (db *DB) ConversationByNum(num uint64) (Conversation, bool, error) {
	return findNumber(db.p, num)
}

func findNumber(r pebble.Reader, num uint64) (c Conversation, found bool, err error) {
	var id string
	var buf [numberKeyLen]byte
	key := appendNumberKey(buf[:0], prefixNumber, num)
	found, err = get(r, key, func(_, value []byte) error {
		id = string(value)
		return nil
	})
	if !found || err != nil {
		return Conversation{}, false, err
	}
	if c, found, err = findConversation(r, id); err == nil && (!found || c.Num != num) {
		return Conversation{}, false, corrupt(key, "names a conversation that isn't")
	}
	return c, found, err
}

// LastConversation returns the highest internal number, 0 if there is none.
func (db *DB) LastConversation() (uint64, error) { return db.lastNumber(prefixNumber) }

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
