package storage

import "encoding/binary"

// Reaction is a user's emoji under a message.
type Reaction struct {
	User  string
	Emoji string
	At    int64 // Unix milliseconds
}

const reactionVersion = 1

func appendReaction(dst []byte, r *Reaction) []byte {
	return binary.AppendVarint(append(dst, reactionVersion), r.At)
}

func decodeReaction(key, value []byte) (Reaction, error) {
	_, _, user, emoji, ok := splitReactionKey(key)
	d := decoder{rest: value}
	d.version(reactionVersion)
	r := Reaction{User: string(user), Emoji: string(emoji), At: d.varint()}
	if !ok || !d.done() {
		return Reaction{}, corrupt(key, "bad reaction")
	}
	return r, nil
}

// PutReaction adds or replaces a reaction to a message.
func (b *Batch) PutReaction(conv, seq uint64, r Reaction) {
	b.reactionKey(conv, seq, r.User, r.Emoji)
	b.value = appendReaction(b.value[:0], &r)
	b.set()
}

// DeleteReaction removes one reaction to a message.
func (b *Batch) DeleteReaction(conv, seq uint64, user, emoji string) {
	b.reactionKey(conv, seq, user, emoji)
	b.delete()
}

// DeleteReactions removes all reactions to a message.
func (b *Batch) DeleteReactions(conv, seq uint64) {
	b.key = appendSeqKey(b.key[:0], prefixReaction, conv, seq)
	b.value = appendAfterSeq(b.value[:0], prefixReaction, conv, seq)
	b.deleteRange()
}

func (b *Batch) reactionKey(conv, seq uint64, user, emoji string) {
	b.fail(checkText("user", user))
	b.fail(checkText("emoji", emoji))
	b.key = appendReactionKey(b.key[:0], conv, seq, user, emoji)
}

// Reacted reports whether a user has reacted to a message with an emoji.
func (db *DB) Reacted(conv, seq uint64, user, emoji string) (bool, error) {
	_, found, err := find(db.p, appendReactionKey(nil, conv, seq, user, emoji), decodeReaction)
	return found, err
}

// Reactions returns up to limit reactions to a message in the order of users
// and their emoji, beginning after the given one ("" and "" begin with the first).
func (db *DB) Reactions(conv, seq uint64, afterUser, afterEmoji string, limit int) ([]Reaction, error) {
	lower := appendSeqKey(nil, prefixReaction, conv, seq)
	if afterUser != "" {
		lower = append(appendReactionKey(nil, conv, seq, afterUser, afterEmoji), 0) // the least key above it
	}
	return list(db.p, lower, appendAfterSeq(nil, prefixReaction, conv, seq), limit, decodeReaction)
}
