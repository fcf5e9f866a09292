package chat

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// query is a page that somebody asks for. Its strings are its own.
type query struct {
	user   string
	target target
	before uint64 // 0: the newest page
	limit  int
}

// span is the stretch of seqs that a query means in a conversation that shows
// what is above floor, up to last. It is empty where to < from.
func (q *query) span(floor, last uint64) (from, to uint64, more bool) {
	if to = last; q.before != 0 {
		to = min(to, q.before-1)
	}
	if to <= floor {
		return 1, 0, false
	}
	from = floor + 1
	if to-floor > uint64(q.limit) {
		from = to - uint64(q.limit) + 1
	}
	return from, to, from > floor+1
}

// page is what a query found: one or two stretches of chat objects, a comma
// before each but the first. They never change.
type page struct {
	older, newer []byte
	more         bool
}

// history answers with a page: at once where it is in memory, else by a reader.
func (s *Service) history(ss *Session, r *wire.Request) *wire.Error {
	t := &s.turns[ss.conn.ID().Reactor]
	tgt, refused := resolve(ss.user, r, &t.arena)
	if refused != nil {
		return refused
	}
	if ss.reads >= maxSessionReads || ss.loaded() {
		return errBusy.Pick()
	}
	q := query{ss.user, tgt, r.Before, r.Limit}
	if p, ok := s.remembered(&q); ok {
		ss.sendPage(r.CID, tgt.convID, p)
		return nil
	}
	id, cid := ss.conn.ID(), t.arena.text(r.CID)
	if !s.readers.try(func() {
		p, err := s.read(&q)
		s.loops.Do(id, func(ss *Session) {
			ss.reads--
			if err == nil && ss.loaded() {
				err = errBusy.Pick()
			}
			if err != nil {
				ss.conn.Send(frame(func(b []byte) []byte { return wire.AppendError(b, cid, s.Refusal(err)) }))
				return
			}
			ss.sendPage(cid, q.target.convID, p)
		})
	}) {
		return errBusy.Pick()
	}
	ss.reads++
	return nil
}

// maxSessionReads is how many reads one connection may have under way.
const maxSessionReads = 8

// loaded reports whether so much waits for the client already that a page more
// could make it look like one that doesn't read. While too much waits for all
// clients together, a page has to be read before the next.
func (ss *Session) loaded() bool {
	pending := ss.conn.Pending()
	return pending > ss.svc.cfg.MaxOutbound/2 || pending > crowdedStep && ss.svc.cfg.Crowded()
}

// History appends a page to dst as members of a JSON object: "conv_id",
// "messages", oldest first, and "has_more".
func (s *Service) History(_ context.Context, user string, r *wire.Request, dst []byte) ([]byte, error) {
	var a arena
	a.buf = make([]byte, 0, 2*maxConvID)
	tgt, refused := resolve(user, r, &a)
	if refused != nil {
		return dst, refused
	}
	q := query{user, tgt, r.Before, r.Limit}
	p, ok := s.remembered(&q)
	if !ok {
		s.slots <- struct{}{}
		var err error
		p, err = s.read(&q)
		<-s.slots
		if err != nil {
			return dst, s.Refusal(err)
		}
	}
	dst = wire.AppendString(append(dst, `"conv_id":`...), tgt.convID)
	dst = append(append(append(dst, `,"messages":[`...), p.older...), p.newer...)
	if p.more {
		return append(dst, `],"has_more":true`...), nil
	}
	return append(dst, `],"has_more":false`...), nil
}

// sendPage sends a history answer whose middle is shared with other answers.
func (ss *Session) sendPage(cid, convID string, p page) {
	// Room for a frame header before the head: its length is known only then.
	const room = codec.MaxHeader
	buf := make([]byte, room, room+len(cid)+len(convID)+128)
	buf = wire.AppendHistoryHead(buf, cid, convID)
	head := len(buf)
	buf = wire.AppendHistoryTail(buf, p.more)
	var hdr [codec.MaxHeader]byte
	h := codec.AppendHeader(hdr[:0], codec.OpText, len(buf)-room+len(p.older)+len(p.newer))
	start := room - len(h)
	copy(buf[start:], h)
	ss.conn.SendParts(buf[start:head], p.older, p.newer, buf[head:])
}

