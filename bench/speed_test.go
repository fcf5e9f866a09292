package bench

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"gannet/codec"
	"gannet/codec/wire"
)

// chatFrames builds the frames that a receiver of a group would get.
func chatFrames(ca *cast, from, n int) []byte {
	var buf []byte
	content := []byte(`"` + strings.Repeat("x", 128) + `"`)
	for i := range n {
		sender := (from + i) % ca.senders
		putTag(content[1:], tag{uint32(from+i) / uint32(ca.senders), uint16(sender), 1000})
		m := wire.Chat{
			ID: 123456789012345678 + uint64(from+i), ConvID: ca.convID, Seq: uint64(from + i),
			From: ca.members[sender], Content: content, Time: 1764000000000,
		}
		if ca.field == "to" {
			m.To = ca.receivers[sender]
		} else {
			m.GroupID = ca.receivers[sender]
		}
		buf = codec.AppendFrame(buf, codec.OpText, wire.AppendChat(nil, &m))
	}
	return buf
}

// quietLoop is a loop without sockets.
func quietLoop() *loop {
	l := &loop{rec: newRecorder()}
	l.rec.open(0, 1e9)
	l.tell(500)
	return l
}

func testGroup(members, senders int) *cast {
	names := make([]string, members)
	for i := range names {
		names[i] = fmt.Sprintf("run-m%05d", i)
	}
	return groupCast("run-g00000", names, senders, 0)
}

// BenchmarkReceive is what one receipt costs the generator, checks included,
// without the system call.
func BenchmarkReceive(b *testing.B) {
	const batch, members = 100, 500
	ca := testGroup(members, 10)
	l := quietLoop()
	l.rec.every = groupSample
	r := &room{loop: l, conv: newConversation(ca.convID, 1<<14, 1), mark: newWatermark(0, 1<<14), layout: newLayout(ca)}
	conns := make([]*conn, members)
	for i := range conns {
		m := &member{name: "m", room: r}
		r.mark.enter()
		conns[i] = &conn{loop: l, phase: phaseOpen, handler: m}
		m.opened(conns[i])
	}
	r.layout.idLen = 18
	b.ReportAllocs()
	done, seq := 0, 1
	var frames []byte
	for b.Loop() {
		if done%members == 0 {
			b.StopTimer()
			frames = chatFrames(ca, seq, batch)
			seq += batch
			b.SetBytes(int64(len(frames)))
			b.StartTimer()
		}
		if _, err := feedFrames(conns[done%members], frames); err != nil {
			b.Fatal(err)
		}
		done++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(done*batch), "ns/delivery")
	if list := l.faults.list(); list != nil {
		b.Fatal(list)
	}
}

// BenchmarkSend is what one send and its answer cost, without system calls.
func BenchmarkSend(b *testing.B) {
	ca := pairCast("run-a00000", "run-b00000", 1)
	l := quietLoop()
	r := &room{loop: l, conv: newConversation(ca.convID, 64, 1), mark: newWatermark(0, 64), layout: newLayout(ca)}
	r.layout.idLen = 18
	r.mark.enter()
	m := &member{name: "a", room: r, stream: stream{sends: true}}
	m.sender = newSender(m, 0, 16, 128, `"to":"run-b00000"`)
	m.conn = &conn{loop: l, phase: phaseOpen, handler: m, mask: [4]byte{1, 2, 3, 4}}
	t := &traffic{loop: l, rooms: []*room{r}, senders: []*sender{m.sender}, window: 16, until: never, running: true, line: &finishLine{}, crossed: true}
	answer := wire.AppendSent(nil, "aaaaaaaa", 123456789012345678, ca.convID, 100000000000, 1764000000000)
	seqAt := bytes.Index(answer, []byte("100000000000"))
	b.ReportAllocs()
	m.stream.top = 100000000000
	r.mark.low, m.at = 100000000000, 100000000000
	r.mark.at[0], r.mark.at[r.mark.slot(r.mark.low)] = 0, 1
	for seq := uint64(1); b.Loop(); seq++ {
		t.turn(500)
		m.conn.out, m.conn.dirty, l.dirty = m.conn.out[:0], false, l.dirty[:0]
		putLetters(answer[len(sentHead):], uint32(seq-1))
		strconv.AppendUint(answer[:seqAt], 100000000000+seq, 10)
		m.message(nil, answer)
	}
	if list := l.faults.list(); list != nil {
		b.Fatal(list)
	}
}
