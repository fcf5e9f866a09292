package chat

import (
	"context"
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
	before uint64
	limit  int
}

// page is what a query found: chat objects with commas between them, which
// never change.
type page struct {
	body []byte
	more bool
}

// history answers with a page: at once where it is in memory, else by a reader.
func (s *Service) history(ss *Session, r *wire.Request) *wire.Error {
	t := &s.turns[ss.conn.ID().Reactor]
	tgt, refused := resolve(ss.user, r, &t.arena)
	if refused != nil {
		return refused
	}
	if tgt.kind == sequencer.Single {
		if p, ok := s.cached(tgt.convID, r.Before, 0, r.Limit); ok {
			ss.sendPage(r.CID, tgt.convID, p)
			return nil
		}
	}
	q := query{ss.user, tgt, r.Before, r.Limit}
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
	p, ok := page{}, false
	if tgt.kind == sequencer.Single {
		p, ok = s.cached(tgt.convID, r.Before, 0, r.Limit)
	}
	if !ok {
		var err error
		if p, err = s.read(&query{user, tgt, r.Before, r.Limit}); err != nil {
			return dst, s.Refusal(err)
		}
	}
	dst = wire.AppendString(append(dst, `"conv_id":`...), tgt.convID)
	dst = append(append(dst, `,"messages":[`...), p.body...)
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
	h := codec.AppendHeader(hdr[:0], codec.OpText, len(buf)-room+len(p.body))
	start := room - len(h)
	copy(buf[start:], h)
	ss.conn.SendParts(buf[start:head], p.body, buf[head:])
}

// cached returns a page that is in memory.
func (s *Service) cached(convID string, before, floor uint64, limit int) (page, bool) {
	h := s.seq.Head(convID)
	if h == nil {
		return page{}, false
	}
	t := s.tails.find(h)
	if t == nil {
		return page{}, false
	}
	body, more, ok := t.page(before, floor, limit)
	return page{body, more}, ok
}

// read finds a page on disk, or in memory once it is known what the user may see.
func (s *Service) read(q *query) (page, error) {
	p, floor, err := s.visible(q.user, q.target)
	if err != nil || p.num == 0 {
		return page{}, err
	}
	if found, ok := s.cached(p.id, q.before, floor, q.limit); ok {
		return found, nil
	}
	last, err := s.published(&p)
	if err != nil {
		return page{}, err
	}
	if q.before == 0 || q.before > last {
		if t, err := s.makeTail(&p, last); err != nil {
			return page{}, err
		} else if body, more, ok := t.page(q.before, floor, q.limit); ok {
			return page{body, more}, nil
		}
	}
	return s.readPage(&p, q, floor, last)
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

// published is the last seq that may be shown. Storage shows what is not synced
// yet; such a record has an id above the durable one.
func (s *Service) published(p *place) (uint64, error) {
	if h := s.seq.Head(p.id); h != nil {
		return h.Published(), nil
	}
	durable := s.seq.Durable()
	last, err := s.db.LastSeq(p.num)
	if err != nil || last == 0 {
		return 0, err
	}
	for ; last > 0; last-- {
		shown := false
		err := s.db.Messages(p.num, last, last, func(m *storage.Message) error {
			shown = m.ID <= durable
			return nil
		})
		if err != nil || shown {
			return last, err
		}
	}
	return 0, nil
}

// makeTail reads the end of a conversation, and keeps it if the conversation is
// in memory. Where it isn't, it is asked for: the next reader finds both.
func (s *Service) makeTail(p *place, last uint64) (*tail, error) {
	n := uint64(tailLen)
	for {
		t, err := s.readTail(p, last, n)
		if err != nil {
			return nil, err
		}
		if len(t.body) > maxTail && n > 1 {
			n /= 4
			continue
		}
		if h := s.seq.Head(p.id); h != nil {
			s.tails.keep(h, t)
		} else {
			s.seq.Open(p.id)
		}
		return t, nil
	}
}

func (s *Service) readTail(p *place, last, n uint64) (*tail, error) {
	t := &tail{first: 1, last: last}
	if last > n {
		t.first = last - n + 1
	}
	body, ends, err := s.encode(p, t.first, last)
	t.body, t.ends = slices.Clip(body), slices.Clip(ends)
	return t, err
}

func (s *Service) readPage(p *place, q *query, floor, last uint64) (page, error) {
	to := last
	if q.before != 0 {
		to = min(to, q.before-1)
	}
	if to <= floor {
		return page{}, nil
	}
	from := floor + 1
	if to-floor > uint64(q.limit) {
		from = to - uint64(q.limit) + 1
	}
	body, _, err := s.encode(p, from, to)
	return page{body, from > floor+1}, err
}

// encode reads the messages from..to and encodes them with commas between.
func (s *Service) encode(p *place, from, to uint64) (body []byte, ends []int32, err error) {
	if from > to {
		return nil, nil, nil
	}
	body = make([]byte, 0, (to-from+1)*256)
	ends = make([]int32, 0, to-from+1)
	err = s.db.Messages(p.num, from, to, func(m *storage.Message) error {
		if len(body) > 0 {
			body = append(body, ',')
		}
		body = p.appendStored(body, m)
		ends = append(ends, int32(len(body)))
		return nil
	})
	if err == nil && uint64(len(ends)) != to-from+1 {
		err = storage.ErrCorrupt
	}
	return body, ends, err
}
