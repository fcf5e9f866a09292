package sequencer

import (
	"testing"

	"pgregory.net/rapid"
)

// What was added may be there, through any number of segments.
func TestFilterHasNoFalseNegatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hashes := rapid.SliceOfN(rapid.Uint64(), 0, 2000).Draw(t, "hashes")
		f := filter{segments: []segment{newSegment(1)}}
		for _, h := range hashes {
			f.add(h)
		}
		for _, h := range hashes {
			if !f.mayHold(h) {
				t.Fatalf("%x was added", h)
			}
		}
	})
}

// A filter grows and stays a filter: few false answers.
func TestFilterGrows(t *testing.T) {
	h, f := newHasher(), filter{}
	const n = 3 * filterFirstBlocks * hashesPerBlock // two segments full
	for i := range uint64(n) {
		f.add(h.sum("u", string(cidOf(i))))
	}
	if len(f.segments) != 2 || len(f.segments[1].blocks) != 2*filterFirstBlocks {
		t.Errorf("%d segments", len(f.segments))
	}
	wrong := 0
	for i := range uint64(100_000) {
		if f.mayHold(h.sum("other", string(cidOf(i)))) {
			wrong++
		}
	}
	if wrong > 2000 {
		t.Errorf("%d of 100,000 false answers", wrong)
	}
}

func cidOf(i uint64) []byte {
	return []byte{byte(i), byte(i >> 8), byte(i >> 16), byte(i >> 24), 'c'}
}

// A filter that would outgrow its budget knows nothing any more.
func TestFilterFull(t *testing.T) {
	full := segment{blocks: make([]block, filterMaxBlocks)} // no room
	f := filter{segments: []segment{full}}
	f.add(7)
	if !f.mayHold(7) || !f.mayHold(8) {
		t.Error("says no")
	}
	if (&filter{}).mayHold(1) {
		t.Error("an empty filter holds something")
	}
}
