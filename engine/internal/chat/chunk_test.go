package chat

import (
	"math"
	"testing"
)

func fullChunk(first uint64, n, size int) *chunk {
	c := &chunk{first: first, body: make([]byte, 0, n*size), until: math.MaxInt64}
	for range n {
		c.body = append(c.body, ',')
		for range size - 1 {
			c.body = append(c.body, byte('a'+first%26))
		}
		c.ends = append(c.ends, int32(len(c.body)))
	}
	return c
}

func TestChunkPlaces(t *testing.T) {
	for seq, want := range map[uint64]uint64{1: 0, 128: 0, 129: 1, 256: 1, 257: 2} {
		if got := chunkIndex(seq); got != want || chunkFirst(got) > seq || chunkFirst(got+1) <= seq {
			t.Errorf("%d is in chunk %d", seq, got)
		}
	}
	c := fullChunk(129, 10, 3)
	if !c.holds(138) || c.holds(139) || (*chunk)(nil).holds(1) {
		t.Error("holds the wrong ones")
	}
	for _, tc := range []struct{ from, to, n uint64 }{{129, 129, 1}, {129, 138, 10}, {131, 132, 2}, {138, 999, 1}, {1, 130, 2}} {
		if got := c.cut(tc.from, tc.to); uint64(len(got)) != 3*tc.n {
			t.Errorf("%d to %d: %d bytes", tc.from, tc.to, len(got))
		}
	}
}

// A chunk never takes the place of a longer one.
func TestChunkGrows(t *testing.T) {
	k := newChunks()
	key := chunkKey{7, 0}
	short, long := fullChunk(1, 3, 4), fullChunk(1, 5, 4)
	for _, c := range []*chunk{short, long, short} {
		k.keep(key, c, 0)
	}
	if k.find(key) != long || k.find(chunkKey{7, 1}) != nil || k.find(chunkKey{8, 0}) != nil {
		t.Error("wrong chunk")
	}
	if s := k.shard(key); s.bytes != long.size() || len(s.round) != 1 {
		t.Errorf("%d bytes, %d in the round", s.bytes, len(s.round))
	}
}

// The cache stays within its bound, and what is used stays longer.
func TestChunksAreBounded(t *testing.T) {
	k := newChunks()
	used := chunkKey{0, 0}
	const size = 1 << 20
	for i := range uint64(3 * maxChunkBytes / size) {
		k.keep(chunkKey{i, 0}, fullChunk(1, 1, size), 0)
		k.find(used)
	}
	total := 0
	for i := range k.shards {
		s := &k.shards[i]
		total += s.bytes
		sum := 0
		for _, c := range s.byKey {
			sum += c.size()
		}
		if sum != s.bytes || len(s.round) != len(s.byKey) {
			t.Errorf("shard %d: %d bytes, counted %d; %d keys, %d in the round", i, sum, s.bytes, len(s.byKey), len(s.round))
		}
	}
	if total > maxChunkBytes || total < maxChunkBytes/2 {
		t.Errorf("%d bytes", total)
	}
	if k.find(used) == nil {
		t.Error("what was used all the time is gone")
	}
}
