package storage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// Every key begins with one byte that says what it is. BE8 and BE2 are
// big-endian numbers of eight and two bytes, 0 is a NUL byte, text takes what
// remains of the key. "conv" is a conversation's internal number.
//
//	prefix  key                    value
//	m       conv BE8, seq BE8      run: up to 32 messages of the conversation in
//	                               seq order; the key has the last one's seq
//	i       id BE8                 places: id, conv, seq of up to 256 messages of
//	                               one batch in id order; the key has the last id
//	d       day BE2, sender 0 cid  duplicate: conv, seq and fingerprint of the
//	                               message that was sent under this cid
//	c       conv_id                conversation: number and kind
//	n       conv BE8               conv_id
//	g       conv BE8               group
//	p       conv BE8, user         member of a group
//	u       user 0, conv BE8       session: the user's place in a conversation
//	s       name                   system: schema version and the like
//
// A run and a row of places are found by seeking to the first key at or above
// what is wanted, which is why they are keyed by their last entry: the seek
// goes forward, and the last seq of a conversation and the last id of all are
// read off a key.
const (
	prefixRun          = 'm'
	prefixPlaces       = 'i'
	prefixDuplicate    = 'd'
	prefixConversation = 'c'
	prefixNumber       = 'n'
	prefixGroup        = 'g'
	prefixMember       = 'p'
	prefixSession      = 'u'
	prefixSystem       = 's'
)

// Sizes of the keys of fixed length.
const (
	runKeyLen    = 1 + 8 + 8
	numberKeyLen = 1 + 8
)

func appendNumberKey(dst []byte, prefix byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, prefix), n)
}

func appendRunKey(dst []byte, conv, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(appendNumberKey(dst, prefixRun, conv), seq)
}

func appendTextKey(dst []byte, prefix byte, text string) []byte {
	return append(append(dst, prefix), text...)
}

func appendMemberKey(dst []byte, conv uint64, user string) []byte {
	return append(appendNumberKey(dst, prefixMember, conv), user...)
}

// appendSessionsKey appends what the keys of all of a user's sessions begin with.
func appendSessionsKey(dst []byte, user string) []byte {
	return append(appendTextKey(dst, prefixSession, user), 0)
}

func appendSessionKey(dst []byte, user string, conv uint64) []byte {
	return binary.BigEndian.AppendUint64(appendSessionsKey(dst, user), conv)
}

func appendDayKey(dst []byte, day uint16) []byte {
	return binary.BigEndian.AppendUint16(append(dst, prefixDuplicate), day)
}

// appendAfterDay appends the first key above all of a day's bucket.
func appendAfterDay(dst []byte, day uint16) []byte {
	if day == math.MaxUint16 {
		return append(dst, prefixDuplicate+1)
	}
	return appendDayKey(dst, day+1)
}

func appendDuplicateKey(dst []byte, day uint16, sender, cid string) []byte {
	dst = append(appendDayKey(dst, day), sender...)
	return append(append(dst, 0), cid...)
}

// appendAfterNumber appends the first key above all that begin with the
// prefix and the number.
func appendAfterNumber(dst []byte, prefix byte, n uint64) []byte {
	if n == math.MaxUint64 {
		return append(dst, prefix+1)
	}
	return appendNumberKey(dst, prefix, n+1)
}

// appendAfterRun appends a key above that of the run which holds the seq.
func appendAfterRun(dst []byte, conv, seq uint64) []byte {
	if seq > math.MaxUint64-maxRunLen {
		return appendAfterNumber(dst, prefixRun, conv)
	}
	return appendRunKey(dst, conv, seq+maxRunLen)
}

func splitRunKey(key []byte) (conv, seq uint64, ok bool) {
	if len(key) != runKeyLen || key[0] != prefixRun {
		return 0, 0, false
	}
	return binary.BigEndian.Uint64(key[1:]), binary.BigEndian.Uint64(key[9:]), true
}

func splitNumberKey(key []byte, prefix byte) (n uint64, ok bool) {
	if len(key) != numberKeyLen || key[0] != prefix {
		return 0, false
	}
	return binary.BigEndian.Uint64(key[1:]), true
}

func splitMemberKey(key []byte) (conv uint64, user []byte, ok bool) {
	if len(key) <= numberKeyLen || key[0] != prefixMember {
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

func splitDuplicateKey(key []byte) (day uint16, sender, cid []byte, ok bool) {
	if len(key) < 3 || key[0] != prefixDuplicate {
		return 0, nil, nil, false
	}
	sender, cid, ok = bytes.Cut(key[3:], []byte{0})
	ok = ok && len(sender) > 0 && len(cid) > 0
	return binary.BigEndian.Uint16(key[1:]), sender, cid, ok
}

// checkText refuses text that would make a key ambiguous.
func checkText(what, text string) error {
	if text == "" || strings.IndexByte(text, 0) >= 0 {
		return invalid("%s %q", what, text)
	}
	return nil
}

// describeKey names a record for people.
func describeKey(key []byte) string {
	if conv, seq, ok := splitRunKey(key); ok {
		return fmt.Sprintf("run conv=%d last=%d", conv, seq)
	}
	if conv, user, ok := splitMemberKey(key); ok {
		return fmt.Sprintf("member conv=%d user=%q", conv, user)
	}
	if user, conv, ok := splitSessionKey(key); ok {
		return fmt.Sprintf("session user=%q conv=%d", user, conv)
	}
	if day, sender, cid, ok := splitDuplicateKey(key); ok {
		return fmt.Sprintf("duplicate day=%d sender=%q cid=%q", day, sender, cid)
	}
	for _, p := range []struct {
		prefix byte
		name   string
	}{{prefixPlaces, "places last"}, {prefixNumber, "number"}, {prefixGroup, "group conv"}} {
		if n, ok := splitNumberKey(key, p.prefix); ok {
			return fmt.Sprintf("%s=%d", p.name, n)
		}
	}
	return fmt.Sprintf("key %q", key)
}
