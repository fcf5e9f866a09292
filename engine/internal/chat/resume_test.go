package chat

import (
	"fmt"
	"slices"
	"testing"

	"gannet/codec/wire"
)

// A stream that names the last message it had goes on behind it, whatever other
// devices were sent or have acknowledged, with its user's own messages.
func TestResume(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a", "b")
	s.group("others", "a", "x")
	s.talk("a", "b", 2)
	last := s.write("a", wire.Request{GroupID: "g"})
	s.write("a", wire.Request{GroupID: "others"})
	s.talk("b", "a", 1)
	s.talk("a", "b", 1)
	s.write("a", wire.Request{GroupID: "g"})
	s.must(s.Read(t.Context(), "b", &wire.Request{ConvID: "single_a:b", Seq: 99}))
	resume := func(device string, id uint64) *conn {
		return s.login(0, Login{User: "b", Device: device, Resume: id})
	}
	for i, tc := range []struct {
		id          uint64
		single, grp []uint64
	}{{last.ID, span(3, 4), span(3, 3)}, {1, span(1, 4), span(1, 3)}, {1 << 62, nil, nil}} {
		c := resume(fmt.Sprint(i), tc.id)
		s.settle()
		var got []object
		for range len(c.in) {
			got = append(got, c.next())
		}
		s.hears(got, "single_a:b", tc.single)
		s.hears(got, "group_g", tc.grp)
		if len(got) != len(tc.single)+len(tc.grp) {
			t.Errorf("from %d: %v", tc.id, got)
		}
	}
	c := resume("live", 1<<62)
	s.settle()
	m := s.write("a", wire.Request{To: "b"})
	c.expect(object{"type": "chat", "id": m.ID})
}

// Nothing of before a join, or of what was cleared, is in it.
func TestResumeFloor(t *testing.T) {
	s := open(t, nil)
	s.group("g", "a")
	s.write("a", wire.Request{GroupID: "g"})
	_, err := s.AddMembers(t.Context(), "a", "g", []string{"b"})
	s.must(err)
	s.talk("a", "b", 3)
	s.must(s.ClearConversation(t.Context(), "b", "single_a:b", 2))
	c := s.login(0, Login{User: "b", Device: "d", Resume: 1})
	var seqs []uint64
	for range 2 {
		seqs = append(seqs, c.next().seq())
	}
	if !slices.Equal(seqs, []uint64{3, 3}) {
		t.Errorf("%v", seqs)
	}
	s.silent(c)
}
