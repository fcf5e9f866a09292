package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

var killRounds = flag.Int("kill.rounds", 3, "how often TestKill kills the server")

const (
	senders = 8
	window  = 16 // sends that each has under way
)

// TestKill: the server is killed again and again while clients chat. What was
// answered is there exactly once, in its place; what wasn't, and is sent again
// under the same cid, has one effect; a tracked client misses nothing.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	l := newLedger(t)
	w := &watcher{ledger: l, has: map[string]int{}}
	var all []*sender
	for i := range senders {
		all = append(all, &sender{ledger: l, user: fmt.Sprint("s", i)})
	}
	for round := range *killRounds {
		p := startProcess(t, dir)
		if round == 0 {
			p.api("POST", "/api/v1/groups?uid=watcher", `{"group_id":"g","name":"g","members":["s0","s1","s2","s3","s4","s5","s6","s7"]}`, &struct{}{})
		}
		enough := l.await(100 + rand.IntN(1000))
		var wg sync.WaitGroup
		for _, s := range all {
			wg.Go(func() { s.chat(p, true) })
		}
		wg.Go(func() { _ = w.watch(p, never) }) // ends with the server
		<-enough
		p.kill()
		wg.Wait()
	}

	p := startProcess(t, dir)
	unanswered := 0
	for _, s := range all {
		unanswered += len(s.pending)
		s.chat(p, false)
		s.again(p)
	}
	conversations := map[string][]stored{"group_g": p.history("group_id=g")}
	for _, s := range all {
		conversations["single_"+s.user+":watcher"] = p.history("to=" + s.user)
	}
	err := w.watch(p, func() bool {
		for conv, messages := range conversations {
			if w.has[conv] < len(messages) {
				return false
			}
		}
		return true
	})
	if err != nil {
		t.Errorf("the watcher has %v: %v", w.has, err)
	}
	l.check(conversations)
	t.Logf("%d rounds: %d messages, %d seen, %d sends unanswered at the last kill",
		*killRounds, len(l.answered), len(l.seen), unanswered)
}

func never() bool { return false }

// history reads a whole conversation as the watcher sees it.
func (p *process) history(query string) (all []stored) { return p.historyOf("watcher", query) }

// historyOf reads a whole conversation as a user sees it.
func (p *process) historyOf(user, query string) (all []stored) {
	p.t.Helper()
	first := "/api/v1/messages/history?uid=" + user + "&limit=100&" + query
	for path := first; ; {
		var page struct {
			Messages []stored
			HasMore  bool `json:"has_more"`
		}
		p.api("GET", path, "", &page)
		all = append(page.Messages, all...)
		if !page.HasMore {
			return all
		}
		path = fmt.Sprintf("%s&before=%d", first, all[0].Seq)
	}
}

// sender is a simple client that sends to the watcher and to the group.
type sender struct {
	*ledger
	user    string
	n       int
	most    int       // of n; 0: no bound
	pending []attempt // begun and not answered, from this and earlier connections
}

// begin makes up the next send.
func (s *sender) begin() attempt {
	s.n++
	a := attempt{sender: s.user, cid: fmt.Sprint("c", s.n), conv: "single_" + s.user + ":watcher"}
	if s.n%3 == 0 {
		a.conv = "group_g"
	}
	a.content = a.sender + " " + a.cid
	s.pending = append(s.pending, a)
	return a
}

// chat sends again what is unanswered, then new messages, until the connection
// breaks; or only the former, until all is answered.
func (s *sender) chat(p *process, on bool) {
	ws, err := p.dial("uid=" + s.user)
	if err != nil {
		s.gone(p, err, on)
		return
	}
	defer ws.CloseNow()
	for _, a := range s.pending {
		if err := post(ws, a); err != nil {
			s.gone(p, err, on)
			return
		}
	}
	for on || len(s.pending) > 0 {
		for on && len(s.pending) < window && (s.most == 0 || s.n < s.most) {
			if err := post(ws, s.begin()); err != nil {
				return
			}
		}
		if err := s.take(ws); err != nil {
			s.gone(p, err, on)
			return
		}
	}
}

// gone judges a broken connection: fine where the server was to be killed.
func (s *sender) gone(p *process, err error, killed bool) {
	if !killed {
		p.t.Errorf("%s: %v", s.user, err)
	}
}

// again repeats sends that were answered long ago: nothing may come of it.
func (s *sender) again(p *process) {
	s.mu.Lock()
	for a := range s.answered {
		if a.sender == s.user && len(s.pending) < window {
			s.pending = append(s.pending, a)
		}
	}
	s.mu.Unlock()
	s.chat(p, false)
}

func post(ws *websocket.Conn, a attempt) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return ws.Write(ctx, websocket.MessageText,
		fmt.Appendf(nil, `{"type":"send","cid":%q,"conv_id":%q,"content":%q}`, a.cid, a.conv, a.content))
}

// message is whatever a server says.
type message struct {
	stored
	CID    string
	Reason string
	Convs  map[string]struct {
		Seq     int
		HasMore bool `json:"has_more"`
	}
}

// listen reads one message.
func listen(ws *websocket.Conn) (m message, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, text, err := ws.Read(ctx)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", text, err)
	}
	return m, nil
}

// take reads one message and notes what it says.
func (s *sender) take(ws *websocket.Conn) error {
	m, err := listen(ws)
	if err != nil {
		return err
	}
	switch m.Type {
	case "chat", "group":
		s.see(m.stored)
	case "sent":
		i := slices.IndexFunc(s.pending, func(a attempt) bool { return a.cid == m.CID })
		if i < 0 {
			return fmt.Errorf("an answer that nobody waits for: %v", m)
		}
		s.answer(s.pending[i], stored{ID: m.ID, ConvID: m.ConvID, Seq: m.Seq})
		s.pending = slices.Delete(s.pending, i, i+1)
	case "error":
		i := slices.IndexFunc(s.pending, func(a attempt) bool { return a.cid == m.CID })
		if i < 0 || m.Reason != "busy" {
			s.t.Errorf("%s: %v", s.user, m)
			return fmt.Errorf("refused: %v", m)
		}
		return post(ws, s.pending[i])
	}
	return nil
}
