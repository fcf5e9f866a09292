package chat

import (
	"math"
	"sync"
	"sync/atomic"

	"gannet/engine/internal/failpoint"
)

const (
	// chunkLen is how many messages a full chunk holds. It is above the longest
	// page, so that a page lies in two chunks at most.
	chunkLen = 128

	chunkShards   = 16
	maxChunkBytes = 96 << 20 // of all chunks together
	chunkExtra    = 128      // bytes of a chunk beside its messages
)

// chunk is a stretch of a conversation as encoded chat objects: the messages
// from 128·i+1 on. A page is cut out of one or two chunks without encoding
// anything. A chunk doesn't change: the last one of a conversation is replaced by
// a longer one when a reader asks for more, and one of which a message has changed
// is dropped.
type chunk struct {
	first uint64
	body  []byte  // objects, each with a comma before it
	ends  []int32 // where each object ends
	until int64   // Unix milliseconds at which a message in it expires
	used  atomic.Bool
}

// chunkKey names a chunk: the conversation's number and i.
type chunkKey struct{ conv, index uint64 }

func chunkIndex(seq uint64) uint64     { return (seq - 1) / chunkLen }
func chunkFirst(index uint64) uint64   { return index*chunkLen + 1 }
func (c *chunk) last() uint64          { return c.first + uint64(len(c.ends)) - 1 }
func (c *chunk) size() int             { return cap(c.body) + 4*cap(c.ends) + chunkExtra }
func (c *chunk) holds(seq uint64) bool { return c != nil && seq <= c.last() }

// cut returns the messages from..to, as far as they are in the chunk, with a
// comma before each.
func (c *chunk) cut(from, to uint64) []byte {
	return c.body[c.start(from):c.ends[min(to, c.last())-c.first]]
}

// trim returns the least seq, from..to, from which on the messages up to to fit
// into so many bytes; to itself always does.
func (c *chunk) trim(from, to uint64, room int) uint64 {
	end := int(c.ends[to-c.first])
	for from < to && end-c.start(from) > room {
		from++
	}
	return from
}

// start is where the message with a seq begins in the body.
func (c *chunk) start(seq uint64) int {
	if seq <= c.first {
		return 0
	}
	return int(c.ends[seq-c.first-1])
}

// chunks is the cache of chunks, shared by all loops and readers. Who wasn't
// used for a whole round goes first.
type chunks struct{ shards [chunkShards]chunkShard }

type chunkShard struct {
	mu    sync.RWMutex
	drops uint64 // how often a chunk was dropped because a message had changed
	byKey map[chunkKey]*chunk
	round []chunkKey // in order of coming in
	bytes int
}

func newChunks() *chunks {
	k := new(chunks)
	for i := range k.shards {
		k.shards[i].byKey = make(map[chunkKey]*chunk)
	}
	return k
}

func (k *chunks) shard(key chunkKey) *chunkShard {
	return &k.shards[(key.conv+key.index)%chunkShards]
}

// find returns a chunk, or nil.
func (k *chunks) find(key chunkKey) *chunk {
	s := k.shard(key)
	s.mu.RLock()
	c := s.byKey[key]
	s.mu.RUnlock()
	if !c.fresh() {
		return nil
	}
	if c != nil && !c.used.Load() {
		c.used.Store(true)
	}
	return c
}

// fresh reports whether no message of the chunk has expired since it was made.
func (c *chunk) fresh() bool {
	return c == nil || c.until == math.MaxInt64 || failpoint.Now().UnixMilli() < c.until
}

// findFor is find for who is about to make a longer chunk. keep wants the second
// result back: what was read before a drop is old.
func (k *chunks) findFor(key chunkKey) (c *chunk, drops uint64) {
	s := k.shard(key)
	s.mu.RLock()
	drops = s.drops
	s.mu.RUnlock()
	return k.find(key), drops
}

// drop forgets a chunk of which a message has changed.
func (k *chunks) drop(key chunkKey) {
	s := k.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
	if s.byKey[key] != nil { // an empty one keeps its place in the round
		s.put(key, &chunk{first: chunkFirst(key.index), until: math.MaxInt64})
	}
}

// keep puts a chunk in place of a shorter one, unless one was dropped meanwhile.
func (k *chunks) keep(key chunkKey, c *chunk, drops uint64) {
	s := k.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops != drops {
		return
	}
	old := s.byKey[key]
	if old.fresh() && old.holds(c.last()) {
		return
	}
	if old == nil {
		s.round = append(s.round, key)
	}
	s.put(key, c)
	s.shrink()
}

// put puts a chunk in the place of the one that is there, if one is.
func (s *chunkShard) put(key chunkKey, c *chunk) {
	s.forget(key)
	s.byKey[key] = c
	s.bytes += c.size()
}

// shrink lets chunks go until the shard is within its bound.
func (s *chunkShard) shrink() {
	for s.bytes > maxChunkBytes/chunkShards && len(s.round) > 1 {
		key := s.round[0]
		s.round = s.round[1:]
		if c := s.byKey[key]; c != nil && c.used.Swap(false) {
			s.round = append(s.round, key)
		} else {
			s.forget(key)
		}
	}
}

// forget takes a chunk out, if it is there.
func (s *chunkShard) forget(key chunkKey) {
	if c := s.byKey[key]; c != nil {
		s.bytes -= c.size()
		delete(s.byKey, key)
	}
}
