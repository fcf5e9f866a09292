package storage

import "encoding/binary"

// Group is what a group conversation has besides its messages.
type Group struct {
	Conv       uint64 // internal number of its conversation
	ID         string // group id
	Name       string
	Owner      string // user id
	MaxMembers uint32
	Members    uint32 // how many there are
	CreatedAt  int64  // Unix milliseconds
	Flags      uint8  // the caller's own
}

const groupVersion = 1

func appendGroup(dst []byte, g *Group) []byte {
	dst = append(dst, groupVersion, g.Flags)
	dst = appendString(dst, g.ID)
	dst = appendString(dst, g.Name)
	dst = appendString(dst, g.Owner)
	dst = binary.AppendUvarint(dst, uint64(g.MaxMembers))
	dst = binary.AppendUvarint(dst, uint64(g.Members))
	return binary.AppendVarint(dst, g.CreatedAt)
}

func decodeGroup(key, value []byte) (Group, error) {
	conv, ok := splitNumberKey(key, prefixGroup)
	d := decoder{rest: value}
	d.version(groupVersion)
	g := Group{
		Conv: conv, Flags: d.byte(),
		ID: d.string(), Name: d.string(), Owner: d.string(),
		MaxMembers: d.uint32(), Members: d.uint32(), CreatedAt: d.varint(),
	}
	if !ok || !d.done() {
		return Group{}, corrupt(key, "bad group")
	}
	return g, nil
}

// Group returns the group of a conversation.
func (db *DB) Group(conv uint64) (g Group, found bool, err error) {
	var buf [numberKeyLen]byte
	found, err = get(db.p, appendNumberKey(buf[:0], prefixGroup, conv), func(key, value []byte) (err error) {
		g, err = decodeGroup(key, value)
		return err
	})
	return g, found, err
}
