package chat

import (
	"fmt"
	"slices"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// texts are ids as they are sent.
func texts(ids ...uint64) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = fmt.Sprint(id)
	}
	return list
}

// A receipt names what it newly covers to who sent it, and tells the user's other
// devices where the cursor is; the cursor never goes back or past the end.
func TestRead(t *testing.T) {
	s := open(t, nil)
	ids := append([]uint64{0}, s.bulk("a", "b", 5)...)
	own := s.write("b", wire.Request{To: "a"}).ID
	a, b, desk := s.simple("a"), s.track("b"), s.connect(1, "b", "desk", false)
	b.sync(``)
	s.forget(a, b, desk)
	read := func(what string) string { return `{"type":"read","cid":"r",` + what + `}` }
	for _, tc := range []struct {
		what string
		seq  any
		ids  []any
	}{
		{`"conv_id":"single_a:b","seq":3`, 3, texts(ids[1], ids[2], ids[3])},
		{`"conv_id":"single_a:b","seq":2`, nil, nil},
		{fmt.Sprintf(`"ids":["%d","77"]`, ids[5]), 5, texts(ids[4], ids[5])},
		{`"conv_id":"single_a:b","seq":99`, 6, nil}, // what is new is b's own
		{`"conv_id":"single_a:b","seq":99`, nil, nil},
	} {
		b.ask(read(tc.what), object{"type": "ok", "cid": "r"})
		if tc.seq != nil {
			desk.expect(object{"type": "read", "conv_id": "single_a:b", "user_id": "b", "seq": tc.seq, "ids": nil})
		}
		if tc.ids != nil {
			a.expect(object{"type": "read", "conv_id": "single_a:b", "user_id": "b", "seq": tc.seq, "ids": tc.ids})
		}
		s.silent(a, b, desk)
	}
	s.must(s.Read(t.Context(), "a", &wire.Request{ConvID: "single_a:b", Seq: 6}))
	a.expect(object{"type": "read", "user_id": "a", "seq": 6, "ids": nil})
	for _, c := range []*conn{b, desk} {
		c.expect(object{"type": "read", "user_id": "a", "seq": 6, "ids": texts(own)})
	}
	s.silent(a, b, desk)
}

// Nobody reads for others, and without a cid only a refusal is answered.
func TestReadOfOthers(t *testing.T) {
	s := open(t, nil)
	id := s.write("a", wire.Request{To: "b"}).ID
	a, x := s.simple("a"), s.simple("x")
	s.forget(a)
	for _, where := range []string{`"conv_id":"single_a:b","seq":1`, fmt.Sprintf(`"ids":["%d"]`, id), `"conv_id":"group_none","seq":1`} {
		x.ask(`{"type":"read",`+where+`}`, object{"type": "error", "cid": nil, "reason": "not_found"})
	}
	for _, r := range []wire.Request{{ConvID: "single_a:b", Seq: 1}, {IDs: []uint64{id}}, {IDs: []uint64{77}}} {
		s.refused("reading", s.Read(t.Context(), "x", &r), "not_found")
	}
	s.silent(a, x)
	b := s.simple("b")
	b.until("chat")
	b.say(`{"type":"read","conv_id":"single_a:b","seq":1}`)
	a.expect(object{"type": "read", "ids": texts(id)})
	s.silent(a, b)
}

// A receipt that covers very much names the newest.
func TestReadMany(t *testing.T) {
	s := open(t, nil)
	a := s.simple("a")
	ids := s.bulk("a", "b", receiptReach+100)
	s.forget(a)
	s.must(s.Read(t.Context(), "b", &wire.Request{ConvID: "single_a:b", Seq: uint64(len(ids))}))
	a.expect(object{"type": "read", "seq": len(ids), "ids": texts(ids[len(ids)-maxReceiptIDs:]...)})
}

// In a group each sender is told, without ids; in a large one nobody is, nor is
// who has left.
func TestReadGroup(t *testing.T) {
	s := open(t, func(c *Config, _ *sequencer.Config) { c.ReceiptMembers = 3 })
	s.group("g", "a", "b", "c")
	a, c, b := s.simple("a"), s.simple("c"), s.connect(1, "b", "d", false)
	last := func(user string) uint64 { return s.write(user, wire.Request{GroupID: "g"}).Seq }
	read := func(seq uint64) {
		s.must(s.Read(t.Context(), "b", &wire.Request{ConvID: "group_g", Seq: seq}))
		b.until("read")
	}
	first := last("a")
	last("b")
	s.forget(a, b, c)
	read(first)
	a.expect(object{"type": "read", "conv_id": "group_g", "user_id": "b", "seq": first, "ids": nil})
	s.silent(a, c)

	last("a")
	seq := last("c")
	s.must(s.RemoveMember(t.Context(), "a", "g", "c"))
	s.forget(a, b, c)
	read(seq)
	a.expect(object{"type": "read", "seq": seq})
	s.silent(a, c)

	for _, user := range []string{"c", "d"} {
		_, err := s.AddMembers(t.Context(), "a", "g", []string{user})
		s.must(err)
	}
	seq = last("a")
	s.forget(a, b, c)
	read(seq)
	s.silent(a, c)
}

// The readers of a message are the members who were there, have read that far, or
// have written since.
func TestReaders(t *testing.T) {
	s := open(t, func(c *Config, _ *sequencer.Config) { c.MaxMembers = 20 })
	s.group("g", "o", "a", "b", "c", "d")
	seq := s.write("o", wire.Request{GroupID: "g"}).Seq
	s.write("c", wire.Request{GroupID: "g"})
	_ = s.cursor("c", "group_g") // writes where c is
	_, err := s.AddMembers(t.Context(), "o", "g", []string{"late"})
	s.must(err)
	for _, user := range []string{"a", "b", "o", "late"} {
		s.must(s.Read(t.Context(), user, &wire.Request{ConvID: "group_g", Seq: 99}))
	}
	s.must(s.RemoveMember(t.Context(), "b", "g", "b"))
	var got []string
	for after, pages := "", 0; pages == 0 || after != ""; pages++ {
		list, next, err := s.Readers(t.Context(), "d", "g", seq, after, 1)
		s.must(err)
		for _, r := range list {
			got = append(got, fmt.Sprint(r.User, r.ReadSeq))
		}
		after = next
	}
	if want := []string{"a4", "c3"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, tc := range []struct {
		user, group string
		seq         uint64
	}{{"x", "g", seq}, {"b", "g", seq}, {"o", "none", seq}, {"o", "g", 0}, {"o", "g", 99}, {"late", "g", seq}} {
		_, _, err := s.Readers(t.Context(), tc.user, tc.group, tc.seq, "", 10)
		s.refused(fmt.Sprint(tc), err, "not_found")
	}
}
