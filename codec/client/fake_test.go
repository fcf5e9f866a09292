package client

import (
	"context"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
)

// FakeServer is a server in memory that is just enough for a client: it stores
// messages, once per cid, pushes them, and answers sync and history. Its hooks
// break things.
type FakeServer struct {
	mu        sync.Mutex
	convs     map[string][]wire.Chat // seq is index+1; of an event only id and place count
	events    map[uint64][]byte      // by id, the entries of logs that are no messages
	gone      map[string]bool        // conversations that are nobody's any more
	cids      map[string]wire.Chat   // by user and cid
	conns     map[*fakeConn]bool
	id        uint64
	acks      map[string]uint64 // last ack of each conversation
	seen      []wire.Request    // every request, copied
	protocols int               // connections that offered gannet.v1
	dials     int

	// hooks, read and changed with get and set, called without mu
	refuse  func(dial int) error                         // before a connection is accepted
	request func(c *fakeConn, r *wire.Request) (ok bool) // false: the request is dropped
	answer  func(c *fakeConn, r *wire.Request) (ok bool) // false: carried out, but not answered
	push    func(c *fakeConn, m *wire.Chat) (ok bool)    // false: not pushed
	reject  int                                          // HTTP status for every upgrade
	retry   time.Duration                                // when who is rejected is told to come back
	welcome func(user, device string) []byte             // the first message, nil for none
	syncMax int                                          // messages of a conversation in one sync
}

func get[T any](s *FakeServer, p *T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *p
}

func set[T any](s *FakeServer, p *T, v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*p = v
}

// NewFakeServer returns a FakeServer without conversations.
func NewFakeServer() *FakeServer {
	yes := func(*fakeConn, *wire.Request) bool { return true }
	return &FakeServer{
		convs: make(map[string][]wire.Chat), events: make(map[uint64][]byte), gone: make(map[string]bool), cids: make(map[string]wire.Chat),
		conns: make(map[*fakeConn]bool), acks: make(map[string]uint64),
		refuse: func(int) error { return nil }, request: yes, answer: yes,
		push: func(*fakeConn, *wire.Chat) bool { return true }, syncMax: 500,
		welcome: func(user, device string) []byte { return wire.AppendWelcome(nil, "welcome", user, device, 1, 60) },
	}
}

// Dial is a Config.Dial: a connection to the server over a pipe.
func (s *FakeServer) Dial(context.Context, string, string) (net.Conn, error) {
	s.mu.Lock()
	s.dials++
	dial := s.dials
	s.mu.Unlock()
	if err := get(s, &s.refuse)(dial); err != nil {
		return nil, err
	}
	near, far := net.Pipe()
	s.serve(far, dial)
	return near, nil
}

func (s *FakeServer) serve(nc net.Conn, dial int) {
	c := &fakeConn{server: s, nc: nc, dial: dial, wake: make(chan struct{}, 1), over: make(chan struct{})}
	go c.read()
	go c.write()
}

// Close breaks all connections.
func (s *FakeServer) Close() { s.each(func(c *fakeConn) { c.nc.Close() }) }

func (s *FakeServer) each(f func(c *fakeConn)) {
	s.mu.Lock()
	conns := slices.Collect(maps.Keys(s.conns))
	s.mu.Unlock()
	for _, c := range conns {
		f(c)
	}
}

// Post stores and pushes a message as if another user had sent it.
func (s *FakeServer) Post(from, conv, text string) {
	s.mu.Lock()
	m := s.store(from, conv, Text(text))
	s.mu.Unlock()
	s.publish(&m, nil)
}

// store appends a message. Called with mu held.
func (s *FakeServer) store(from, conv string, content []byte) wire.Chat {
	s.id++
	m := wire.Chat{ID: s.id, ConvID: conv, Seq: uint64(len(s.convs[conv]) + 1), From: from, Content: slices.Clone(content), Time: 1}
	s.convs[conv] = append(s.convs[conv], m)
	return m
}

func (s *FakeServer) publish(m *wire.Chat, by *fakeConn) {
	s.mu.Lock()
	payload := s.encode(m)
	s.mu.Unlock()
	s.each(func(c *fakeConn) {
		if c != by && get(s, &s.push)(c, m) {
			c.send(payload)
		}
	})
}

// encode returns an entry of a log as it is sent. Called with mu held.
func (s *FakeServer) encode(m *wire.Chat) []byte {
	if event := s.events[m.ID]; event != nil {
		return event
	}
	return wire.AppendChat(nil, m)
}

