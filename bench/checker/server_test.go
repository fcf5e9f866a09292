package checker

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"
)

// A server is a small chat server that keeps its promises, with clients that
// note what they do. It crashes, loses answers and takes requests late.
type server struct {
	rng    *rand.Rand
	events []Event
	now    int64
	ops    uint64
	conns  uint64
	convs  []*room
	wires  []*wire
	flight []*call // invoked, no outcome noted
	ghosts []*call // given up by their clients, and not done by the server yet
	open   []Event // sends to be tried again: their invokes
	cids   int
}

// A room is a conversation as the server keeps it.
type room struct {
	name    string
	entries []Entry           // Content is never erased here
	to      []map[string]bool // who is pushed each of them
	via     []uint64          // by which connection each came
	in      map[string]bool
	floor   map[string]uint64 // members see what is at or above
	cursors map[string]uint64
	places  map[string]uint64 // of each user and cid
}

// A wire is a connection of a user; next is what is pushed on it next, by room.
type wire struct {
	user string
	conn uint64
	next []int
}

// A call is a request on its way.
type call struct {
	ask    Event
	answer Event
	done   bool
}

var people = []string{"a", "b", "c"}

// guest is the one who leaves groups.
const guest = "c"

func newServer(seed uint64) *server {
	s := &server{rng: rand.New(rand.NewPCG(seed, 0)), now: 10}
	for _, name := range []string{"single_a:b", "group_g"} {
		r := &room{
			name: name, in: make(map[string]bool), floor: make(map[string]uint64),
			cursors: make(map[string]uint64), places: make(map[string]uint64),
		}
		for _, p := range people {
			r.in[p] = name == "group_g" || p != guest
		}
		s.convs = append(s.convs, r)
	}
	s.convs[1].put(Entry{ID: "created", Event: true}, 0)
	s.connect()
	return s
}

// put appends an entry, which members are pushed.
func (r *room) put(e Entry, via uint64) uint64 {
	e.Seq = uint64(len(r.entries)) + 1
	to := make(map[string]bool)
	for _, p := range people {
		to[p] = r.in[p]
	}
	r.entries, r.to, r.via = append(r.entries, e), append(r.to, to), append(r.via, via)
	return e.Seq
}

// page copies entries above after and below before as they are shown now.
func (r *room) page(user string, after, before uint64) (shown []Entry) {
	for _, e := range r.entries {
		if e.Seq > after && e.Seq < before && e.Seq >= r.floor[user] {
			shown = append(shown, r.show(e))
		}
	}
	return shown
}

func (r *room) show(e Entry) Entry {
	if e.Recalled {
		e.Content = ""
	}
	return e
}

func (s *server) room(name string) *room {
	return s.convs[slices.IndexFunc(s.convs, func(r *room) bool { return r.name == name })]
}

// connect gives everybody a new connection. What was pushed before may be pushed
// again.
func (s *server) connect() {
	old := s.wires
	s.wires = nil
	for i, p := range people {
		s.conns++
		w := &wire{user: p, conn: s.conns, next: make([]int, len(s.convs))}
		if old != nil {
			for j, n := range old[i].next {
				w.next[j] = max(0, n-s.draw(0, 2))
			}
		}
		s.wires = append(s.wires, w)
	}
}

func (s *server) wire(user string) *wire {
	return s.wires[slices.IndexFunc(s.wires, func(w *wire) bool { return w.user == user })]
}

// draw returns a number from low to high.
func (s *server) draw(low, high int) int {
	return low + s.rng.IntN(high-low+1)
}

// note writes an event down. Times rise by tens, so that a test can put events
// in between.
func (s *server) note(e Event) {
	s.now += 10
	e.At = s.now
	s.events = append(s.events, e)
}

func (s *server) invoke(e Event) *call {
	s.ops++
	e.Op, e.Phase = s.ops, Invoke
	s.note(e)
	c := &call{ask: e}
	s.flight = append(s.flight, c)
	return c
}

