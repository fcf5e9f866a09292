package storage

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
)

// Every key begins with one byte that says what it is. BE8 and BE2 are
// big-endian numbers of eight and two bytes, 0 is a NUL byte, text takes what
// remains of the key. "conv" is a conversation's internal number.
//
//	prefix  key                     value
//	m       conv BE8, seq BE8       run: up to 32 entries of the conversation in
//	                                seq order; the key has the last one's seq
//	i       id BE8                  places: id, conv, seq of up to 256 entries of
//	                                one batch in id order; the key has the last id
//	d       day BE2, sender 0 cid   duplicate: conv, seq and fingerprint of the
//	                                message that was sent under this cid
//	q       day BE2, user 0 key     answer to a request with an idempotency key
//	c       conv_id                 conversation: number and kind
//	n       conv BE8                conv_id
//	g       conv BE8                group
//	z       conv BE8                group that is being dissolved
//	p       conv BE8, user          member of a group
//	j       conv BE8, user          request to join a group
//	b       conv BE8, user          ban from a group
//	u       user 0, conv BE8        session: the user's place in a conversation
//	k       user 0 other            block: the user wants nothing from the other
//	r       conv BE8, seq BE8,      reaction to a message
//	        user 0 emoji
//	x       time BE8, conv BE8,     expiry of a message's content
//	        seq BE8
//	a       user                    when the user was last seen
//	t       'u' user, 'j' token id  revocation of tokens
//	v       's' session id          session of the desk
//	v       'O' time BE8, id        index of sessions: those that are open, by the
//	                                time of their creation; so are the next ones
//	v       'C' time BE8, id        … of all
//	v       'A' agent 0 time BE8,   … of an agent, who is in charge or was last
//	        id
//	v       'V' visitor 0 time BE8, … of a visitor
//	        id
//	v       'T' tag 0 time BE8, id  … with a tag
//	v       'a' user                agent of the desk
//	v       'k' skill id            skill group
//	v       'r' reply id            canned reply
//	v       'v' user                visitor
//	v       'm' user                visitor whose sessions move to another user
//	w       'e' name                endpoint of webhooks
//	w       'c' name                how far it has got
//	w       'd' name 0 number BE8   dead letter: what it didn't take
//	w       'p' number BE8          change of presence that endpoints are to be told of
//	e       number BE8              data key, which seals runs, under a master key
//	s       name                    system: schema version and the like
//
// A run and a row of places are found by seeking to the first key at or above
// what is wanted, which is why they are keyed by their last entry: the seek
// goes forward, and the last seq of a conversation and the last id of all are
// read off a key.
const (
	prefixRun          = 'm'
	prefixPlaces       = 'i'
	prefixDuplicate    = 'd'
	prefixAnswer       = 'q'
	prefixConversation = 'c'
	prefixNumber       = 'n'
	prefixGroup        = 'g'
	prefixDissolving   = 'z'
	prefixMember       = 'p'
	prefixRequest      = 'j'
	prefixBan          = 'b'
	prefixSession      = 'u'
	prefixBlock        = 'k'
	prefixReaction     = 'r'
	prefixExpiry       = 'x'
	prefixLastSeen     = 'a'
	prefixRevocation   = 't'
	prefixDesk         = 'v'
	prefixWebhook      = 'w'
	prefixDataKey      = 'e'
	prefixSystem       = 's'
)

// Sizes of keys of fixed length, and of the numbers others begin with.
const (
	numberKeyLen = 1 + 8
	seqKeyLen    = 1 + 8 + 8
	expiryKeyLen = 1 + 8 + 8 + 8
	dayKeyLen    = 1 + 2
)

func appendNumberKey(dst []byte, prefix byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, prefix), n)
}

// appendAfterNumber appends the first key above all that begin with the
// prefix and the number.
func appendAfterNumber(dst []byte, prefix byte, n uint64) []byte {
	if n == math.MaxUint64 {
		return append(dst, prefix+1)
	}
	return appendNumberKey(dst, prefix, n+1)
}

func appendSeqKey(dst []byte, prefix byte, conv, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(appendNumberKey(dst, prefix, conv), seq)
}

// appendAfterSeq appends the first key above all that begin with the prefix
// and both numbers.
func appendAfterSeq(dst []byte, prefix byte, conv, seq uint64) []byte {
	if seq == math.MaxUint64 {
		return appendAfterNumber(dst, prefix, conv)
	}
	return appendSeqKey(dst, prefix, conv, seq+1)
}

func appendRunKey(dst []byte, conv, seq uint64) []byte {
	return appendSeqKey(dst, prefixRun, conv, seq)
}

// appendAfterRun appends a key above that of the run which holds the seq.
func appendAfterRun(dst []byte, conv, seq uint64) []byte {
	if seq > math.MaxUint64-maxRunLen {
		return appendAfterNumber(dst, prefixRun, conv)
	}
	return appendRunKey(dst, conv, seq+maxRunLen)
}

func appendTextKey(dst []byte, prefix byte, text string) []byte {
	return append(append(dst, prefix), text...)
}

// appendUserKey appends the key of what a user has to do with a group.
func appendUserKey(dst []byte, prefix byte, conv uint64, user string) []byte {
	return append(appendNumberKey(dst, prefix, conv), user...)
}

