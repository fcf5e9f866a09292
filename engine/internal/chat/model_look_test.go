package chat_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/storage"
)

// difference says where what the engine shows to some users is not what the rules
// say, "" if nowhere. It learns the ids that the rules leave to the engine.
func (r *modelRun) difference(w *modelWorld, users []string) string {
	for _, c := range w.sorted() {
		if wrong := r.differentLog(w, c); wrong != "" {
			return fmt.Sprintf("stored log of %s: %s", c.id, wrong)
		}
	}
	for _, user := range users {
		for _, look := range []func(*modelWorld, string) string{r.differentHistories, r.differentList, r.differentGroups, r.differentBlocks} {
			if wrong := look(w, user); wrong != "" {
				return fmt.Sprintf("%s sees: %s", user, wrong)
			}
		}
	}
	return ""
}

// differentLog looks at what is stored: the log is whole, its ids rise, and what
// was taken away is not there any more.
func (r *modelRun) differentLog(w *modelWorld, c *modelConv) string {
	rec, ok, err := r.site.db.Conversation(c.id)
	if err != nil || !ok {
		return fmt.Sprint("missing ", err)
	}
	wrong, next, id := "", uint64(1), uint64(0)
	err = r.site.db.Messages(rec.Num, 1, 1<<50, func(m *storage.Message) error {
		switch {
		case m.Seq != next || m.Seq > c.last():
			wrong = cmp.Or(wrong, fmt.Sprintf("seq %d where %d of %d is due", m.Seq, next, c.last()))
			return nil
		case m.ID <= id:
			wrong = cmp.Or(wrong, fmt.Sprintf("id %d at %d after %d", m.ID, m.Seq, id))
		}
		e := c.at(m.Seq)
		if e.id == 0 {
			e.id, w.lastID = m.ID, max(w.lastID, m.ID)
		}
		if want := e.stored(w); m.ID != e.id || string(m.Content) != want || e.gone(w) && e.event == "" && len(m.Extra) > 0 {
			wrong = cmp.Or(wrong, fmt.Sprintf("at %d %d %s %s, want %d %s", m.Seq, m.ID, m.Content, m.Extra, e.id, want))
		}
		next, id = next+1, m.ID
		return nil
	})
	if next != c.last()+1 {
		wrong = cmp.Or(wrong, fmt.Sprintf("ends at %d, not %d", next-1, c.last()))
	}
	return cmp.Or(wrong, modelReason(err))
}

// gone reports whether an entry's content was taken away.
func (e *modelEntry) gone(w *modelWorld) bool { return e.recalled || w.expired(e) }

// stored is the content that may be on the disk.
func (e *modelEntry) stored(w *modelWorld) string {
	switch {
	case e.gone(w) && e.event == "":
		return `""`
	case e.gone(w):
		return ""
	}
	return e.content
}

func (r *modelRun) differentHistories(w *modelWorld, user string) string {
	for _, c := range w.sorted() {
		want, reason := []any(nil), wire.ReasonNotFound
		if s, in := c.seat(user); in {
			want, reason = c.objects(w, s.floor()+1, c.last()), ""
		}
		got, refused := r.history(user, c.id)
		if refused != reason {
			return fmt.Sprintf("%s: refused %q, by the rules %q", c.id, refused, reason)
		}
		if wrong := modelDiff(got, want); wrong != "" {
			return fmt.Sprintf("%s: %s", c.id, wrong)
		}
		if wrong := r.differentReactions(w, c, user); wrong != "" {
			return fmt.Sprintf("%s: %s", c.id, wrong)
		}
	}
	return ""
}

// objects are the entries of a stretch.
func (c *modelConv) objects(w *modelWorld, from, to uint64) (list []any) {
	for seq := from; seq <= to; seq++ {
		list = append(list, c.object(w, seq))
	}
	return list
}

// modelPage is a page of the history.
type modelPage struct {
	Messages []any `json:"messages"`
	HasMore  bool  `json:"has_more"`
}

func (s *modelSite) page(user string, req *wire.Request) (p modelPage, err error) {
	body, err := s.History(modelCtx, user, req, []byte("{"))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(append(body, '}'), &p)
}

