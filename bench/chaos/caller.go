package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"

	"gannet/bench/checker"
)

// A caller is a user who chats by HTTP alone, one request after the other.
type caller struct {
	*world
	user *user
}

func newCaller(w *world, u *user) *caller { return &caller{w, u} }

// run chats until ctx ends.
func (c *caller) run(ctx context.Context, rng *rand.Rand) {
	for pause(ctx, breath(rng)) {
		c.act(ctx, rng)
	}
}

func (c *caller) act(ctx context.Context, rng *rand.Rand) {
	conv := c.user.pick(rng)
	n := rng.IntN(100)
	within := func(share int) bool { n -= share; return n < 0 }
	switch {
	case !c.fresh.Load():
		c.post(ctx, c.user.take(rng, false))
	case within(ofHistory):
		c.history(ctx, page{conv: conv, limit: 1 + rng.IntN(60)})
	case within(ofPages):
		c.history(ctx, page{conv: conv, limit: 1 + rng.IntN(60), before: 2 + rng.Uint64N(c.user.highest(conv)+1)})
	case within(ofReads):
		c.read(ctx, conv)
	case within(ofLooks):
		c.look(ctx)
	case within(ofRecalls):
		c.recall(ctx, rng)
	case within(ofRepeats):
		c.post(ctx, c.user.repeat(rng))
	default:
		c.post(ctx, c.user.take(rng, true))
	}
}

// reply is what HTTP answers: an envelope around the data.
type reply struct {
	Code   int
	Reason string
	Msg    string
	Data   json.RawMessage

	at *address // the server that was asked; nil: none
}

// ask makes a request as the user and stores the answer's data in v. No answer is
// an error; a refusal isn't.
func (w *world) ask(ctx context.Context, u *user, method, path string, body, v any) (r reply, err error) {
	a := w.server(ctx)
	if a == nil {
		return r, ctx.Err()
	}
	r.at = a
	ctx, cancel := context.WithTimeout(ctx, longPatience)
	defer cancel()
	text := []byte(nil)
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return r, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+a.http+"/api/v1"+path, bytes.NewReader(text))
	if err != nil {
		return r, err
	}
	req.Header.Set("Authorization", "Bearer "+u.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.http.Do(req)
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		return r, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if r.Code != resp.StatusCode {
		w.rec.find(kindGarbled, "", "%s %s: status %d with the code %d", method, path, resp.StatusCode, r.Code)
	}
	if r.Code == http.StatusOK && v != nil {
		err = json.Unmarshal(r.Data, v)
	}
	return r, err
}

// call is an operation by one request. done turns the answer into what the
// history says of it. It reports whether it was carried out, and why not.
func (w *world) call(ctx context.Context, u *user, e checker.Event, method, path string, body, v any, done func() checker.Event) (ok bool, reason string) {
	e.User = u.name
	op := w.rec.invoke(e)
	r, err := w.ask(ctx, u, method, path, body, v)
	switch {
	case err != nil:
		w.rec.unknown(op, r.at)
		return false, ""
	case r.Code != http.StatusOK:
		w.refused(op, u.name, r.Reason, r.Msg)
		return false, r.Reason
	}
	w.rec.ok(op, done())
	return true, ""
}

// post makes an attempt at a message; nil is none.
func (c *caller) post(ctx context.Context, s *send) {
	if s == nil {
		return
	}
	var data struct {
		ID  string `json:"msg_id"`
		Seq uint64
	}
	e := checker.Event{Verb: checker.Send, Conv: s.conv.id, CID: s.cid, Content: s.content}
	ok, reason := c.call(ctx, c.user, e, "POST", "/messages/send",
		request{CID: s.cid, ConvID: s.conv.id, Content: s.content}, &data,
		func() checker.Event { return checker.Event{Seq: data.Seq, ID: data.ID} })
	switch {
	case ok:
		c.user.answered(s, data.ID, data.Seq)
	case reason == "":
		c.user.again(s)
	default:
		c.user.denied(s, reason)
	}
}

// history reads a page and returns its answer.
func (c *caller) history(ctx context.Context, p page) {
	var data struct {
		Messages []message
		HasMore  bool `json:"has_more"`
	}
	query := url.Values{"conv_id": {p.conv.id}, "limit": {fmt.Sprint(p.limit)}}
	if p.before > 0 {
		query.Set("before", fmt.Sprint(p.before))
	}
	c.call(ctx, c.user, checker.Event{Verb: checker.History, Conv: p.conv.id, Before: p.before},
		"GET", "/messages/history?"+query.Encode(), nil, &data,
		func() checker.Event {
			e := p.answer(c.world, c.user.name, data.Messages, data.HasMore)
			if n := len(e.Entries); n > 0 {
				c.user.see(p.conv, e.Entries[n-1].Seq)
			}
			return e
		})
}

func (c *caller) read(ctx context.Context, conv *conversation) {
	place := c.user.reading(conv)
	if place == 0 {
		c.user.hasRead(conv, 0, true)
		return
	}
	ok, reason := c.call(ctx, c.user, checker.Event{Verb: checker.Read, Conv: conv.id, Seq: place},
		"POST", "/messages/read", request{ConvID: conv.id, Seq: place}, nil,
		func() checker.Event { c.user.hasRead(conv, place, true); return checker.Event{} })
	switch {
	case ok:
	case reason == "":
		c.user.hasRead(conv, place, false)
	default:
		c.user.hasRead(conv, 0, true) // it has moved nothing
	}
}

func (c *caller) recall(ctx context.Context, rng *rand.Rand) {
	m, ok := c.user.regret(rng)
	if !ok {
		return
	}
	e := checker.Event{Verb: checker.Recall, Conv: m.conv.id, Seq: m.seq, ID: m.id}
	c.call(ctx, c.user, e, "POST", "/messages/recall", request{ID: m.id}, nil,
		func() checker.Event { return checker.Event{Seq: m.seq, ID: m.id} })
}

// look reads the cursors from the list of conversations.
func (c *caller) look(ctx context.Context) {
	l := c.list(c.user, 0)
	var data struct{ Conversations []listed }
	r, err := c.ask(ctx, c.user, "GET", fmt.Sprint("/conversations?limit=", listLimit), nil, &data)
	switch {
	case err != nil:
		c.lostList(l, r.at)
	case r.Code != http.StatusOK:
		c.refusedList(l, r.Reason, r.Msg)
	default:
		c.shows(l, data.Conversations, r.at)
	}
}
