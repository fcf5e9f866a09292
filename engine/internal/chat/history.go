package chat

import (
	"context"
	"fmt"
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
	q := query{ss.user, tgt, r.Before, r.Limit}
	if p, ok := s.remembered(&q); ok {
		ss.sendPage(r.CID, tgt.convID, p)
		return nil
	}
	id, cid := ss.conn.ID(), t.arena.text(r.CID)
	if !s.readers.try(func() {
		p, err := s.read(&q)
		s.loops.Do(id, func(ss *Session) {
			if err != nil {
				ss.conn.Send(frame(func(b []byte) []byte { return wire.AppendError(b, cid, s.Refusal(err)) }))
				return
			}
			ss.sendPage(cid, q.target.convID, p)
		})
	}) {
		return errBusy
	}
	return nil
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
		var err error
		if p, err = s.read(&q); err != nil {
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
	if h == nil {
		return page{}, false
	}
	from, to, more := q.span(0, h.Published())
	return s.cutPage(h.Num, from, to, more)
}

// cutPage cuts a page out of the chunks in memory; false if one is missing.
func (s *Service) cutPage(conv, from, to uint64, more bool) (page, bool) {
	p := page{more: more}
	if to < from {
		return p, true
	}
	first, last := chunkIndex(from), chunkIndex(to)
	c := s.chunks.find(chunkKey{conv, first})
	if !c.holds(min(to, chunkFirst(first+1)-1)) {
		return p, false
	}
	p.older = c.cut(from, to)[1:] // no comma before the first
	if first == last {
		return p, true
	}
	if c = s.chunks.find(chunkKey{conv, last}); !c.holds(to) {
		return p, false
	}
	p.newer = c.cut(chunkFirst(last), to)
	return p, true
}

// read finds a page that a user may see. It reads the chunks that are missing.
func (s *Service) read(q *query) (page, error) {
	p, floor, err := s.visible(q.user, q.target)
	if err != nil || p.num == 0 {
		return page{}, err
	}
	last, err := s.published(&p)
	if err != nil {
		return page{}, err
	}
	from, to, more := q.span(floor, last)
	if found, ok := s.cutPage(p.num, from, to, more); ok {
		return found, nil
	}
	found := page{more: more}
	older, err := s.chunk(&p, chunkIndex(from), last)
	if err != nil {
		return page{}, err
	}
	found.older = older.cut(from, to)[1:]
	if i := chunkIndex(to); i != chunkIndex(from) {
		newer, err := s.chunk(&p, i, last)
		if err != nil {
			return page{}, err
		}
		found.newer = newer.cut(chunkFirst(i), to)
	}
	return found, nil
}

// visible finds a conversation and the seq above which a user may see it. The
// place of two users who never wrote to each other has no number: it exists as
// soon as either thinks of it, and is empty.
func (s *Service) visible(user string, t target) (place, uint64, error) {
	rec, ok, err := s.db.Conversation(t.convID)
	if err != nil {
		return place{}, 0, err
	}
	if !ok && t.kind == sequencer.Single {
		return place{}, 0, nil
	}
	if !ok {
		return place{}, 0, errNotFound
	}
	p, _ := newPlace(rec.Num, rec.ID)
	if t.kind == sequencer.Single {
		return p, 0, nil
	}
	m, ok, err := s.db.Member(rec.Num, user)
	switch {
	case err != nil:
		return place{}, 0, err
	case !ok:
		return place{}, 0, errNotFound
	}
	return p, m.JoinSeq - 1, nil
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

// chunk returns a chunk as long as it can be with messages up to last. One that
// is in memory is lengthened.
func (s *Service) chunk(p *place, index, last uint64) (*chunk, error) {
	key := chunkKey{p.num, index}
	c := &chunk{first: chunkFirst(index)}
	from, to := c.first, min(last, chunkFirst(index+1)-1)
	if old := s.chunks.find(key); old.holds(to) {
		return old, nil
	} else if old != nil {
		c.body, c.ends, from = slices.Clip(old.body), slices.Clip(old.ends), old.last()+1
	}
	c.body = slices.Grow(c.body, int(to-from+1)*frameGuess)
	c.ends = slices.Grow(c.ends, int(to-from+1))
	err := s.db.Messages(p.num, from, to, func(m *storage.Message) error {
		c.body = p.appendStored(append(c.body, ','), m)
		c.ends = append(c.ends, int32(len(c.body)))
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
	s.chunks.keep(key, c)
	return c, nil
}

// frameGuess is about what a short message takes when it is encoded.
const frameGuess = 256
