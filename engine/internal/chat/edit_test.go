package chat

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// An edit changes the message for everybody; only the event of the last one has
// the content.
func TestEdit(t *testing.T) {
	s := open(t, nil)
	m := s.write("a", wire.Request{To: "b", Content: []byte(`"one"`), Mentions: []string{"b"}})
	s.page("b", m.ConvID) // keeps the page
	a, b := s.simple("a"), s.simple("b")
	s.forget(a, b)
	edit := func(fields string) string { return fmt.Sprintf(`{"type":"edit","cid":"e","id":"%d",%s}`, m.ID, fields) }
	about := object{"type": "edit", "id": m.ID, "conv_id": m.ConvID, "seq": 1, "from": "a"}
	change := func(fields, content, kind string, seq int) {
		t.Helper()
		a.ask(edit(fields), about).has(t, object{"content": content, "event_seq": seq})
		a.expect(object{"type": "ok", "cid": "e"})
		b.expect(about).has(t, object{"content": content, "event_seq": seq})
		var told any
		if kind != "" {
			told = kind
		}
		for _, user := range []string{"a", "b"} {
			s.page(user, m.ConvID)[0].has(t, object{
				"content": content, "content_type": told, "edited": true, "time": m.Time, "mentions": []any{"b"},
			})
		}
	}
	change(`"content":"two"`, "two", "", 2)
	change(`"content":"three","content_type":"markdown"`, "three", "markdown", 3)
	a.ask(edit(`"content":"three","content_type":"markdown"`), object{"type": "ok"}) // the same
	s.silent(a, b)
	change(`"content":"three","content_type":"text"`, "three", "", 4)
	page := s.page("b", m.ConvID)
	for i, content := range []any{"three", nil, nil, "three"} {
		page[i].has(t, object{"content": content})
	}
	c := s.track("b")
	for i, o := range firstOf(c.sync(`,"cursors":{"single_a:b":0}`)) {
		if o["raw"] != page[i]["raw"] {
			t.Errorf("synced %v, not %v", o["raw"], page[i]["raw"])
		}
	}
}

func firstOf[A, B any](a A, _ B) A { return a }

// Only one's own, for a quarter of an hour, while one may write.
func TestEditRights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		ctx := t.Context()
		s.group("g", "owner", "m")
		gone, single := s.write("m", wire.Request{GroupID: "g"}), s.write("m", wire.Request{To: "x"})
		young := s.write("m", wire.Request{GroupID: "g"})
		event := s.page("m", "group_g")[0]
		edit := func(user string, id any) error {
			r := wire.Request{Content: []byte(`"new"`)}
			_, _ = fmt.Sscan(fmt.Sprint(id), &r.ID)
			return s.Edit(ctx, user, &r)
		}
		s.must(s.Recall(ctx, "m", gone.ID))
		for what, err := range map[string]error{
			"recalled": edit("m", gone.ID), "no message": edit("m", 77), "a stranger's": edit("y", young.ID),
			"by the owner": edit("owner", young.ID), "by the other": edit("x", single.ID), "an event": edit("owner", event["id"]),
		} {
			s.refused(what, err, "not_found")
		}
		s.must(s.Block(ctx, "x", "m"))
		s.refused("blocked", edit("m", single.ID), "blocked")
		until := time.Now().Add(time.Minute).UnixMilli()
		_, err := s.SetMember(ctx, "owner", "g", "m", MemberPatch{MutedUntil: &until})
		s.must(err)
		s.refused("muted", edit("m", young.ID), "muted")
		time.Sleep(s.cfg.EditWindow - time.Second)
		s.refused("in time", edit("m", young.ID), "")
		time.Sleep(2 * time.Second)
		s.refused("too late", edit("m", young.ID), "edit_expired")
		s.must(s.RemoveMember(ctx, "m", "g", "m"))
		s.refused("after leaving", edit("m", young.ID), "not_found")
	})
}
