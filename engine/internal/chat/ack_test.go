package chat

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gannet/codec/wire"
)

// An ack by seq or by ids moves the cursor, never back, never past the end, and
// never for what comes later.
func TestAck(t *testing.T) {
	s := open(t, nil)
	ids := make([]uint64, 10)
	for i := 1; i < len(ids); i++ {
		ids[i] = s.write("a", wire.Request{To: "b"}).ID
	}
	b := s.track("b")
	bySeq := func(seq int) string { return fmt.Sprintf(`{"type":"ack","conv_id":"single_a:b","seq":%d}`, seq) }
	byID := func(seqs ...int) string {
		var list []string
		for _, seq := range seqs {
			list = append(list, fmt.Sprintf(`"%d"`, ids[seq]))
		}
		return `{"type":"ack","ids":[` + strings.Join(list, ",") + `]}`
	}
	for _, tc := range []struct {
		message string
		want    uint64
	}{
		{bySeq(2), 2}, {bySeq(1), 2}, {byID(5, 3), 5}, {byID(1), 5},
		{`{"type":"ack","ids":["5","12345678901234567"]}`, 5}, {bySeq(6), 6}, {bySeq(99), 9},
	} {
		b.say(tc.message)
		s.settle()
		if got := s.cursor("b", "single_a:b"); got != tc.want {
			t.Errorf("%s: at %d, want %d", tc.message, got, tc.want)
		}
	}
	b.say(bySeq(50))
	if err := s.Ack(context.Background(), "b", &wire.Request{ConvID: "single_a:b", Seq: 50}); err != nil {
		t.Error(err)
	}
	s.talk("a", "b", 1)
	if got := s.cursor("b", "single_a:b"); got != 9 {
		t.Errorf("what came after the ack is acknowledged: %d", got)
	}
	b.quiet()
}

// Nobody acknowledges for others, and is told nothing about them.
func TestAckOfOthers(t *testing.T) {
	s := open(t, nil)
	id := s.write("a", wire.Request{To: "b"}).ID
	x := s.track("x")
	x.say(`{"type":"ack","conv_id":"single_a:b","seq":1}`, fmt.Sprintf(`{"type":"ack","ids":["%d"]}`, id), `{"type":"ack","conv_id":"group_none","seq":1}`)
	s.settle()
	x.quiet()
	if got := s.cursor("b", "single_a:b"); got != 0 {
		t.Errorf("at %d", got)
	}
	rec, _, _ := s.db.Conversation("single_a:b")
	if ss, ok, _ := s.db.Session("x", rec.Num); ok {
		t.Errorf("made %+v", ss)
	}
	ctx := context.Background()
	for _, r := range []wire.Request{{ConvID: "single_a:b", Seq: 1}, {IDs: []uint64{id}}, {ConvID: "none", Seq: 1}, {IDs: []uint64{77}}} {
		if got := reasonOf(s.Ack(ctx, "x", &r)); got != wire.ReasonNotFound {
			t.Errorf("%+v: %q", r, got)
		}
	}
	if err := s.Ack(ctx, "b", &wire.Request{IDs: []uint64{77, id}}); err != nil {
		t.Error(err)
	}
	if got := s.cursor("b", "single_a:b"); got != 1 {
		t.Errorf("at %d", got)
	}
}

// An ack and a sync in one read: the sync knows of the ack.
func TestAckThenSync(t *testing.T) {
	s := open(t, nil)
	s.talk("a", "b", 5)
	b := s.track("b")
	b.say(`{"type":"ack","conv_id":"single_a:b","seq":3}`, `{"type":"sync","cid":"y"}`)
	chats, _ := b.until("synced")
	if got := seqsOf(chats); len(got) != 2 || got[0] != 4 {
		t.Errorf("%v", got)
	}
}