// history reads a conversation from its end to its beginning.
func (r *modelRun) history(user, convID string) (all []any, refused string) {
	before := uint64(0)
	for {
		p, err := r.site.page(user, &wire.Request{Verb: wire.VerbHistory, ConvID: convID, Before: before, Limit: 100})
		if err != nil {
			return nil, modelReason(err)
		}
		all = append(p.Messages, all...)
		if !p.HasMore {
			return all, ""
		}
		first := p.Messages[0].(map[string]any)
		seq := first["event_seq"]
		if seq == nil {
			seq = first["seq"]
		}
		before = uint64(seq.(float64))
	}
}

// modelDiff finds the first difference between two lists.
func modelDiff(got, want []any) string {
	for i := range min(len(got), len(want)) {
		if !reflect.DeepEqual(got[i], want[i]) {
			return fmt.Sprintf("%v\nwant %v", got[i], want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%d entries, want %d", len(got), len(want))
	}
	return ""
}

func (r *modelRun) differentReactions(w *modelWorld, c *modelConv, user string) string {
	s, in := c.seat(user)
	for i := range c.log {
		e := &c.log[i]
		if e.event != "" || e.id == 0 || len(e.reactions) == 0 && !e.recalled {
			continue
		}
		list, _, err := r.site.Reactions(modelCtx, user, e.id, "", 100)
		if !in || uint64(i+1) <= s.floor() {
			if modelReason(err) != wire.ReasonNotFound {
				return fmt.Sprintf("reactions to %d: %v", i+1, err)
			}
			continue
		}
		want := make([]chat.Reaction, 0, len(e.reactions))
		for key, at := range e.reactions {
			want = append(want, chat.Reaction{User: key[0], Emoji: key[1], At: at})
		}
		slices.SortFunc(want, func(a, b chat.Reaction) int {
			return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Emoji, b.Emoji))
		})
		if err != nil || !slices.Equal(list, want) {
			return fmt.Sprintf("reactions to %d: %v, want %v: %v", i+1, list, want, err)
		}
	}
	return ""
}

func (r *modelRun) differentBlocks(w *modelWorld, user string) string {
	var want []chat.Listed
	for _, u := range modelUsers {
		if at := w.blocks[[2]string{user, u}]; at != 0 {
			want = append(want, chat.Listed{User: u, At: at})
		}
	}
	got, err := r.site.Blocks(modelCtx, user, "", 100)
	if err != nil || !slices.Equal(got, want) {
		return fmt.Sprintf("blocks %v, want %v: %v", got, want, err)
	}
	return ""
}

// differentGroups looks at all groups, also those that a user may not know of.
func (r *modelRun) differentGroups(w *modelWorld, user string) string {
	for _, id := range modelGroups {
		c, reason := w.allowed(user, id, chat.RoleMember)
		group, err := r.site.Group(modelCtx, user, id)
		members, err2 := r.site.Members(modelCtx, user, id, "", 100)
		if modelReason(err) != reason || modelReason(err2) != reason {
			return fmt.Sprintf("group %s: %v, %v, by the rules %q", id, err, err2, reason)
		}
		if reason == "" && group != c.group.Group {
			return fmt.Sprintf("group %+v\nwant %+v", group, c.group.Group)
		}
		if reason == "" && !slices.Equal(members, modelSorted(c.group.members)) {
			return fmt.Sprintf("members of %s: %+v\nwant %+v", id, members, modelSorted(c.group.members))
		}
		if wrong := r.differentDoors(w, user, id); wrong != "" {
			return wrong
		}
	}
	return ""
}

// differentDoors looks at who waits before a group and who is kept out.
func (r *modelRun) differentDoors(w *modelWorld, user, id string) string {
	c, reason := w.allowed(user, id, chat.RoleAdmin)
	requests, err := r.site.JoinRequests(modelCtx, user, id, "", 100)
	bans, err2 := r.site.Bans(modelCtx, user, id, "", 100)
	if modelReason(err) != reason || modelReason(err2) != reason {
		return fmt.Sprintf("requests and bans of %s: %v, %v, by the rules %q", id, err, err2, reason)
	}
	if reason != "" {
		return ""
	}
	if !slices.Equal(requests, modelSorted(c.group.requests)) || !slices.Equal(bans, modelSorted(c.group.bans)) {
		return fmt.Sprintf("requests and bans of %s: %v, %v\nwant %v, %v", id, requests, bans, c.group.requests, c.group.bans)
	}
	return ""
}

// modelSorted are what a map holds in the order of its keys.
func modelSorted[T any](of map[string]T) (list []T) {
	for _, key := range slices.Sorted(maps.Keys(of)) {
		list = append(list, of[key])
	}
	return list
}
