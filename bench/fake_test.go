package bench

import (
	"bytes"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/auth"
)

// fakeServer speaks the protocol as far as the scenarios need it, from memory
// and without care for speed. It can be told to do wrong.
type fakeServer struct {
	ws, api  net.Listener
	verifier *auth.Verifier // nil in dev mode
	wrong    sabotage

	mu     sync.Mutex
	conns  map[string]*fakeConn // by user
	convs  map[string]*fakeConv
	lastID uint64
	wg     sync.WaitGroup
	all    map[net.Conn]bool
}

// sabotage changes what is sent; each func may be nil.
type sabotage struct {
	chat func(to string, seq uint64, frame []byte) [][]byte // what to push instead of frame
	sent func(seq uint64, frame []byte) [][]byte
	page func(body []byte) []byte
	drop func(seq uint64) bool // close the sender's connection instead of answering

	upgrade int // HTTP status for every upgrade
	http    int // HTTP status for every request of the API
}

type fakeConv struct {
	members []string
	log     [][]byte // chat objects, and events of groups
}

// fakeConn writes from a goroutine of its own, so that no lock is held over a write.
type fakeConn struct {
	net  net.Conn
	user string
	mu   sync.Mutex
	more *sync.Cond
	out  []byte
	end  bool
}

func startFake(wrong sabotage) (*fakeServer, error) {
	s := &fakeServer{
		wrong: wrong, conns: map[string]*fakeConn{},
		convs: map[string]*fakeConv{}, lastID: 123456789012345678, all: map[net.Conn]bool{},
	}
	var err error
	if s.ws, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if s.api, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if secret := os.Getenv("GANNET_AUTH_JWT_SECRET"); secret != "" {
		if s.verifier, err = auth.NewVerifier(auth.Config{Mode: auth.ModeJWT, Secret: []byte(secret)}); err != nil {
			return nil, err
		}
	}
	s.wg.Go(s.accept)
	s.wg.Go(func() { http.Serve(s.api, s.routes()) })
	return s, nil
}

