package chat_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

// modelLines is a page of a user's list.
type modelLines struct {
	Conversations []map[string]any `json:"conversations"`
	Next          string           `json:"next"`
}

// list reads a user's list in pages of a few.
func (r *modelRun) list(user string) (all []map[string]any, err error) {
	limit := 1 + r.looks%4
	for cursor := ""; ; {
		body, err := r.site.Conversations(modelCtx, user, limit, cursor, []byte("{"))
		if err != nil {
			return nil, err
		}
		var p modelLines
		if err := json.Unmarshal(append(body, '}'), &p); err != nil {
			return nil, err
		}
		all = append(all, p.Conversations...)
		if cursor = p.Next; cursor == "" {
			return all, nil
		}
	}
}

func (r *modelRun) differentList(w *modelWorld, user string) string {
	want := w.listed(user)
	slices.SortFunc(want, func(a, b *modelConv) int {
		return cmp.Or(cmp.Compare(b.seats[user].pinned, a.seats[user].pinned), cmp.Compare(b.at(b.last()).id, a.at(a.last()).id))
	})
	got, err := r.list(user)
	if err != nil || len(got) != len(want) {
		return fmt.Sprintf("a list of %d, want %d: %v", len(got), len(want), err)
	}
	for i, c := range want {
		at, _ := got[i]["updated_at"].(float64)
		delete(got[i], "updated_at")
		if line := c.line(w, user); !reflect.DeepEqual(got[i], modelNumbers(line)) {
			return fmt.Sprintf("line %d: %v\nwant %v", i, got[i], line)
		}
		if wrong := c.differentTime(int64(at), c.seats[user].floor()); wrong != "" {
			return fmt.Sprintf("line %d: %s", i, wrong)
		}
	}
	return ""
}

// modelNumbers makes all numbers what JSON reads.
func modelNumbers(o map[string]any) map[string]any {
	for key, v := range o {
		if n, ok := v.(int); ok {
			o[key] = float64(n)
		}
	}
	return o
}

// differentTime checks that a line is as young as what is in it: the last entry,
// or one of those close before it, which imports may have left older.
func (c *modelConv) differentTime(at int64, floor uint64) string {
	low, high := int64(0), int64(0)
	for seq := floor + 1; seq <= c.last(); seq++ {
		low, high = c.at(seq).time, max(high, c.at(seq).time)
	}
	if at < low || at > high {
		return fmt.Sprintf("updated at %d, want %d to %d", at, low, high)
	}
	return ""
}

// drawPage asks for a page anywhere.
func (r *modelRun) drawPage() modelOp {
	user := r.user()
	conv := r.convID(user)
	req := &wire.Request{
		Verb: wire.VerbHistory, ConvID: conv, Limit: rapid.IntRange(1, 9).Draw(r.t, "limit"),
		Before: uint64(rapid.IntRange(0, int(r.seq(conv))).Draw(r.t, "before")),
	}
	return modelOp{
		what: fmt.Sprintf("%s looks at %s before %d, %d", user, conv, req.Before, req.Limit),
		do:   func(s *modelSite) (any, error) { return s.page(user, req) },
		rules: func(w *modelWorld) (any, string) {
			m := modelMessage{from: user, conv: conv}
			c := w.convs[conv]
			if c == nil && m.peer() != "" {
				return modelPage{Messages: []any{}}, ""
			}
			if c == nil {
				return nil, wire.ReasonNotFound
			}
			s, in := c.seat(user)
			if !in {
				return nil, wire.ReasonNotFound
			}
			return c.page(w, s.floor(), req), ""
		},
	}
}

func (c *modelConv) page(w *modelWorld, floor uint64, req *wire.Request) modelPage {
	to := c.last()
	if req.Before != 0 {
		to = min(to, req.Before-1)
	}
	p := modelPage{Messages: []any{}}
	for seq := floor + 1; seq <= to; seq++ {
		p.Messages = append(p.Messages, c.object(w, seq))
	}
	if n := len(p.Messages) - req.Limit; n > 0 {
		p.Messages, p.HasMore = p.Messages[n:], true
	}
	return p
}

// drawReaders asks who has read a message.
func (r *modelRun) drawReaders() modelOp {
	user, group := r.inGroup()
	seq := r.seq(modelGroupPrefix + group)
	return modelOp{
		what: fmt.Sprintf("%s asks who has read %d of %s", user, seq, group),
		do: func(s *modelSite) (any, error) {
			list, _, err := s.Readers(modelCtx, user, group, seq, "", 100)
			return list, err
		},
		rules: func(w *modelWorld) (any, string) {
			c, reason := w.allowed(user, group, chat.RoleMember)
			if reason != "" {
				return nil, reason
			}
			if seq <= c.seats[user].floor() || seq > c.last() || c.at(seq).event != "" {
				return nil, wire.ReasonNotFound
			}
			return c.readers(seq), ""
		},
	}
}

// readers are the members who have read a message of others: those who wrote
// something later among them.
func (c *modelConv) readers(seq uint64) (list []chat.Reader) {
	for _, u := range c.names() {
		s := c.seats[u]
		if read := max(s.read, s.sent.moved); u != c.at(seq).from && s.join <= seq && read >= seq {
			list = append(list, chat.Reader{User: u, ReadSeq: read})
		}
	}
	return list
}