// PostEvent stores and pushes an event; its id and place are filled in.
func (s *FakeServer) PostEvent(e wire.Event) {
	s.mu.Lock()
	m := s.store(e.From, e.ConvID, nil)
	e.ID, e.Seq = m.ID, m.Seq
	s.events[m.ID] = wire.AppendEvent(nil, &e)
	s.mu.Unlock()
	s.publish(&m, nil)
}

// stored returns a conversation's messages.
func (s *FakeServer) stored(conv string) []wire.Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.convs[conv])
}

// forgetAfter is a restore of an older backup.
func (s *FakeServer) forgetAfter(conv string, seq int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.convs[conv] = s.convs[conv][:seq]
}

func (s *FakeServer) acked(conv string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.acks[conv]
}

func (s *FakeServer) requests(v wire.Verb) (list []wire.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.seen {
		if r.Verb == v {
			list = append(list, r)
		}
	}
	return list
}

// fakeConn is one connection of a FakeServer.
type fakeConn struct {
	server *FakeServer
	nc     net.Conn
	dial   int
	user   string
	device string
	auth   string
	pongs  atomic.Int32
	deaf   atomic.Bool // neither hears nor answers any more
	wake   chan struct{}
	over   chan struct{}

	mu  sync.Mutex
	out []byte
}

func (c *fakeConn) send(payload []byte) { c.raw(codec.AppendFrame(nil, codec.OpText, payload)) }

func (c *fakeConn) raw(b []byte) {
	c.mu.Lock()
	c.out = append(c.out, b...)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *fakeConn) write() {
	for {
		select {
		case <-c.wake:
		case <-c.over:
			return
		}
		c.mu.Lock()
		out := c.out
		c.out = nil
		c.mu.Unlock()
		if len(out) == 0 {
			continue
		}
		if _, err := c.nc.Write(out); err != nil {
			return
		}
	}
}

func (c *fakeConn) read() {
	defer func() {
		c.server.mu.Lock()
		delete(c.server.conns, c)
		c.server.mu.Unlock()
		close(c.over)
		c.nc.Close()
	}()
	buf := make([]byte, 0, 1<<20)
	rest, ok := c.upgrade(buf)
	if !ok {
		return
	}
	r := codec.NewReader(codec.ReaderConfig{})
	for {
		msg, n, err := r.Next(rest)
		if err != nil {
			return
		}
		if n == 0 {
			k, err := c.nc.Read(rest[len(rest):cap(rest)])
			if err != nil {
				return
			}
			rest = rest[:len(rest)+k]
			continue
		}
		if !c.message(msg) {
			return
		}
		rest = append(buf[:0], rest[n:]...)
	}
}

func (c *fakeConn) upgrade(buf []byte) ([]byte, bool) {
	for {
		k, err := c.nc.Read(buf[len(buf):cap(buf)])
		if err != nil {
			return nil, false
		}
		buf = buf[:len(buf)+k]
		req, n, err := codec.ParseRequest(buf)
		if err != nil {
			return nil, false
		}
		if n == 0 {
			continue
		}
		if status := get(c.server, &c.server.reject); status != 0 {
			c.nc.Write(codec.AppendReject(nil, status, "unauthorized", "", get(c.server, &c.server.retry)))
			return nil, false
		}
		c.accept(req)
		return append(buf[:0], buf[n:]...), true
	}
}

func (c *fakeConn) accept(req *codec.Request) {
	q, _ := url.ParseQuery(req.Query)
	c.user, c.device, c.auth = q.Get("uid"), q.Get("device"), req.Authorization
	protocol := ""
	if slices.Contains(req.Protocols, subprotocol) {
		protocol = subprotocol
		c.server.mu.Lock()
		c.server.protocols++
		c.server.mu.Unlock()
	}
	c.raw(codec.AppendAccept(nil, req, protocol, nil))
	first := get(c.server, &c.server.welcome)(c.user, c.device)
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if first != nil {
		c.send(first)
	}
	c.server.conns[c] = true
}

func (c *fakeConn) message(msg codec.Message) bool {
	if c.deaf.Load() {
		return true
	}
	switch msg.Op {
	case codec.OpPing:
		c.raw(codec.AppendFrame(nil, codec.OpPong, msg.Payload))
	case codec.OpPong:
		c.pongs.Add(1)
	case codec.OpClose:
		c.nc.Write(codec.AppendFrame(nil, codec.OpClose, msg.Payload))
		return false
	case codec.OpText:
		var r wire.Request
		if err := wire.Decode(slices.Clone(msg.Payload), &r); err != nil {
			c.send(wire.AppendError(nil, r.CID, err))
			return true
		}
		c.carryOut(&r)
	}
	return true
}

