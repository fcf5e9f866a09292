package sse

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gannet/engine/internal/delivery"
)

// roomModel is what streams in rooms are to get, however posts follow each other.
type roomModel struct {
	loop    *testLoop
	streams []*stream
	last    [3]uint64                     // seq of each room
	places  map[*stream]map[uint64]uint64 // the rooms that a stream is in
	want    map[*stream][]string          // in this turn
	posts   []delivery.Post               // of this turn
	point   uint64
}

var roomUsers = []string{"a", "b", "c"}

func (m *roomModel) each(user string, fn func(s *stream)) {
	for _, s := range m.streams {
		if s.open && s.user == user {
			fn(s)
		}
	}
}

// connect lets a stream join in a turn of its own.
func (m *roomModel) connect(t *rapid.T) {
	s, _ := m.loop.connect(rapid.SampledFrom(roomUsers).Draw(t, "user"))
	var rooms []delivery.Room
	m.places[s] = map[uint64]uint64{}
	for conv := range uint64(len(m.last)) {
		if rapid.Bool().Draw(t, "in") {
			rooms = append(rooms, delivery.Room{Conv: conv, From: m.last[conv]})
			m.places[s][conv] = m.last[conv]
		}
	}
	m.point++
	m.loop.post(m.point, joinPost(s, m.point, rooms...))
	m.loop.expect(s, fmt.Sprintf(" #%d", m.point))
	m.streams = append(m.streams, s)
}

// add makes one more post of the turn.
func (m *roomModel) add(t *rapid.T) {
	conv := rapid.Uint64Max(uint64(len(m.last)-1)).Draw(t, "room")
	user := rapid.SampledFrom(roomUsers).Draw(t, "user")
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		m.posts = append(m.posts, delivery.Post{Kind: delivery.Enter, User: user, Room: conv, From: m.last[conv]})
		m.each(user, func(s *stream) {
			if _, in := m.places[s][conv]; !in {
				m.places[s][conv] = m.last[conv]
			}
		})
	case 1:
		m.posts = append(m.posts, delivery.Post{Kind: delivery.Leave, User: user, Room: conv})
		m.each(user, func(s *stream) { delete(m.places[s], conv) })
	case 2:
		m.run(conv, rapid.IntRange(1, 3).Draw(t, "n"))
	case 3:
		m.note(conv, rapid.IntRange(-1, len(m.streams)-1).Draw(t, "except"))
	}
}

func (m *roomModel) run(conv uint64, n int) {
	first := m.last[conv] + 1
	m.posts = append(m.posts, toRoom(textRun(conv, first, n)))
	m.last[conv] += uint64(n)
	for _, s := range m.streams {
		if _, in := m.places[s][conv]; !in || !s.open {
			continue
		}
		for seq := first; seq <= m.last[conv]; seq++ {
			m.want[s] = append(m.want[s], fmt.Sprintf("%d/%d", conv, seq))
		}
	}
}

func (m *roomModel) note(conv uint64, except int) {
	text := fmt.Sprintf("note %d", len(m.posts))
	post := delivery.Post{Kind: delivery.NotifyRoom, Room: conv, Frame: textFrame(text)}
	if except >= 0 {
		post.Except = m.streams[except].ID()
	}
	m.posts = append(m.posts, post)
	for _, s := range m.streams {
		if _, in := m.places[s][conv]; in && s.open && s.ID() != post.Except {
			m.want[s] = append(m.want[s], text)
		}
	}
}

// post carries the turn out and compares.
func (m *roomModel) post(t *rapid.T) {
	m.point++
	m.loop.post(m.point, m.posts...)
	for _, s := range m.streams {
		want := m.want[s]
		if n := len(want); n > 0 {
			want[n-1] += fmt.Sprintf(" #%d", m.point)
		}
		if got := m.loop.read(s); !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	m.posts = nil
	clear(m.want)
}

func TestRooms(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &roomModel{
			loop:   newTestLoop(t),
			places: map[*stream]map[uint64]uint64{}, want: map[*stream][]string{},
		}
		for range rapid.IntRange(1, 20).Draw(rt, "turns") {
			switch rapid.IntRange(0, 3).Draw(rt, "turn") {
			case 0:
				m.connect(rt)
			case 1:
				if len(m.streams) > 0 {
					m.loop.turn(&entry{do: rapid.SampledFrom(m.streams).Draw(rt, "stream").gone})
				}
			default:
				for range rapid.IntRange(1, 8).Draw(rt, "posts") {
					m.add(rt)
				}
				m.post(rt)
			}
		}
		for _, s := range m.streams {
			s.gone()
		}
		if l := m.loop; len(l.rooms)+len(l.users)+len(l.streams) != 0 {
			rt.Fatal("tables are not empty")
		}
	})
}
