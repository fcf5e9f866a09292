package bench

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	historyStored   = 1000 // messages of each conversation
	preloadWindow   = 64
	preloadPatience = 2 * time.Minute
)

// runHistoryWS: every connection pages through a conversation of its own, at
// random places.
func runHistoryWS(s *session) error {
	n, window := s.o.Connections, s.o.Window
	s.result.Setting = fmt.Sprintf("%d connections, window %d, pages of %d × %d B", n, window, pageSize, s.o.Size)
	if err := s.preload(n); err != nil {
		return err
	}
	err := s.callEach(n, window, func(loop, i int) (*caller, error) {
		user, peer := s.users.name("a", i), s.users.name("b", i)
		c := newCaller(s.loops[loop], user, window, newHistoryQuestion(peer, window))
		return c, s.seat(loop, user, c)
	})
	if err != nil {
		return err
	}
	s.result.Targets = []Target{atLeast("throughput", s.result.MessageRate, 120e3, "pages/s")}
	return nil
}

// runHistoryHTTP: the same over keep-alive HTTP connections with a login.
func runHistoryHTTP(s *session) error {
	n := s.o.Connections
	s.result.Setting = fmt.Sprintf("%d keep-alive connections, %s, pages of %d × %d B", n, s.target.loginKind(), pageSize, s.o.Size)
	addr, host, err := s.target.httpAddr()
	if err != nil {
		return err
	}
	if err := s.preload(n); err != nil {
		return err
	}
	err = s.callEach(n, 1, func(loop, i int) (*caller, error) {
		user, peer := s.users.name("a", i), s.users.name("b", i)
		q, err := newHTTPHistory(s.target, host, user, peer)
		c := newCaller(s.loops[loop], user, 1, q)
		s.dials[loop] = append(s.dials[loop], dial{to: addr, handler: c, feed: feedHTTP})
		return c, err
	})
	if err != nil {
		return err
	}
	s.result.Targets = []Target{atLeast("throughput", s.result.MessageRate, 50e3, "pages/s")}
	return nil
}

// preload fills the conversation of each of n pairs. The second of a pair
// isn't connected.
func (s *session) preload(n int) error {
	s.stage()
	for i := range n {
		ca := pairCast(s.users.name("a", i), s.users.name("b", i), 1)
		ca.members = ca.members[:1]
		if err := s.enter(ca, i%len(s.loops), 1, preloadWindow); err != nil {
			return err
		}
	}
	if _, err := s.connect(); err != nil {
		return err
	}
	for _, p := range s.loads {
		t := p.(*traffic)
		t.window, t.quota = preloadWindow, historyStored
	}
	if err := s.exchange("storing the messages to page through", preloadPatience); err != nil {
		return err
	}
	for _, l := range s.loops {
		l.dropAll()
	}
	return nil
}

// callEach connects n callers, spread over the loops, and measures them.
func (s *session) callEach(n, window int, make func(loop, i int) (*caller, error)) error {
	loads := s.callLoads(window)
	for i := range n {
		loop := i % len(s.loops)
		c, err := make(loop, i)
		if err != nil {
			return err
		}
		loads[loop].callers = append(loads[loop].callers, c)
	}
	if _, err := s.connect(); err != nil {
		return err
	}
	s.measure(s.o.Duration)
	s.fill(s.loops)
	return nil
}

func (s *session) callLoads(window int) []*calls {
	loads := make([]*calls, len(s.loops))
	for i, l := range s.loops {
		loads[i] = &calls{loop: l, window: window, line: &s.line}
		s.play(i, loads[i])
	}
	return loads
}

// places picks where pages begin.
type places struct{ random *rand.Rand }

func newPlaces() places { return places{rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))} }

// before is a seq with a whole page in front of it.
func (p places) before() uint64 {
	return pageSize + 1 + p.random.Uint64N(historyStored-pageSize+1)
}

// historyQuestion asks for pages over WebSocket. The cid is the request's number.
type historyQuestion struct {
	places places
	check  pageChecker
	asked  []uint64 // by number & (len-1): before which seq
	head   string
	body   []byte
}

const historyHead = `{"type":"history","cid":"`

func newHistoryQuestion(peer string, window int) *historyQuestion {
	return &historyQuestion{
		places: newPlaces(),
		asked:  make([]uint64, ceilPow2(window)),
		head:   fmt.Sprintf(`","to":"%s","limit":%d,"before":`, peer, pageSize),
	}
}

func (q *historyQuestion) slot(number uint64) *uint64 {
	return &q.asked[number&uint64(len(q.asked)-1)]
}

func (q *historyQuestion) ask(c *conn, number uint64) {
	before := q.places.before()
	*q.slot(number) = before
	q.body = append(q.body[:0], historyHead...)
	q.body = append(q.body, "aaaaaaaa"...)
	putLetters(q.body[len(historyHead):], uint32(number))
	q.body = append(q.body, q.head...)
	q.body = appendUint(q.body, before)
	c.text(append(q.body, '}'))
}

func (q *historyQuestion) answer(p []byte, next uint64) (uint64, error) {
	const cidAt = len(historyHead)
	if len(p) < cidAt+cidLen || string(p[:cidAt]) != historyHead {
		return next, unexpected(p)
	}
	number := next - uint64(uint32(next)) + uint64(getLetters(p[cidAt:]))
	return number, q.check.check(p, *q.slot(number))
}

// unexpected judges an answer that isn't the one wanted.
func unexpected(p []byte) error {
	m, err := decodeMessage(p)
	if err != nil {
		return err
	}
	if m.Type == "error" {
		return badAnswerf(refusalKind(m.Reason), "%d %s: %s", m.Code, m.Reason, m.Msg)
	}
	return badAnswerf(faultMalformed, "unexpected %.200q", p)
}
