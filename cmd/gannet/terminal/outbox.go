package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"

	"gannet/codec/client"
)

// outgoing is a message that the server hasn't answered.
type outgoing struct {
	conv    *conversation
	message client.Message
	answers uint64 // the seq of the message that it answers
}

// send puts a message into the outbox. They leave one after the other, so that
// their order is the one in which they were typed, also over breaks and refusals
// that pass.
func (s *session) send(o outgoing) {
	t := o.conv.target()
	o.message.To, o.message.GroupID, o.message.ConvID = t.To, t.GroupID, t.ConvID
	s.outbox = append(s.outbox, o)
	if len(s.outbox) == 1 {
		s.sendNext()
	}
}

func (s *session) sendNext() {
	if len(s.outbox) == 0 {
		return
	}
	next := s.outbox[0]
	go func() {
		sent, err := deliver(s.ctx, s.client, next.message)
		s.tasks.add(func() { s.sent(next, sent, err) })
	}()
}

// sent takes in the answer to the first of the outbox.
func (s *session) sent(o outgoing, at client.Sent, err error) {
	if s.ctx.Err() != nil {
		return
	}
	s.outbox = s.outbox[1:]
	s.leaving = false
	m := o.chat(s.me, at)
	if err != nil {
		s.complain(err)
		s.complain(errNotSent{text: bodyOf(m)})
	} else {
		s.came(at.ConvID, item{place: at.Seq, chat: m})
	}
	s.sendNext()
}

// errNotSent repeats what wasn't sent, so that it isn't lost.
type errNotSent struct{ text string }

func (e errNotSent) Error() string { return "not sent: " + e.text }

// tellUnsent repeats what the session leaves without an answer, so that it isn't lost.
func (s *session) tellUnsent(w io.Writer) {
	if len(s.outbox) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString("gannet: not sent, as far as is known:\n")
	for i := range s.outbox {
		o := &s.outbox[i]
		text := inert(contentText(o.message.Content, o.message.ContentType))
		fmt.Fprintf(&b, "  to %s: %s\n", o.conv.title(), strings.ReplaceAll(text, "\n", "\n"+follow))
	}
	_, _ = io.WriteString(w, b.String()) // where nothing can be written nobody could read it
}

// chat returns the message as the others see it.
func (o *outgoing) chat(me string, at client.Sent) *client.Chat {
	m := &o.message
	c := &client.Chat{ReplyTo: m.ReplyTo, ReplySeq: o.answers, Mentions: m.Mentions, MentionAll: m.MentionAll}
	c.ID, c.ConvID, c.Seq, c.Time = at.ID, at.ConvID, at.Seq, at.Time
	c.From, c.To, c.GroupID = me, m.To, m.GroupID
	c.Content, c.ContentType = m.Content, m.ContentType
	return c
}

// sendText sends what was typed to the open conversation, as an answer to a message if
// one is given.
func (s *session) sendText(text string, answers *client.Chat) error {
	if s.open == nil {
		return errNoneOpen
	}
	o := outgoing{conv: s.open, message: client.Message{Content: client.Text(text)}}
	if s.open.conv.Group != "" {
		o.message.Mentions, o.message.MentionAll = mentions(text)
	}
	if answers != nil {
		o.message.ReplyTo, o.answers = answers.ID, answers.Seq
	}
	s.send(o)
	return nil
}

// tellTyping tells the others that the user is writing, not too often.
func (s *session) tellTyping() {
	_ = s.client.Typing(s.open.target()) // an error says that the target is none
}

// watch asks whether the other is there, and for changes.
func (s *session) watch(c *conversation) {
	peer := c.peer()
	if peer == "" {
		return
	}
	do(s, func(ctx context.Context) (client.Presence, error) { return s.client.Watch(ctx, peer) }, s.present)
}

func (s *session) unwatch(c *conversation) {
	peer := c.peer()
	if peer == "" {
		return
	}
	do(s, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.client.Unwatch(ctx, peer) }, func(struct{}) {})
}
