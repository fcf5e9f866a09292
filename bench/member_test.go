package bench

import (
	"fmt"
	"slices"
	"testing"

	"gannet/codec"
	"gannet/codec/wire"
)

// textFrame is a message of the server.
func textFrame(payload []byte) []byte { return codec.AppendFrame(nil, codec.OpText, payload) }

// groupEvent is an entry of the group's log that is no message.
func groupEvent(ca *cast, seq uint64) []byte {
	return textFrame(wire.AppendEvent(nil, &wire.Event{
		Word: wire.EventGroup, Extra: []byte(`"event":"joined","user_id":"x"`), ConvID: ca.convID,
		GroupID: "run-g00000", From: "x", ID: 77, Seq: seq,
	}))
}

// recallOf is the event that the message at ref was recalled.
func recallOf(ca *cast, ref, seq uint64) []byte {
	return textFrame(wire.AppendEvent(nil, &wire.Event{
		Word: wire.EventRecall, Extra: []byte(`"id":"1"`), ConvID: ca.convID, From: "x", ID: 78, Seq: seq, Ref: ref,
	}))
}

// oldChat is a message that was there before the run.
func oldChat(ca *cast, seq uint64) []byte {
	return textFrame(wire.AppendChat(nil, &wire.Chat{
		ID: 5, ConvID: ca.convID, Seq: seq, From: "x", GroupID: "run-g00000", Content: []byte(`"complete"`),
	}))
}

// Entries of the log that are no messages have a place among them and count as
// none, and what was there before the run isn't looked at.
func TestMemberAmongEvents(t *testing.T) {
	ca := testGroup(4, 2)
	ca.base = 2
	for _, tt := range []struct {
		name       string
		frames     [][]byte
		want       map[faultKind]int64
		deliveries int64
		position   uint64
	}{
		{"backlog", [][]byte{groupEvent(ca, 1), oldChat(ca, 2), chatFrames(ca, 3, 2)}, nil, 2, 4},
		{"no backlog", [][]byte{chatFrames(ca, 3, 2)}, nil, 2, 4},
		{"events between", [][]byte{
			chatFrames(ca, 3, 1), groupEvent(ca, 4), recallOf(ca, 3, 5), chatFrames(ca, 6, 2),
		}, nil, 3, 7},
		{"notices", [][]byte{
			chatFrames(ca, 3, 1), textFrame(wire.AppendTyping(nil, ca.convID, "x")),
			textFrame(wire.AppendGroupNotice(nil, wire.GroupRequested, "run-g00000", "x", "x", 1)),
			textFrame(wire.AppendRead(nil, ca.convID, "x", 3, nil, 1)), chatFrames(ca, 4, 1),
		}, nil, 2, 4},
		{"lost message", [][]byte{chatFrames(ca, 3, 1), groupEvent(ca, 5)}, map[faultKind]int64{faultLost: 1}, 1, 5},
		{"lost event", [][]byte{chatFrames(ca, 3, 1), chatFrames(ca, 5, 1)}, map[faultKind]int64{faultLost: 1}, 2, 5},
		{"event twice", [][]byte{groupEvent(ca, 3), groupEvent(ca, 3)}, map[faultKind]int64{faultDoubled: 1}, 0, 3},
		{"event of another", [][]byte{groupEvent(&cast{convID: "group_x"}, 3)}, map[faultKind]int64{faultMismatched: 1}, 0, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := quietLoop()
			m := soleMember(l, ca)
			if _, err := feedFrames(m.conn, slices.Concat(tt.frames...)); err != nil {
				t.Fatal(err)
			}
			checkFaults(t, &l.faults, tt.want)
			if got := m.stream.position(); got != tt.position || m.at != got {
				t.Errorf("position %d, in the room %d, want %d", got, m.at, tt.position)
			}
			if l.rec.current.Deliveries != tt.deliveries {
				t.Errorf("%d deliveries, want %d", l.rec.current.Deliveries, tt.deliveries)
			}
		})
	}
}

// soleMember is a listener that is alone in its room.
func soleMember(l *loop, ca *cast) *member {
	r := &room{loop: l, conv: newConversation(ca.convID, 64, 1), mark: newWatermark(ca.base, 64), layout: newLayout(ca)}
	r.mark.enter()
	m := &member{name: "m", room: r, stream: newStream(ca.base), at: ca.base}
	m.opened(&conn{loop: l, phase: phaseOpen, handler: m})
	return m
}

// A sender among others goes on across events, whichever comes first.
func TestSenderAmongEvents(t *testing.T) {
	var f faults
	for _, order := range [][]heard{{-11, 12, -13, 14}, {12, -11, 14, -13}, {5, 10, -11, 12, -13, 14}} {
		s := newStream(10)
		s.sends = true
		for _, h := range order {
			if h < 0 {
				s.sent(uint64(-h), &f, "x")
			} else {
				s.chat(uint64(h), &f, "x")
			}
		}
		s.finish(&f, "x")
		checkFaults(t, &f, nil)
		if s.position() != 14 {
			t.Errorf("%v: position %d", order, s.position())
		}
	}
}

// What is said about a message carries its seq, and its own beside it.
func TestPlaceOfEntries(t *testing.T) {
	for text, want := range map[string]uint64{
		`{"type":"group","seq":3}`:                    3,
		`{"type":"group"}`:                            0,
		`{"type":"recall","seq":3,"event_seq":9}`:     9,
		`{"type":"edit","seq":3,"event_seq":9}`:       9,
		`{"type":"reaction","seq":3,"event_seq":9}`:   9,
		`{"type":"read","seq":3}`:                     0,
		fmt.Sprintf(`{"type":"chat","seq":%d}`, 1<<9): 0,
	} {
		m, err := decodeMessage([]byte(text))
		if err != nil || m.place() != want {
			t.Errorf("%s: %d, want %d, %v", text, m.place(), want, err)
		}
	}
}