func appendMemberKey(dst []byte, conv uint64, user string) []byte {
	return appendUserKey(dst, prefixMember, conv, user)
}

// appendOfUser appends what the keys of all that a user has begin with.
func appendOfUser(dst []byte, prefix byte, user string) []byte {
	return append(appendTextKey(dst, prefix, user), 0)
}

// appendAfterUser appends the first key above all that begin with appendOfUser.
func appendAfterUser(dst []byte, prefix byte, user string) []byte {
	return append(appendTextKey(dst, prefix, user), 1)
}

func appendSessionKey(dst []byte, user string, conv uint64) []byte {
	return binary.BigEndian.AppendUint64(appendOfUser(dst, prefixSession, user), conv)
}

func appendBlockKey(dst []byte, user, other string) []byte {
	return append(appendOfUser(dst, prefixBlock, user), other...)
}

// appendPair ends a key with two texts, the first of which has no NUL.
func appendPair(dst []byte, first, second string) []byte {
	return append(append(append(dst, first...), 0), second...)
}

func appendReactionKey(dst []byte, conv, seq uint64, user, emoji string) []byte {
	return appendPair(appendSeqKey(dst, prefixReaction, conv, seq), user, emoji)
}

func appendExpiryKey(dst []byte, e Expiry) []byte {
	dst = appendSeqKey(dst, prefixExpiry, uint64(e.At), e.Conv)
	return binary.BigEndian.AppendUint64(dst, e.Seq)
}

func appendDayKey(dst []byte, prefix byte, day uint16) []byte {
	return binary.BigEndian.AppendUint16(append(dst, prefix), day)
}

// appendAfterDay appends the first key above all of a day's bucket.
func appendAfterDay(dst []byte, prefix byte, day uint16) []byte {
	if day == math.MaxUint16 {
		return append(dst, prefix+1)
	}
	return appendDayKey(dst, prefix, day+1)
}

func appendDuplicateKey(dst []byte, day uint16, sender, cid string) []byte {
	return appendPair(appendDayKey(dst, prefixDuplicate, day), sender, cid)
}

func appendAnswerKey(dst []byte, day uint16, user, key string) []byte {
	return appendPair(appendDayKey(dst, prefixAnswer, day), user, key)
}

func splitNumberKey(key []byte, prefix byte) (n uint64, ok bool) {
	if len(key) != numberKeyLen || key[0] != prefix {
		return 0, false
	}
	return binary.BigEndian.Uint64(key[1:]), true
}

func splitRunKey(key []byte) (conv, seq uint64, ok bool) {
	if len(key) != seqKeyLen || key[0] != prefixRun {
		return 0, 0, false
	}
	return binary.BigEndian.Uint64(key[1:]), binary.BigEndian.Uint64(key[numberKeyLen:]), true
}

func splitUserKey(key []byte, prefix byte) (conv uint64, user []byte, ok bool) {
	if len(key) <= numberKeyLen || key[0] != prefix {
		return 0, nil, false
	}
	return binary.BigEndian.Uint64(key[1:]), key[numberKeyLen:], true
}

func splitSessionKey(key []byte) (user []byte, conv uint64, ok bool) {
	end := len(key) - 9 // of the user: a NUL and the number follow
	if end < 2 || key[0] != prefixSession || bytes.IndexByte(key[1:], 0) != end-1 {
		return nil, 0, false
	}
	return key[1:end], binary.BigEndian.Uint64(key[end+1:]), true
}

func splitPair(rest []byte) (first, second []byte, ok bool) {
	first, second, _ = bytes.Cut(rest, []byte{0})
	return first, second, len(first) > 0 && len(second) > 0
}

func splitBlockKey(key []byte) (user, other []byte, ok bool) {
	if len(key) == 0 || key[0] != prefixBlock {
		return nil, nil, false
	}
	return splitPair(key[1:])
}

func splitReactionKey(key []byte) (conv, seq uint64, user, emoji []byte, ok bool) {
	if len(key) < seqKeyLen || key[0] != prefixReaction {
		return 0, 0, nil, nil, false
	}
	user, emoji, ok = splitPair(key[seqKeyLen:])
	return binary.BigEndian.Uint64(key[1:]), binary.BigEndian.Uint64(key[numberKeyLen:]), user, emoji, ok
}

func splitExpiryKey(key []byte) (e Expiry, ok bool) {
	if len(key) != expiryKeyLen || key[0] != prefixExpiry {
		return Expiry{}, false
	}
	e.At = int64(binary.BigEndian.Uint64(key[1:]))
	e.Conv, e.Seq = binary.BigEndian.Uint64(key[numberKeyLen:]), binary.BigEndian.Uint64(key[seqKeyLen:])
	return e, e.At > 0 && e.Conv > 0 && e.Seq > 0
}

func splitDayKey(key []byte, prefix byte) (day uint16, first, second []byte, ok bool) {
	if len(key) < dayKeyLen || key[0] != prefix {
		return 0, nil, nil, false
	}
	first, second, ok = splitPair(key[dayKeyLen:])
	return binary.BigEndian.Uint16(key[1:]), first, second, ok
}

// checkText refuses text that would make a key ambiguous.
func checkText(what, text string) error {
	if text == "" || strings.IndexByte(text, 0) >= 0 {
		return invalid("%s %q", what, text)
	}
	return nil
}
