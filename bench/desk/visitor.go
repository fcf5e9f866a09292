package desk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// A visitor asks, and waits for answers. What the visitor is like is drawn when it
// comes.
type visitor struct {
	*simulation
	login *login
	user  string
	visit int // its number
	rng   *rand.Rand

	isRegular bool // comes again and again
	byHTTP    bool // never connects
	impatient bool // leaves the queue soon
	silent    bool // stops in the middle
	turns     int  // how often it writes before it is content
	skill     string
	stars     int // that it gives in the end; 0: none

	id, conv string // of the session
	texts    int
	link     atomic.Pointer[link] // nil: not connected
	ended    chan string          // how it ended, as the visitor is told
	words    chan struct{}        // the agent has written
}

// come is one visit.
func (s *simulation) come(ctx context.Context, rng *rand.Rand, number int) {
	v := &visitor{
		simulation: s, rng: rng, visit: number, byHTTP: rng.IntN(100) < 40, impatient: rng.IntN(100) < 8, silent: rng.IntN(100) < 4,
		turns: 1 + rng.IntN(3), ended: make(chan string, 1), words: make(chan struct{}, 1),
	}
	if rng.IntN(3) == 0 {
		v.stars = 1 + rng.IntN(5)
	}
	if rng.IntN(2) == 0 {
		v.skill = skillNames[rng.IntN(len(skillNames))]
	}
	if err := v.enter(ctx); err != nil {
		v.unexpected(err, "", fmt.Sprintf("visitor %d", number))
		return
	}
	told := v.stayOn(ctx)
	if ctx.Err() != nil && v.id == "" {
		return // it is all over
	}
	v.visited(visit{v.user, v.id, told})
	if told != "" && v.stars > 0 {
		v.rate(ctx)
	}
}

// The kinds of visitors: anonymous ones, who are given a name, and customers of the
// site, some of whom come again and again.
const regulars = 100

// enter gets a login.
func (v *visitor) enter(ctx context.Context) (err error) {
	switch v.rng.IntN(10) {
	case 0, 1, 2:
		v.user = v.regular(v.rng)
		v.isRegular = true
		v.login, err = v.as(v.user, "")
	case 3, 4, 5:
		v.user = "customer" + strconv.Itoa(v.visit)
		v.login, err = v.as(v.user, "")
	default:
		var made struct {
			VisitorID string `json:"visitor_id"`
			Token     string `json:"token"`
		}
		err = v.nobody().call(ctx, "POST", "/desk/visitors", map[string]any{"name": "Visitor " + strconv.Itoa(v.visit)}, &made)
		v.user, v.login = made.VisitorID, &login{world: v.world, token: made.Token}
	}
	return err
}

// stayOn opens a session and stays until it is over. It returns what the visitor was
// told of its end.
func (v *visitor) stayOn(ctx context.Context) (told string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if v.isRegular {
		defer v.goHome(v.user)
	}
	if err := v.open(ctx); err != nil {
		v.unexpected(err, "", "a session of "+v.user)
		return ""
	}
	v.count("sessions")
	v.inSession.Add(1)
	defer v.inSession.Add(-1)
	if v.byHTTP {
		v.going.Go(func() { v.poll(ctx) })
	} else {
		v.going.Go(func() { v.connect(ctx) })
	}
	talking, stop := context.WithCancel(ctx)
	defer stop()
	v.going.Go(func() { v.talk(talking) })
	select {
	case told = <-v.ended:
		v.count(told)
	case <-ctx.Done():
	}
	return told
}

// open is idempotent: a visitor has one open session.
func (v *visitor) open(ctx context.Context) error {
	body := map[string]any{"subject": "of " + v.user}
	if v.skill != "" {
		body["skill"] = v.skill
	}
	by := v.login
	if v.rng.IntN(10) == 0 { // the site asks for this visitor, and may say how urgent it is
		by, body["priority"] = &login{world: v.world, key: v.apiKey, user: v.user}, 1+v.rng.IntN(2)
	}
	var s session
	err := by.call(ctx, "POST", "/desk/sessions", body, &s)
	v.id, v.conv = s.SessionID, s.ConvID
	if err == nil {
		v.asks(v.id, v.skill)
	}
	return err
}

// pollEvery is how often a visitor without a connection asks.
const pollEvery = 250 * time.Millisecond

// poll asks again and again what has become of the session.
func (v *visitor) poll(ctx context.Context) {
	var seen uint64
	for pause(ctx, pollEvery) {
		var s session
		if err := v.login.call(ctx, "GET", "/desk/sessions/"+v.id, nil, &s); err != nil {
			v.unexpected(err, v.id, "a look of "+v.user)
			return
		}
		if told, over := s.over(); over {
			v.end(told)
			return
		}
		if s.State == stateActive {
			seen = v.news(ctx, seen)
		}
	}
}

// news reads the newest entries, and tells of an answer among them.
func (v *visitor) news(ctx context.Context, seen uint64) uint64 {
	var page struct {
		Messages []struct {
			Seq  uint64 `json:"seq"`
			From string `json:"from"`
			Type string `json:"type"`
		} `json:"messages"`
	}
	if err := v.login.call(ctx, "GET", "/messages/history?limit=5&conv_id="+v.conv, nil, &page); err != nil {
		v.unexpected(err, v.id, "the history for "+v.user)
		return seen
	}
	for _, m := range page.Messages {
		if m.Seq > seen && m.Type == "chat" && m.From != v.user {
			v.heard()
		}
		seen = max(seen, m.Seq)
	}
	return seen
}