// remembered returns a page of two users' conversation that is in memory. Who
// may see a group's is known only to storage.
func (s *Service) remembered(q *query) (page, bool) {
	if q.target.kind != sequencer.Single {
		return page{}, false
	}
	h := s.seq.Head(q.target.convID)
	if h == nil || h.Cleared() {
		return page{}, false
	}
	from, to, more := q.span(0, h.Published())
	return s.cutPage(h.Num, from, to, more)
}

// cutPage cuts a page out of the chunks in memory; false if one is missing.
func (s *Service) cutPage(conv, from, to uint64, more bool) (page, bool) {
	if to < from {
		return page{more: more}, true
	}
	first, last := chunkIndex(from), chunkIndex(to)
	older := s.chunks.find(chunkKey{conv, first})
	newer := older
	if last != first {
		newer = s.chunks.find(chunkKey{conv, last})
	}
	if !older.holds(min(to, chunkFirst(first+1)-1)) || !newer.holds(to) {
		return page{}, false
	}
	return s.cut(older, newer, from, to, more), true
}

// cut makes the page from..to out of the chunk or the two chunks that hold it. A
// page that would be too large loses its oldest messages.
func (s *Service) cut(older, newer *chunk, from, to uint64, more bool) page {
	room := s.pageBytes()
	if newer == older {
		start := older.trim(from, to, room)
		return page{older: older.cut(start, to)[1:], more: more || start > from}
	}
	start := newer.trim(newer.first, to, room)
	rest := newer.cut(start, to)
	if start > newer.first || len(rest) >= room {
		return page{older: rest[1:], more: true}
	}
	start = older.trim(from, older.last(), room-len(rest))
	return page{older: older.cut(start, older.last())[1:], newer: rest, more: more || start > from}
}

// pageBytes is about how long a page may be, so that a few pages may wait for a
// client that reads.
func (s *Service) pageBytes() int { return min(256<<10, s.cfg.MaxOutbound/4) }

// read finds a page that a user may see. It reads the chunks that are missing.
// The end of the conversation is looked at before the membership: what comes
// after somebody was removed is not theirs.
func (s *Service) read(q *query) (page, error) {
	p, ok, err := s.find(q.target)
	if err != nil || !ok {
		return page{}, err
	}
	last, err := s.published(&p)
	if err != nil {
		return page{}, err
	}
	floor, err := s.floor(&p, q.user)
	if err != nil {
		return page{}, err
	}
	from, to, more := q.span(floor, last)
	if found, ok := s.cutPage(p.num, from, to, more); ok {
		return found, nil
	}
	older, err := s.chunk(&p, chunkIndex(from), last)
	newer := older
	if i := chunkIndex(to); err == nil && i != chunkIndex(from) {
		newer, err = s.chunk(&p, i, last)
	}
	if errors.Is(err, errLarge) {
		return s.readPage(&p, from, to, more)
	}
	if err != nil {
		return page{}, err
	}
	return s.cut(older, newer, from, to, more), nil
}

// readPage reads a page of messages so large that they are not kept in chunks:
// from the newest backwards, until it is long enough.
func (s *Service) readPage(p *place, from, to uint64, more bool) (page, error) {
	var stretches [][]byte
	size := 0
	for end := to; ; end -= readBack {
		start := from
		if end-from >= readBack {
			start = end - readBack + 1
		}
		var body []byte
		err := s.messages(p.num, start, end, func(m *storage.Message) error {
			body = p.appendStored(append(body, ','), m)
			return nil
		})
		if err != nil {
			return page{}, err
		}
		stretches = append(stretches, body)
		size += len(body)
		if start == from || size >= s.pageBytes() {
			slices.Reverse(stretches)
			body = slices.Concat(stretches...)
			if len(body) == 0 {
				return page{}, fmt.Errorf("%w: conversation %d has nothing at %d", storage.ErrCorrupt, p.num, to)
			}
			return page{older: body[1:], more: more || start > from}, nil
		}
	}
}