func (s *fakeServer) close() {
	s.ws.Close()
	s.api.Close()
	s.mu.Lock()
	for c := range s.all {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
	http.DefaultClient.CloseIdleConnections()
}

func (s *fakeServer) accept() {
	for {
		c, err := s.ws.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.all[c] = true
		s.mu.Unlock()
		s.wg.Go(func() { s.serve(c) })
	}
}

// login knows the user from a token or, in dev mode, from uid.
func (s *fakeServer) login(query url.Values, bearer string) string {
	if s.verifier == nil {
		return query.Get("uid")
	}
	token := query.Get("token")
	if token == "" {
		token = strings.TrimPrefix(bearer, "Bearer ")
	}
	id, err := s.verifier.Verify(token)
	if err != nil {
		return ""
	}
	return id.User
}

func (s *fakeServer) serve(c net.Conn) {
	defer c.Close()
	var buf []byte
	req, n, err := (*codec.Request)(nil), 0, error(nil)
	for req == nil && err == nil {
		if buf, err = readMore(c, buf); err == nil {
			req, n, err = codec.ParseRequest(buf)
		}
	}
	if err != nil {
		return
	}
	query, _ := url.ParseQuery(req.Query)
	user := s.login(query, "")
	if status := s.refusal(user); status != 0 {
		c.Write(codec.AppendReject(nil, status, "refused", "", 0))
		return
	}
	fc := &fakeConn{net: c, user: user}
	fc.more = sync.NewCond(&fc.mu)
	s.wg.Go(fc.write)
	defer fc.stop()
	fc.send(codec.AppendAccept(nil, req, "", nil))
	fc.text(wire.AppendWelcome(nil, "hello", user, "d", 1, 60))
	s.mu.Lock()
	s.conns[user] = fc
	s.backlog(fc)
	s.mu.Unlock()
	s.messages(fc, buf[n:])
}

func (s *fakeServer) refusal(user string) int {
	if s.wrong.upgrade == 0 && user == "" {
		return 401
	}
	return s.wrong.upgrade
}

// backlog pushes what the user's groups have in their logs.
func (s *fakeServer) backlog(fc *fakeConn) {
	for id, conv := range s.convs {
		if strings.HasPrefix(id, wire.GroupConvID("")) && slices.Contains(conv.members, fc.user) {
			for _, entry := range conv.log {
				fc.text(entry)
			}
		}
	}
}

func (s *fakeServer) messages(fc *fakeConn, buf []byte) {
	r := codec.NewReader(codec.ReaderConfig{})
	for {
		msg, n, err := r.Next(buf)
		if err == nil && n == 0 {
			if buf, err = readMore(fc.net, buf); err == nil {
				continue
			}
		}
		if err != nil {
			return
		}
		buf = buf[n:]
		if msg.Op == codec.OpText && !s.answer(fc, msg.Payload) {
			return
		}
	}
}

func readMore(c net.Conn, buf []byte) ([]byte, error) {
	piece := make([]byte, 64<<10)
	n, err := c.Read(piece)
	return append(bytes.Clone(buf), piece[:n]...), err
}

// answer deals with one request and reports whether the connection goes on.
func (s *fakeServer) answer(fc *fakeConn, p []byte) bool {
	if wire.IsBarePing(p) {
		fc.text([]byte("PONG"))
		return true
	}
	var r wire.Request
	if err := wire.Decode(p, &r); err != nil {
		fc.text(wire.AppendError(nil, r.CID, err))
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Verb {
	case wire.VerbSend:
		return s.send(fc, &r)
	case wire.VerbHistory:
		fc.text(s.page(append(wire.AppendHistoryHead(nil, r.CID, wire.SingleID(fc.user, r.To)), s.list(fc.user, r.To, r.Before, r.Limit)...)))
	}
	return true
}

func (s *fakeServer) send(fc *fakeConn, r *wire.Request) bool {
	s.lastID++
	m := wire.Chat{ID: s.lastID, From: fc.user, To: strings.Clone(r.To), GroupID: strings.Clone(r.GroupID), Content: r.Content, Time: 1764000000000}
	conv := s.conv(fc.user, &m)
	m.Seq = uint64(len(conv.log) + 1)
	if s.wrong.drop != nil && s.wrong.drop(m.Seq) {
		return false
	}
	object := wire.AppendChat(nil, &m)
	conv.log = append(conv.log, object)
	fc.texts(s.wrong.sent, m.Seq, wire.AppendSent(nil, r.CID, m.ID, m.ConvID, m.Seq, m.Time))
	for _, user := range conv.members {
		to := s.conns[user]
		if to == nil || to == fc {
			continue
		}
		var wrong func(seq uint64, frame []byte) [][]byte
		if s.wrong.chat != nil {
			wrong = func(seq uint64, frame []byte) [][]byte { return s.wrong.chat(user, seq, frame) }
		}
		to.texts(wrong, m.Seq, object)
	}
	return true
}

// conv finds or makes the conversation of a message and fills in its name.
func (s *fakeServer) conv(from string, m *wire.Chat) *fakeConv {
	m.ConvID = wire.SingleID(from, m.To)
	if m.GroupID != "" {
		m.ConvID = wire.GroupConvID(m.GroupID)
	}
	if s.convs[m.ConvID] == nil {
		s.convs[m.ConvID] = &fakeConv{members: []string{from, m.To}}
	}
	return s.convs[m.ConvID]
}

// list is the messages of a page, and what closes an answer with them.
func (s *fakeServer) list(user, peer string, before uint64, limit int) []byte {
	conv := s.convs[wire.SingleID(user, peer)]
	if conv == nil {
		conv = &fakeConv{}
	}
	end := min(int(before)-1, len(conv.log))
	start := max(end-limit, 0)
	return wire.AppendHistoryTail(bytes.Join(conv.log[start:end], []byte(",")), start > 0)
}

func (s *fakeServer) page(body []byte) []byte {
	if s.wrong.page != nil {
		return s.wrong.page(body)
	}
	return body
}

func (fc *fakeConn) text(payload []byte) { fc.send(codec.AppendFrame(nil, codec.OpText, payload)) }

// texts sends payload, or what wrong makes of it.
func (fc *fakeConn) texts(wrong func(seq uint64, p []byte) [][]byte, seq uint64, payload []byte) {
	if wrong == nil {
		fc.text(payload)
		return
	}
	for _, p := range wrong(seq, payload) {
		fc.text(p)
	}
}

func (fc *fakeConn) send(b []byte) {
	fc.mu.Lock()
	defer fc.mu.Unlock()
	fc.out = append(fc.out, b...)
	fc.more.Signal()
}

func (fc *fakeConn) stop() {
	fc.mu.Lock()
	defer fc.mu.Unlock()
	fc.end = true
	fc.more.Signal()
}

func (fc *fakeConn) write() {
	for {
		fc.mu.Lock()
		for len(fc.out) == 0 && !fc.end {
			fc.more.Wait()
		}
		out, end := fc.out, fc.end
		fc.out = nil
		fc.mu.Unlock()
		if _, err := fc.net.Write(out); err != nil || end {
			return
		}
	}
}
