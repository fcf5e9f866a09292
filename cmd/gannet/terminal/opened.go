package terminal

import (
	"context"
	"time"

	"gannet/codec/client"
)

// firstPage is how many entries are shown of a conversation that is opened.
const firstPage = 20

// openUp makes a conversation the open one, and shows its end.
func (s *session) openUp(c *conversation) {
	if s.open != nil && s.open != c {
		s.unwatch(s.open)
	}
	s.open, s.day = c, ""
	clear(s.typing)
	s.convs[c.id] = c
	s.rule(c.longTitle())
	s.watch(c)
	if c.view != nil && c.view.loaded {
		s.catchUp(c)
		return
	}
	c.view = newView()
	v := c.view
	v.fetching = true
	do(s, func(ctx context.Context) (client.Page, error) {
		return s.page(ctx, c.target(), 0, firstPage)
	}, func(p client.Page) {
		v.fetching = false
		s.notePage(c, items(&p))
		s.show(c, v.begin(items(&p), p.HasMore))
		if v.shown == 0 {
			s.say("nothing has been said here yet")
		}
		s.mend(c)
		s.markRead()
	})
}

func (s *session) page(ctx context.Context, t client.Target, before uint64, limit int) (client.Page, error) {
	return s.client.History(ctx, client.HistoryQuery{To: t.To, GroupID: t.GroupID, ConvID: t.ConvID, Before: before, Limit: limit})
}

// notePage takes in what a page tells of its conversation.
func (s *session) notePage(c *conversation, page []item) {
	for _, it := range page {
		if it.chat != nil && it.chat.From == s.me {
			c.own = max(c.own, it.chat.Seq)
		}
	}
}

// show shows entries of the open conversation.
func (s *session) show(c *conversation, list []item) {
	if c != s.open {
		return
	}
	for _, it := range list {
		s.editor.print(s.lines(c, it)...)
	}
}

// lines returns an entry as lines, with the day above it where that changes.
func (s *session) lines(c *conversation, it item) (lines []string) {
	r := s.renderer()
	if it.chat != nil {
		if day := time.UnixMilli(it.chat.Time).Format("Monday, 2 January 2006"); day != s.day {
			s.day = day
			lines = append(lines, s.style.faint("    "+day))
		}
		return append(lines, r.message(it.chat, c.view.messages[it.chat.ReplySeq])...)
	}
	return r.event(it.event, c.view.messages[about(it.event)])
}

// about is the place of the message that an event is about; 0 for none.
func about(e *client.Event) uint64 {
	switch {
	case e.Recall != nil:
		return e.Recall.Seq
	case e.Edit != nil:
		return e.Edit.Seq
	case e.Reaction != nil:
		return e.Reaction.Seq
	}
	return 0
}

func (s *session) renderer() *renderer {
	return &renderer{style: s.style, width: s.editor.width, me: s.me}
}

// mendAfter is how long a gap may stand: most close by themselves, since answers
// overtake what is pushed.
const mendAfter = 200 * time.Millisecond

// mend looks after a gap in a while.
func (s *session) mend(c *conversation) {
	v := c.view
	if !v.gap() || v.fetching {
		return
	}
	time.AfterFunc(mendAfter, func() {
		s.tasks.add(func() {
			if v.gap() {
				s.catchUp(c)
			}
		})
	})
}

// largestPage is what the server gives at most.
const largestPage = 100

// catchUp asks for all that the log has behind what was shown.
func (s *session) catchUp(c *conversation) {
	v := c.view
	if v == nil || !v.loaded || v.fetching {
		return
	}
	v.fetching = true
	from, upto := v.shown, v.newest()
	go func() {
		list, err := s.pagesAfter(c.target(), from)
		s.tasks.add(func() {
			v.fetching = false
			if err != nil {
				s.complain(err)
				return
			}
			s.notePage(c, list)
			due := v.fill(list, upto)
			s.show(c, due)
			for _, it := range due {
				s.countIn(c, it)
			}
			s.mend(c)
		})
	}()
}

// pagesAfter reads the log back to the place from, and returns what is behind it.
func (s *session) pagesAfter(t client.Target, from uint64) (list []item, err error) {
	for before := uint64(0); ; {
		p, err := s.page(s.ctx, t, before, largestPage)
		if err != nil {
			return nil, err
		}
		page := items(&p)
		list = append(page, list...)
		if len(page) == 0 || !p.HasMore || page[0].place <= from+1 {
			return list, nil
		}
		before = page[0].place
	}
}

// older shows n entries that are older than what was shown.
func (s *session) older(c *conversation, n int) {
	v := c.view
	if !v.more || v.fetching {
		s.say("there is nothing older")
		return
	}
	v.fetching = true
	before := v.oldest
	go func() {
		p, err := s.page(s.ctx, c.target(), before, n)
		s.tasks.add(func() {
			v.fetching = false
			if err != nil {
				s.complain(err)
				return
			}
			v.prepend(items(&p), p.HasMore)
			s.showOlder(c, items(&p))
		})
	}()
}

// showOlder shows a page between lines that say that it is old.
func (s *session) showOlder(c *conversation, page []item) {
	day := s.day
	s.day = ""
	s.rule("earlier")
	s.show(c, page)
	s.rule("up to what is above")
	s.day = day
}
