package chat

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Conversations appends a page of a user's conversations to dst: pinned ones
// first, each kind by latest activity, as members of a JSON object:
// "conversations", and "next" where there are more. Only those of the page are
// read: of the others just where they end.
func (s *Service) Conversations(_ context.Context, user string, limit int, cursor string, dst []byte) ([]byte, error) {
	return s.waitForList(user, false, limit, cursor, dst)
}

// waitForList makes a page of a user's list, of their service conversations alone
// where they are a visitor, when a reader is free.
func (s *Service) waitForList(user string, visitor bool, limit int, cursor string, dst []byte) ([]byte, error) {
	s.slots <- struct{}{}
	out, err := s.conversations(user, visitor, limit, cursor, dst)
	<-s.slots
	if err != nil {
		return dst, s.Refusal(err)
	}
	return out, nil
}

// list is Conversations over a WebSocket.
func (s *Service) list(ss *Session, r *wire.Request) *wire.Error {
	if ss.reads >= maxSessionReads || ss.loaded() {
		return errBusy.Pick()
	}
	id, user, visitor := ss.conn.ID(), ss.user, ss.visitor()
	cid, limit, cursor := strings.Clone(r.CID), r.Limit, strings.Clone(r.After)
	if !s.readers.try(func() {
		var err error
		answer := frame(func(b []byte) []byte {
			b, err = s.conversations(user, visitor, limit, cursor, wire.AppendConversationsHead(b, cid))
			return append(b, '}')
		})
		s.loops.Do(id, func(ss *Session) {
			ss.reads--
			if err == nil && ss.loaded() {
				err = errBusy.Pick()
			}
			if err != nil {
				ss.refuse(cid, s.Refusal(err))
				return
			}
			ss.conn.Send(answer)
		})
	}) {
		return errBusy.Pick()
	}
	ss.reads++
	return nil
}

// item is a conversation in a user's list.
type item struct {
	session storage.Session
	last    uint64 // id of its last entry
}

// rank is where an item stands in the list: the highest first.
type rank struct {
	pinned int64
	last   uint64
}

func (i *item) rank() rank { return rank{i.session.PinnedAt, i.last} }

func (r rank) compare(o rank) int {
	return cmp.Or(cmp.Compare(r.pinned, o.pinned), cmp.Compare(r.last, o.last))
}

// cursor and parseRank are how clients see a rank.
func (r rank) cursor() string {
	return strconv.FormatInt(r.pinned, 36) + "." + strconv.FormatUint(r.last, 36)
}

func parseRank(cursor string) (r rank, ok bool) {
	pinned, last, _ := strings.Cut(cursor, ".")
	var err1, err2 error
	r.pinned, err1 = strconv.ParseInt(pinned, 36, 64)
	r.last, err2 = strconv.ParseUint(last, 36, 64)
	return r, err1 == nil && err2 == nil
}

func (s *Service) conversations(user string, visitor bool, limit int, cursor string, dst []byte) ([]byte, error) {
	var noted map[uint64]sequencer.Noted // asked for first: what is noted later is in the sessions
	if err := s.seq.Ask(func(tx *sequencer.Tx) { noted = tx.Noted(user) }); err != nil {
		return dst, err
	}
	items, err := s.items(user, visitor, cursor)
	if err != nil {
		return dst, err
	}
	slices.SortFunc(items, func(a, b item) int { return b.rank().compare(a.rank()) })
	more := len(items) > limit
	items = items[:min(limit, len(items))]
	start := len(dst)
	dst = append(dst, `"conversations":[`...)
	for i := range items {
		if len(dst)-start > s.pageBytes() { // of what is large there are fewer in a page
			items, more = items[:i], true
			break
		}
		rec := &items[i].session
		rec.SentSeq = max(rec.SentSeq, noted[rec.Conv].Sent)
		rec.AckSeq = max(rec.AckSeq, noted[rec.Conv].Ack)
		before := len(dst)
		if dst, err = s.appendConversation(dst, rec); errors.Is(err, errLeft) {
			dst = dst[:before]
		} else if err != nil {
			return dst, err
		}
	}
	dst = append(dst, ']')
	if more {
		dst = wire.AppendString(append(dst, `,"next":`...), items[len(items)-1].rank().cursor())
	}
	return dst, nil
}

// items finds the conversations of a user's list behind a cursor.
func (s *Service) items(user string, visitor bool, cursor string) (items []item, err error) {
	behind, ok := parseRank(cursor)
	if cursor != "" && !ok {
		return nil, errCursor
	}
	return items, s.db.Sessions(user, func(rec storage.Session) error {
		if rec.Left || visitor && sequencer.Kind(rec.Kind) != sequencer.Service {
			return nil
		}
		tail, err := s.db.Tail(rec.Conv)
		if err != nil || rec.HiddenSeq > 0 && rec.HiddenSeq >= tail.Seq {
			return err
		}
		i := item{rec, tail.ID}
		if cursor == "" || i.rank().compare(behind) < 0 {
			items = append(items, i)
		}
		return nil
	})
}