// answer writes an outcome down.
func (s *server) answer(c *call) {
	e := c.ask
	e.Phase, e.Seq, e.ID, e.HasMore, e.Entries = c.answer.Phase, c.answer.Seq, c.answer.ID, c.answer.HasMore, c.answer.Entries
	e.Reason, e.Over = c.answer.Reason, c.answer.Over
	s.note(e)
	s.flight = slices.DeleteFunc(s.flight, func(o *call) bool { return o == c })
}

// lose writes an unknown outcome down, and when it was over: 0 where the server
// may still come to it. A send is tried again some time.
func (s *server) lose(c *call, over int64) {
	c.answer = Event{Phase: Unknown, Over: over}
	s.answer(c)
	if c.ask.Verb == Send {
		s.open = append(s.open, c.ask)
	}
}

// step does one thing of many.
func (s *server) step() {
	switch n := s.draw(0, 99); {
	case n < 25:
		s.begin()
	case n < 50:
		s.work(s.flight)
	case n < 70:
		s.finish()
	case n < 93:
		s.push()
	case n < 96:
		s.giveUp()
	case n < 98:
		s.work(s.ghosts)
	default:
		s.crash()
	}
}

func (s *server) work(calls []*call) {
	if len(calls) == 0 {
		return
	}
	c := calls[s.draw(0, len(calls)-1)]
	if !c.done {
		c.answer, c.done = s.serve(c.ask), true
	}
}

func (s *server) finish() {
	for _, c := range s.flight {
		if c.done {
			s.answer(c)
			return
		}
	}
}

func (s *server) giveUp() {
	if len(s.flight) > 0 {
		c := s.flight[s.draw(0, len(s.flight)-1)]
		s.lose(c, 0)
		s.ghosts = append(s.ghosts, c)
	}
}

func (s *server) crash() {
	for over := s.now; len(s.flight) > 0; {
		s.lose(s.flight[0], over)
	}
	s.ghosts = nil
	s.connect()
}

// push delivers what comes next on a connection, or now and then again what came
// last.
func (s *server) push() {
	w := s.wires[s.draw(0, len(s.wires)-1)]
	i := s.draw(0, len(s.convs)-1)
	r := s.convs[i]
	for w.next[i] < len(r.entries) && (!r.to[w.next[i]][w.user] || r.via[w.next[i]] == w.conn) {
		w.next[i]++
	}
	if w.next[i] == len(r.entries) {
		return
	}
	e := Event{User: w.user, Conn: w.conn, Phase: Push, Verb: Deliver, Conv: r.name, Entries: []Entry{r.show(r.entries[w.next[i]])}}
	s.note(e)
	if s.draw(0, 4) == 0 {
		s.note(e)
	}
	w.next[i]++
}

// end lets everything end, and has everybody read all.
func (s *server) end() []Event {
	for _, c := range slices.Clone(s.flight) {
		if s.draw(0, 1) == 0 {
			s.work([]*call{c})
			s.answer(c)
		} else {
			s.lose(c, 0)
		}
	}
	for _, r := range s.convs {
		for _, p := range people {
			if r.in[p] {
				s.final(r, p)
			}
		}
	}
	return s.events
}

// final reads a conversation in pages of seven.
func (s *server) final(r *room, user string) {
	after := uint64(0)
	for {
		all := r.page(user, after, none)
		c := s.invoke(Event{User: user, Verb: Final, Conv: r.name, After: after})
		few := all[:min(len(all), 7)]
		c.answer = Event{Phase: OK, Entries: few, HasMore: len(few) < len(all)}
		s.answer(c)
		if len(few) == len(all) {
			return
		}
		after = few[len(few)-1].Seq
	}
}

// simulate makes a history of a server that keeps its promises.
func simulate(t *rapid.T) []Event {
	s := newServer(rapid.Uint64().Draw(t, "seed"))
	for range rapid.SampledFrom([]int{10, 30, 100, 300, 600}).Draw(t, "steps") {
		s.step()
	}
	return s.end()
}

func (s *server) content() string { return fmt.Sprint("content ", s.cids) }
