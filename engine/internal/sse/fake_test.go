package sse

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"gannet/codec"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
)

const testIndex = 3

// fakeSession stands in for a chat.Session. Its fields belong to the loop.
type fakeSession struct {
	c      chat.Conn
	login  chat.Login
	resume uint64

	deliver func(run *delivery.Run) // default: send it
	joined  func(point uint64)      // default: nothing to catch up with
	ticked  func(now time.Time)
	left    int
	rooms   int // that it was in when it left
	pending int // bytes then
}

func (f *fakeSession) Deliver(run *delivery.Run) {
	if f.deliver != nil {
		f.deliver(run)
		return
	}
	f.c.SendRun(run, 0)
}

func (f *fakeSession) Joined(point uint64) {
	if f.joined != nil {
		f.joined(point)
		return
	}
	f.c.(*stream).CaughtUp(point)
}

func (f *fakeSession) Tick(now time.Time) {
	if f.ticked != nil {
		f.ticked(now)
	}
}

func (f *fakeSession) Leaving() {
	f.left++
	f.rooms, f.pending = 0, f.c.Pending()
	f.c.EachRoom(func(conv, at uint64) { f.rooms++ })
}

func testConfig() Config {
	return Config{
		Index: testIndex, MaxOutbound: 1 << 20, MaxStreams: 100, TickEvery: time.Hour,
		Durable: func() uint64 { return 0 },
		Welcome: func(user, device string) []byte {
			return fmt.Appendf(nil, `{"type":"system","event":"welcome","user_id":%q,"device":%q}`, user, device)
		},
		Logger: slog.New(slog.DiscardHandler),
	}
}

// testLoop is a loop that works when it is told to, on the test's goroutine.
type testLoop struct {
	*loop
	t *testing.T
}

func newTestLoop(t *testing.T) *testLoop {
	return &testLoop{t: t, loop: newLoop(testConfig(), beginFake)}
}

func beginFake(c chat.Conn, login chat.Login, resume uint64) (session, error) {
	return &fakeSession{c: c, login: login, resume: resume}, nil
}

// post is one turn.
func (l *testLoop) post(point uint64, posts ...delivery.Post) {
	l.turn(&entry{posts: posts, point: point})
}

// connect opens a stream that has not joined.
func (l *testLoop) connect(user string) (*stream, *fakeSession) {
	l.t.Helper()
	s, err := l.open(chat.Login{User: user}, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	return s, s.session.(*fakeSession)
}

// join opens a stream that has joined at the point 1 and caught up.
func (l *testLoop) join(user string, rooms ...delivery.Room) (*stream, *fakeSession) {
	l.t.Helper()
	s, f := l.connect(user)
	l.post(1, joinPost(s, 1, rooms...))
	l.expect(s, " #1")
	return s, f
}

func joinPost(s *stream, point uint64, rooms ...delivery.Room) delivery.Post {
	return delivery.Post{Kind: delivery.Join, Serial: s.serial, Point: point, Rooms: rooms}
}

// read takes what was handed over to a stream's writer, as if it was written.
func (l *testLoop) read(s *stream) []string {
	l.t.Helper()
	b, _ := s.outbox.take(nil)
	s.outbox.wrote(len(b))
	return blocksOf(l.t, b)
}

func (l *testLoop) expect(s *stream, want ...string) {
	l.t.Helper()
	if got := l.read(s); fmt.Sprint(got) != fmt.Sprint(want) {
		l.t.Fatalf("got %q, want %q", got, want)
	}
}

func textFrame(text string) []byte { return codec.AppendFrame(nil, codec.OpText, []byte(text)) }

// textRun is a run whose frames say conversation and seq.
func textRun(conv, first uint64, n int) *delivery.Run {
	run := &delivery.Run{Conv: conv, First: first}
	for i := range uint64(n) {
		run.Frames = append(run.Frames, textFrame(fmt.Sprintf("%d/%d", conv, first+i))...)
		run.Ends = append(run.Ends, int32(len(run.Frames)))
	}
	return run
}

func toUser(user string, run *delivery.Run) delivery.Post {
	return delivery.Post{Kind: delivery.ToUser, User: user, Run: run}
}

func toRoom(run *delivery.Run) delivery.Post {
	return delivery.Post{Kind: delivery.ToRoom, Room: run.Conv, Run: run}
}
