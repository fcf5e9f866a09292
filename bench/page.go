package bench

import (
	"bytes"
)

// pageSize is how many messages a history page of the scenarios has.
const pageSize = 20

var (
	seqKey     = []byte(`"seq":`)
	contentKey = []byte(`"content":"`)
	moreKey    = []byte(`"has_more":`)
)

// A pageChecker reads history pages of one conversation whose message with seq
// n is its sender's send n−1. Messages lie at nearly equal distances, so each
// is looked for where the one before suggests, and searched for if it isn't there.
type pageChecker struct {
	stride int // from one seq to the next
	after  int // from a seq to its content
}

// check wants the pageSize messages before seq `before`, oldest first, and
// nothing else.
func (k *pageChecker) check(p []byte, before uint64) error {
	at, last := 0, 0
	for seq := before - pageSize; seq < before; seq++ {
		next := k.seek(p, at, last)
		if next < 0 {
			return badAnswerf(faultBadPage, "the page before %d ends before seq %d: %.300q", before, seq, p)
		}
		if err := k.message(p[next:], seq); err != nil {
			return err
		}
		k.stride, last, at = next-last, next, next+len(seqKey)
	}
	if bytes.Contains(p[at:], seqKey) {
		return badAnswerf(faultBadPage, "the page before %d has more than %d messages", before, pageSize)
	}
	if !bytes.Contains(p[at:], moreKey) {
		return badAnswerf(faultBadPage, "the page before %d has no has_more", before)
	}
	return nil
}

// seek finds the next seq from at on, trying first one stride behind the last.
func (k *pageChecker) seek(p []byte, at, last int) int {
	guess := last + k.stride
	if last > 0 && guess >= at && guess+len(seqKey) <= len(p) && string(p[guess:guess+len(seqKey)]) == string(seqKey) {
		return guess
	}
	if i := bytes.Index(p[at:], seqKey); i >= 0 {
		return at + i
	}
	return -1
}

// message checks one message from its seq on.
func (k *pageChecker) message(p []byte, seq uint64) error {
	got, n := readDigits(p[len(seqKey):])
	if n == 0 || got != seq {
		return badAnswerf(faultBadPage, "seq %d where %d should be", got, seq)
	}
	content := k.content(p)
	if content < 0 || len(p) < content+tagLen || uint64(getLetters(p[content:])) != seq-1 {
		return badAnswerf(faultBadPage, "seq %d has another message's content", seq)
	}
	return nil
}

func (k *pageChecker) content(p []byte) int {
	end := k.after + len(contentKey)
	if k.after > 0 && len(p) > end && string(p[k.after:end]) == string(contentKey) {
		return end
	}
	k.after = bytes.Index(p, contentKey)
	if k.after < 0 {
		return -1
	}
	return k.after + len(contentKey)
}
