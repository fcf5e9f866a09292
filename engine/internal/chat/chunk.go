package chat

import (
	"sync"
	"sync/atomic"
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
// anything. Messages don't change, so neither does a chunk: the last one of a
// conversation is replaced by a longer one when a reader asks for more.
type chunk struct {
	first uint64
	body  []byte  // objects, each with a comma before it
	ends  []int32 // where each object ends
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
	if c != nil && !c.used.Load() {
		c.used.Store(true)
	}
	return c
}

// keep puts a chunk in place of a shorter one.
func (k *chunks) keep(key chunkKey, c *chunk) {
	s := k.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.byKey[key]; old == nil {
		s.round = append(s.round, key)
	} else if old.holds(c.last()) {
		return
	} else {
		s.bytes -= old.size()
	}
	s.byKey[key] = c
	s.bytes += c.size()
	s.shrink()
}

// shrink lets chunks go until the shard is within its bound.
func (s *chunkShard) shrink() {
	for s.bytes > maxChunkBytes/chunkShards && len(s.round) > 1 {
		key := s.round[0]
		s.round = s.round[1:]
		if c := s.byKey[key]; c.used.Swap(false) {
			s.round = append(s.round, key)
		} else {
			s.bytes -= c.size()
			delete(s.byKey, key)
		}
	}
}