func (v *visitor) heard() {
	select {
	case v.words <- struct{}{}:
	default: // it knows
	}
}

// connect hears by WebSocket, and connects again whenever it is cut off.
func (v *visitor) connect(ctx context.Context) {
	seqs := make(map[string]uint64)
	hear := func(f *frame) {
		if f.ConvID != v.conv || f.Seq == 0 {
			return
		}
		seqs[f.ConvID] = max(seqs[f.ConvID], f.Seq)
		switch {
		case f.Type == "chat" && f.From != v.user:
			v.heard()
		case f.Type == "session" && f.Event == eventClosed:
			v.end("closed " + f.Reason)
		case f.Type == "session" && f.Event == eventOffline:
			v.end(stateOffline)
		}
	}
	for ctx.Err() == nil {
		if l, err := v.dial(ctx, v.login.token, "page", hear); err == nil {
			v.stay(ctx, l, map[string]uint64{v.conv: seqs[v.conv]})
		}
		pause(ctx, retryAfter)
	}
}

// stay is one connection of a visitor, to its end.
func (v *visitor) stay(ctx context.Context, l *link, cursors map[string]uint64) {
	v.going.Go(l.listen)
	if err := l.sync(ctx, cursors); err == nil {
		v.link.Store(l)
		select {
		case <-l.done:
		case <-ctx.Done():
		}
		v.link.Store(nil)
	}
	l.cut()
	<-l.done
}

func (v *visitor) end(told string) {
	select {
	case v.ended <- told:
	default: // it was told before
	}
}

// talk writes what the visitor has to say, until it is content.
func (v *visitor) talk(ctx context.Context) {
	if v.rng.IntN(3) > 0 && !v.say(ctx) { // others wait until they are asked
		return
	}
	if v.impatient {
		v.leave(ctx)
	}
	for range v.turns {
		select {
		case <-v.words:
		case <-ctx.Done():
			return
		}
		if v.silent {
			return
		}
		if !pause(ctx, between(v.rng, 0, thinkTime)) || !v.say(ctx) {
			return
		}
	}
	if v.rng.IntN(4) == 0 {
		v.close(ctx)
	}
}

// patience is how long the impatient wait in the queue.
const patience = 600 * time.Millisecond

// leave goes away if nobody has come by then.
func (v *visitor) leave(ctx context.Context) {
	if !pause(ctx, between(v.rng, 0, patience)) {
		return
	}
	var s session
	if err := v.login.call(ctx, "GET", "/desk/sessions/"+v.id, nil, &s); err == nil && s.State == stateQueued {
		v.close(ctx)
	}
}

func (v *visitor) close(ctx context.Context) {
	err := v.login.call(ctx, "POST", "/desk/sessions/"+v.id+"/close", nil, nil)
	v.unexpected(err, v.id, "the end by "+v.user, sessionClosed)
}

// say writes, again and again until there is an answer.
func (v *visitor) say(ctx context.Context) bool {
	v.texts++
	text := fmt.Sprintf("%s asks %d in visit %d", v.user, v.texts, v.visit)
	cid := fmt.Sprintf("%d-%d", v.visit, v.texts)
	var id, seq uint64
	var err error
	if v.byHTTP {
		id, seq, err = v.post(ctx, text, cid)
	} else {
		id, seq, err = v.send(ctx, text, cid)
	}
	if err != nil {
		v.unexpected(err, v.id, "a word of "+v.user, sessionClosed)
		return false
	}
	v.said(sentMessage{v.id, v.user, id, seq, text})
	return true
}

func (v *visitor) post(ctx context.Context, text, cid string) (id, seq uint64, err error) {
	var made struct {
		MsgID string `json:"msg_id"`
		Seq   uint64 `json:"seq"`
	}
	body := map[string]any{"conv_id": v.conv, "content": text, "cid": cid}
	if err := v.login.call(ctx, "POST", "/messages/send", body, &made); err != nil {
		return 0, 0, err
	}
	id, err = strconv.ParseUint(made.MsgID, 10, 64)
	return id, made.Seq, err
}

func (v *visitor) send(ctx context.Context, text, cid string) (id, seq uint64, err error) {
	for {
		l := v.link.Load()
		if l == nil {
			if !pause(ctx, look) {
				return 0, 0, ctx.Err()
			}
			continue
		}
		f, err := l.ask(ctx, cid, map[string]any{"type": "send", "conv_id": v.conv, "content": text})
		switch {
		case err == nil:
			return f.ID, f.Seq, nil
		case !errors.Is(err, errCut) && !refusedFor(err, "busy", "shutting_down"):
			return 0, 0, err
		}
		if !pause(ctx, betweenTries) {
			return 0, 0, ctx.Err()
		}
	}
}

func (v *visitor) rate(ctx context.Context) {
	body := map[string]any{"rating": v.stars, "comment": "said " + v.user}
	err := v.login.call(ctx, "POST", "/desk/sessions/"+v.id+"/rating", body, nil)
	if err == nil {
		v.count("ratings")
	}
	v.unexpected(err, v.id, "the rating of "+v.user, "conflict")
}