// line is a conversation in a user's list while it is put together.
type line struct {
	place
	rec *storage.Session
	wire.Conversation
}

func (s *Service) appendConversation(dst []byte, rec *storage.Session) ([]byte, error) {
	conv, ok, err := s.db.ConversationByNum(rec.Conv)
	if err == nil && !ok {
		err = storage.ErrCorrupt
	}
	if err != nil {
		return dst, err
	}
	l := &line{rec: rec}
	l.place, _ = newPlace(conv.Num, conv.ID)
	l.Conversation = wire.Conversation{
		ConvID: conv.ID, Kind: wire.Kind(conv.Kind), AckSeq: rec.AckSeq, ClearedSeq: rec.ClearedSeq,
		Pinned: rec.PinnedAt > 0, Muted: rec.Flags&sessionMuted != 0,
	}
	for _, look := range []func(*line) error{s.lookUnread, s.lookLast, s.lookGroup, s.lookPeer} {
		if err := look(l); err != nil {
			return dst, err
		}
	}
	if dst[len(dst)-1] != '[' {
		dst = append(dst, ',')
	}
	return wire.AppendConversation(dst, &l.Conversation), nil
}

// errLeft says that the user was taken out of a conversation of the list just now.
var errLeft = errors.New("chat: left")

// lookUnread counts the messages behind the read cursor. A user has read what is
// before their own last message, and what they can't see.
func (s *Service) lookUnread(l *line) (err error) {
	if l.LastSeq, err = s.published(&l.place); err != nil {
		return err
	}
	// After its end is known: what comes after a removal is not for who was removed.
	now, ok, err := s.db.Session(l.rec.User, l.num)
	if err != nil {
		return err
	}
	if !ok || now.Left {
		return errLeft
	}
	l.ReadSeq = min(l.LastSeq, max(floorOf(l.rec), l.rec.ReadSeq, l.rec.SentSeq))
	l.AckSeq = min(l.LastSeq, l.AckSeq)
	if l.ReadSeq == l.LastSeq {
		return nil
	}
	all, err := s.db.CountTo(l.num, l.LastSeq)
	if err != nil {
		return err
	}
	read, err := s.db.CountTo(l.num, l.ReadSeq)
	if err != nil {
		return err
	}
	l.Unread = all - read
	return s.lookMention(l, l.rec.MentionSeq)
}

// lookMention looks at a message that wants the user's attention: once it is read
// or gone, it doesn't any more.
func (s *Service) lookMention(l *line, seq uint64) error {
	if seq <= l.ReadSeq || seq > l.LastSeq || l.Mentioned {
		return nil
	}
	return s.messages(l.num, seq, seq, func(m *storage.Message) error {
		l.Mentioned = m.Flags&(flagRecalled|flagExpired) == 0
		return nil
	})
}

// floorOf is the seq above which a user sees a conversation.
func floorOf(rec *storage.Session) uint64 { return max(rec.JoinSeq-1, rec.ClearedSeq) }

const (
	lookBackStep = 8
	lookBack     = 64 // entries that are searched for the last message
)

// lookLast finds the last message: entries behind it may be events.
func (s *Service) lookLast(l *line) error {
	floor := floorOf(l.rec)
	for to := l.LastSeq; to > floor && l.LastSeq-to < lookBack && l.LastMessage == nil; {
		from := floor + 1
		if to-floor > lookBackStep {
			from = to - lookBackStep + 1
		}
		err := s.messages(l.num, from, to, func(m *storage.Message) error {
			l.UpdatedAt = max(l.UpdatedAt, m.Time)
			if !m.Event {
				l.LastMessage = l.appendStored(l.LastMessage[:0], m)
			}
			return nil
		})
		if err != nil {
			return err
		}
		to = from - 1
	}
	return nil
}

func (s *Service) lookGroup(l *line) error {
	if l.kind == sequencer.Single {
		return nil
	}
	g, _, err := s.db.Group(l.num)
	if err != nil {
		return err
	}
	if l.kind == sequencer.Service {
		l.SessionID = wire.SessionOf(l.id)
	} else {
		l.GroupID, l.Name = l.group(), g.Name
	}
	return s.lookMention(l, g.MentionSeq)
}

func (s *Service) lookPeer(l *line) error {
	if l.kind != sequencer.Single {
		return nil
	}
	l.Peer = l.peer(l.rec.User)
	peer, _, err := s.db.Session(l.Peer, l.num)
	l.PeerReadSeq = min(l.LastSeq, peer.ReadSeq)
	l.PeerAckSeq = min(l.LastSeq, max(peer.AckSeq, peer.ReadSeq))
	return err
}