const readBack = 4 // messages that readPage reads at a time

// find finds the conversation of a target. That of two users who never wrote to
// each other exists as soon as either thinks of it, and is empty: not ok.
func (s *Service) find(t target) (p place, ok bool, err error) {
	rec, ok, err := s.db.Conversation(t.convID)
	if err != nil {
		return p, false, err
	}
	if !ok && t.kind == sequencer.Single {
		return p, false, nil
	}
	if !ok {
		return p, false, errNotFound
	}
	p, _ = newPlace(rec.Num, rec.ID)
	return p, true, nil
}

// floor is the seq above which a user may see a conversation.
func (s *Service) floor(p *place, user string) (uint64, error) {
	rec, ok, err := s.db.Session(user, p.num)
	switch {
	case err != nil:
		return 0, err
	case !ok || rec.Left:
		return 0, errNotFound
	}
	return floorOf(&rec), nil
}

// published is the last seq that may be shown. A conversation that is not in
// memory is asked for: the next reader finds it. Storage shows what is not synced
// yet; such a record has an id above the durable one.
func (s *Service) published(p *place) (uint64, error) {
	if h := s.seq.Head(p.id); h != nil {
		return h.Published(), nil
	}
	s.seq.Open(p.id)
	durable := s.seq.Durable()
	last, err := s.db.LastSeq(p.num)
	for ; err == nil && last > 0; last-- {
		shown := false
		err = s.db.Messages(p.num, last, last, func(m *storage.Message) error {
			shown = m.ID <= durable
			return nil
		})
		if shown {
			break
		}
	}
	return last, err
}

// maxChunk is up to how many bytes of messages a chunk is worth making.
const maxChunk = 1 << 20

var errLarge = errors.New("chat: messages too large for a chunk")

// chunk returns a chunk as long as it can be with messages up to last. One that
// is in memory is lengthened. It says errLarge where it would be too large.
func (s *Service) chunk(p *place, index, last uint64) (*chunk, error) {
	key := chunkKey{p.num, index}
	c := &chunk{first: chunkFirst(index), until: math.MaxInt64}
	from, to := c.first, min(last, chunkFirst(index+1)-1)
	old, drops := s.chunks.findFor(key)
	if old.holds(to) {
		return old, nil
	}
	if old != nil {
		c.body, c.ends, c.until, from = slices.Clip(old.body), slices.Clip(old.ends), old.until, old.last()+1
	}
	c.body = slices.Grow(c.body, int(to-from+1)*frameGuess)
	c.ends = slices.Grow(c.ends, int(to-from+1))
	err := s.messages(p.num, from, to, func(m *storage.Message) error {
		if m.Expires != 0 && m.Flags&flagExpired == 0 {
			c.until = min(c.until, m.Expires)
		}
		c.body = p.appendStored(append(c.body, ','), m)
		c.ends = append(c.ends, int32(len(c.body)))
		if len(c.body) > maxChunk {
			return errLarge
		}
		return nil
	})
	if err == nil && c.last() != to {
		err = fmt.Errorf("%w: conversation %d ends at %d, not %d", storage.ErrCorrupt, p.num, c.last(), to)
	}
	if err != nil {
		return nil, err
	}
	if cap(c.body)-len(c.body) > len(c.body)/4 {
		c.body = slices.Clone(c.body)
	}
	s.chunks.keep(key, c, drops)
	return c, nil
}

// frameGuess is about what a short message takes when it is encoded.
const frameGuess = 256
