package sequencer

import (
	"hash/maphash"
	"math/bits"

	"gannet/engine/internal/delivery"

	"github.com/cespare/xxhash/v2"
)

// Kind of a conversation, as stored.
type Kind uint8

// The kinds of conversations.
const (
	Single  Kind = 1
	Group   Kind = 2
	Service Kind = 3 // a customer-service session, or the notes of its agents
)

// Send is a message that asks for its place in the log. Its strings and content
// must not change until it is answered.
type Send struct {
	From    string // the user who sends
	Kind    Kind
	ConvID  string
	To      string // Single: the other user
	CID     string // names the send for retries; "" = can't be recognised
	Type    string // content type; "" = text
	Content []byte // JSON, kept byte for byte
	More    *More  // what few messages have; nil: nothing of it

	Origin delivery.Conn // the connection to answer and not to push to; or
	Done   func(Result)  // who waits; called on the syncer goroutine, must not block

	hash        uint64 // of (From, CID), for this process
	fingerprint uint64 // of what is sent, for ever
}

// More is what few messages have besides their content.
type More struct {
	Extra      []byte   // JSON members that are sent with it, without braces
	Mentions   []string // users whose attention it wants
	MentionAll bool     // it wants every member's
	ReplyTo    uint64   // id of the message of the same conversation that it answers
	TTL        int64    // milliseconds after which its content goes; 0: never
	Time       int64    // of an imported message, Unix milliseconds; 0: now
	System     bool     // needs no membership and minds no block

	event   bool   // no message: see [Tx.Event]
	ref     uint64 // the seq that an event is about
	expires int64
	refuse  error // see [Send.Refuse]
}

// Stamp notes what the client sent, by which a retry is known. To be called before
// the content is changed on the client's behalf: else a retry, which would be changed
// again, maybe in another way, would be a conflict.
func (m *Send) Stamp() { m.fingerprint = fingerprintOf(m) }

// Refuse makes a Send one that is not to be stored but refused with err, unless it
// is a retry of one that was stored: that is answered as the first time. Submit it
// as any other, so that its answer keeps its place among the others.
func (m *Send) Refuse(err error) {
	if m.More == nil {
		m.More = new(More)
	}
	m.More.refuse = err
}

// Result is the answer to a Send.
type Result struct {
	ID, Seq uint64
	ConvID  string
	Time    int64 // Unix milliseconds
	Err     error
}

// hasher hashes (sender, cid) pairs under seeds of this process, so that nobody
// outside can make collisions.
type hasher struct{ sender, cid maphash.Seed }

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) sum(sender, cid string) uint64 {
	return bits.RotateLeft64(maphash.String(h.sender, sender), 31) ^ maphash.String(h.cid, cid)
}

// fingerprintOf tells a retry from another message under the same cid. It is
// stored, so it must stay the same for ever.
func fingerprintOf(m *Send) uint64 {
	return bits.RotateLeft64(xxhash.Sum64String(m.ConvID), 21) ^
		bits.RotateLeft64(xxhash.Sum64String(m.Type), 42) ^
		xxhash.Sum64(m.Content) ^ m.More.fingerprint()
}

func (m *More) fingerprint() uint64 {
	if m == nil || len(m.Extra) == 0 && m.ReplyTo == 0 && m.TTL == 0 {
		return 0
	}
	return bits.RotateLeft64(xxhash.Sum64(m.Extra)^m.ReplyTo^uint64(m.TTL), 7)
}