func (c *fakeConn) carryOut(r *wire.Request) {
	s := c.server
	s.mu.Lock()
	s.seen = append(s.seen, *r)
	s.mu.Unlock()
	if !get(s, &s.request)(c, r) {
		return
	}
	var answer []byte
	switch r.Verb {
	case wire.VerbSend:
		answer = c.onSend(r)
	case wire.VerbAck:
		s.mu.Lock()
		s.acks[r.ConvID] = max(s.acks[r.ConvID], r.Seq)
		s.mu.Unlock()
	case wire.VerbSync:
		answer = c.onSync(r)
	case wire.VerbHistory:
		answer = c.onHistory(r)
	case wire.VerbPing:
		answer = wire.AppendPong(nil, r.CID)
	case wire.VerbPresence:
		answer = c.onPresence(r)
	case wire.VerbConversations:
		answer = c.onConversations(r)
	case wire.VerbTyping:
	default:
		answer = wire.AppendOK(nil, r.CID)
	}
	if answer != nil && get(s, &s.answer)(c, r) {
		c.send(answer)
	}
}

func (c *fakeConn) conv(r *wire.Request) string {
	switch {
	case r.To != "":
		return wire.SingleID(c.user, r.To)
	case r.GroupID != "":
		return wire.GroupConvID(r.GroupID)
	}
	return r.ConvID
}

func (c *fakeConn) onSend(r *wire.Request) []byte {
	s := c.server
	s.mu.Lock()
	m, again := s.cids[c.user+" "+r.CID]
	if !again {
		m = s.store(c.user, c.conv(r), r.Content)
		s.cids[c.user+" "+r.CID] = m
	}
	s.mu.Unlock()
	if !again {
		s.publish(&m, c)
	}
	return wire.AppendSent(nil, r.CID, m.ID, m.ConvID, m.Seq, m.Time)
}

// onSync sends what comes after the cursors; conversations without a cursor are
// sent from their beginning.
func (c *fakeConn) onSync(r *wire.Request) []byte {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	from := make(map[string]uint64)
	for _, k := range r.Cursors {
		from[k.ConvID] = k.Seq
	}
	var ends []wire.Synced
	for conv, log := range s.convs {
		if s.gone[conv] {
			ends = append(ends, wire.Synced{ConvID: conv, Gone: true})
			continue
		}
		start := min(from[conv], uint64(len(log)))
		log = log[start:]
		more := len(log) > s.syncMax
		log = log[:min(len(log), s.syncMax)]
		for i := range log {
			c.send(s.encode(&log[i]))
		}
		ends = append(ends, wire.Synced{ConvID: conv, Seq: start + uint64(len(log)), HasMore: more})
	}
	return wire.AppendSynced(nil, r.CID, ends)
}

func (c *fakeConn) onHistory(r *wire.Request) []byte {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.convs[c.conv(r)]
	if r.Before > 0 {
		log = log[:min(r.Before-1, uint64(len(log)))]
	}
	more := len(log) > r.Limit
	log = log[max(0, len(log)-r.Limit):]
	dst := wire.AppendHistoryHead(nil, r.CID, c.conv(r))
	for i := range log {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, s.encode(&log[i])...)
	}
	return wire.AppendHistoryTail(dst, more)
}

// onPresence answers that everybody is there but user "4".
func (c *fakeConn) onPresence(r *wire.Request) []byte {
	states := make([]wire.UserState, len(r.Users))
	for i, user := range r.Users {
		states[i] = wire.UserState{User: strings.Clone(user), Online: user != "4"}
		if user == "4" {
			states[i].LastSeen = 7
		}
	}
	return wire.AppendPresence(nil, r.CID, states)
}

// onConversations lists all conversations, by name, as one page before another.
func (c *fakeConn) onConversations(r *wire.Request) []byte {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	dst := append(wire.AppendConversationsHead(nil, r.CID), `"conversations":[`...)
	for i, conv := range slices.Sorted(maps.Keys(s.convs)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		line := wire.Conversation{ConvID: conv, Kind: wire.Group, GroupID: "7", Name: "seven", LastSeq: uint64(len(s.convs[conv]))}
		if line.LastSeq > 0 {
			line.LastMessage = s.encode(&s.convs[conv][line.LastSeq-1])
		}
		dst = wire.AppendConversation(dst, &line)
	}
	return append(dst, `],"next":"more"}`...)
}
