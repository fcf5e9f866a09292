package bench

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The watermark is the lowest position, however members move, enter and leave.
func TestWatermarkIsTheMinimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWatermark(0, 64)
		at := make([]uint64, rapid.IntRange(1, 8).Draw(t, "members"))
		for range at {
			w.enter()
		}
		for range rapid.IntRange(0, 200).Draw(t, "moves") {
			i := rapid.IntRange(0, len(at)-1).Draw(t, "who")
			if len(at) > 1 && rapid.IntRange(0, 20).Draw(t, "leaves") == 0 {
				w.leave(at[i])
				at = slices.Delete(at, i, i+1)
			} else {
				to := at[i] + rapid.Uint64Range(0, 40).Draw(t, "by")
				if w.move(at[i], to) {
					at[i] = to
				} else if to-slices.Min(at) < 64 {
					t.Fatalf("move to %d refused with the lowest at %d", to, slices.Min(at))
				}
			}
			if w.low != slices.Min(at) {
				t.Fatalf("watermark %d, lowest is %d", w.low, slices.Min(at))
			}
		}
	})
}

func TestConversationAgrees(t *testing.T) {
	cv := newConversation("c", 8, 1)
	for range 2 {
		if !cv.agree(1, 11) {
			t.Error("equal views of a seq disagree")
		}
	}
	if cv.agree(1, 12) {
		t.Error("another message under the same seq wasn't noticed")
	}
	if !cv.agree(9, 13) { // takes the place of seq 1
		t.Error("a new seq disagrees with an old one")
	}
}

func TestFingerprintTellsApart(t *testing.T) {
	letters := func(tg tag) []byte {
		b := make([]byte, tagLen)
		putTag(b, tg)
		return b
	}
	base := fingerprint([]byte("123456789012345678"), letters(tag{number: 7, sender: 3, due: 99}))
	if base != fingerprint([]byte("123456789012345678"), letters(tag{number: 7, sender: 3, due: 12345})) {
		t.Error("the due time counts, but a sent doesn't carry it")
	}
	for name, other := range map[string]uint32{
		"id":       fingerprint([]byte("123456789012345679"), letters(tag{number: 7, sender: 3})),
		"number":   fingerprint([]byte("123456789012345678"), letters(tag{number: 8, sender: 3})),
		"sender":   fingerprint([]byte("123456789012345678"), letters(tag{number: 7, sender: 4})),
		"short id": fingerprint([]byte("12345"), letters(tag{number: 7, sender: 3})),
	} {
		if other == base {
			t.Errorf("another %s has the same fingerprint", name)
		}
	}
}
