package storage

import "encoding/binary"

// Block says that a user wants nothing from another.
type Block struct {
	User string // the other
	At   int64  // Unix milliseconds
}

const blockVersion = 1

func appendBlock(dst []byte, block Block) []byte {
	return binary.AppendVarint(append(dst, blockVersion), block.At)
}

func decodeBlock(key, value []byte) (Block, error) {
	_, other, ok := splitBlockKey(key)
	d := decoder{rest: value}
	d.version(blockVersion)
	block := Block{User: string(other), At: d.varint()}
	if !ok || !d.done() {
		return Block{}, corrupt(key, "bad block")
	}
	return block, nil
}

// PutBlock adds or replaces one of a user's blocks.
func (b *Batch) PutBlock(user string, block Block) {
	b.blockKey(user, block.User)
	b.value = appendBlock(b.value[:0], block)
	b.set()
}

// DeleteBlock removes one of a user's blocks.
func (b *Batch) DeleteBlock(user, other string) {
	b.blockKey(user, other)
	b.delete()
}

func (b *Batch) blockKey(user, other string) {
	b.fail(checkText("user", user))
	b.fail(checkText("blocked user", other))
	b.key = appendBlockKey(b.key[:0], user, other)
}

// Blocked reports whether a user has blocked the other.
func (db *DB) Blocked(user, other string) (bool, error) {
	var buf [160]byte
	_, found, err := find(db.p, appendBlockKey(buf[:0], user, other), decodeBlock)
	return found, err
}

// Blocks returns up to limit of a user's blocks in the order of the others'
// ids, beginning after the given one ("" begins with the first).
func (db *DB) Blocks(user, after string, limit int) ([]Block, error) {
	if err := checkText("user", user); err != nil {
		return nil, err
	}
	lower := append(appendBlockKey(nil, user, after), 0) // the least key above after's
	return list(db.p, lower, appendAfterUser(nil, prefixBlock, user), limit, decodeBlock)
}
