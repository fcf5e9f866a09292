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

	Announcement string
	LastJoin     uint64 // the JoinSeq of who came last, but for those who see all
	MentionSeq   uint64 // the last message that mentioned all members
}

const groupVersion = 2

func appendGroup(dst []byte, g *Group) []byte {
	dst = append(dst, groupVersion, g.Flags)
	dst = appendString(dst, g.ID)
	dst = appendString(dst, g.Name)
	dst = appendString(dst, g.Owner)
	dst = appendString(dst, g.Announcement)
	dst = binary.AppendUvarint(dst, uint64(g.MaxMembers))
	dst = binary.AppendUvarint(dst, uint64(g.Members))
	dst = binary.AppendVarint(dst, g.CreatedAt)
	return binary.AppendUvarint(binary.AppendUvarint(dst, g.MentionSeq), g.LastJoin)
}

func decodeGroup(key, value []byte) (Group, error) {
	conv, ok := splitNumberKey(key, prefixGroup)
	d := decoder{rest: value}
	d.version(groupVersion)
	g := Group{
		Conv: conv, Flags: d.byte(),
		ID: d.string(), Name: d.string(), Owner: d.string(), Announcement: d.string(),
		MaxMembers: d.uint32(), Members: d.uint32(), CreatedAt: d.varint(), MentionSeq: d.uvarint(), LastJoin: d.uvarint(),
	}
	if !ok || !d.done() {
		return Group{}, corrupt(key, "bad group")
	}
	return g, nil
}

// Group returns the group of a conversation.
func (db *DB) Group(conv uint64) (Group, bool, error) {
	var buf [numberKeyLen]byte
	return find(db.p, appendNumberKey(buf[:0], prefixGroup, conv), decodeGroup)
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
