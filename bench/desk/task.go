package desk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// A task is a session that an agent has, for as long as it has it.
type task struct {
	*agent
	link          *link
	conv, session string
	rng           *rand.Rand
	words         chan struct{} // the visitor has written
	cancel        context.CancelFunc
}

// sessionPrefix begins the id of a session's conversation.
const sessionPrefix = "service_"

// hear takes in what comes on the agent's connection.
func (a *agent) hear(ctx context.Context, f *frame) {
	if f.Type == "garbled" {
		a.add(kindRefused, "", "%s was sent %s", a.record.user, f.Msg)
	}
	if f.Seq == 0 {
		return
	}
	a.mu.Lock()
	a.seqs[f.ConvID] = max(a.seqs[f.ConvID], f.Seq)
	t := a.tasks[f.ConvID]
	a.mu.Unlock()
	switch {
	case f.Type == "chat" && t != nil && f.From != a.record.user:
		select {
		case t.words <- struct{}{}:
		default: // it knows
		}
	case f.Type != "session":
	case f.Event == eventAssigned && f.AgentID == a.record.user:
		a.begin(ctx, f.ConvID, "")
	case f.Event == eventAssigned, f.Event == eventClosed, f.Event == eventLost, f.Event == eventTransferred, f.Event == eventQueued:
		a.drop(f.ConvID)
	}
}

// begin sets about a session, unless it is being served.
func (a *agent) begin(ctx context.Context, conv, session string) {
	if session == "" {
		session = conv[min(len(sessionPrefix), len(conv)):]
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tasks[conv] != nil || ctx.Err() != nil {
		return
	}
	connected := ctx
	ctx, cancel := context.WithCancel(ctx)
	a.texts++
	t := &task{
		agent: a, link: a.link, conv: conv, session: session, words: make(chan struct{}, 1), cancel: cancel,
		rng: rand.New(rand.NewPCG(a.seed, nameSeed(a.record.user)+uint64(a.texts))),
	}
	a.tasks[conv] = t
	a.wg.Go(func() {
		defer cancel()
		t.serve(ctx, connected)
	})
}

// drop ends what is being done about a session that is not the agent's any more.
func (a *agent) drop(conv string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.tasks[conv]; t != nil {
		t.cancel()
		delete(a.tasks, conv)
	}
	delete(a.seqs, conv)
}

const (
	thinkTime = 60 * time.Millisecond // of agents and visitors before they write, at most
	idleTime  = 400 * time.Millisecond
)

// serve answers the visitor until one of them ends it. ctx ends with the task, and
// connected with the connection: the agent may hear that the session is over before
// the answer to the request that ended it.
func (t *task) serve(ctx, connected context.Context) {
	kind := t.rng.IntN(100)
	if kind < 2 {
		t.count("late first answers")
		if !pause(ctx, 3*firstReplyTime) { // somebody else has it by then, if there is anybody
			return
		}
	}
	patience := idleTime
	if kind < 6 {
		patience = time.Minute // lets the visitor fall silent
	}
	for range 1 + t.rng.IntN(4) {
		if !pause(ctx, between(t.rng, 0, thinkTime)) || !t.say(ctx) {
			return
		}
		if !t.listen(ctx, patience) {
			break
		}
	}
	if ctx.Err() == nil {
		t.finish(connected)
	}
}

// listen waits for the visitor's word.
func (t *task) listen(ctx context.Context, patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-t.words:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// say sends an answer. What has no answer itself is not sent again: somebody else may
// have the session by then.
func (t *task) say(ctx context.Context) bool {
	t.mu.Lock()
	t.texts++
	text := fmt.Sprintf("%s answers %d", t.record.user, t.texts)
	t.mu.Unlock()
	began := now()
	f, err := t.link.ask(ctx, text, map[string]any{"type": "send", "conv_id": t.conv, "content": text})
	if err != nil {
		t.refused(err, began)
		t.unexpected(err, t.session, "an answer of "+t.record.user, overtaken...)
		return false
	}
	t.said(sentMessage{t.session, t.record.user, f.ID, f.Seq, text})
	return true
}

// finish closes the session or hands it on.
func (t *task) finish(ctx context.Context) {
	var err error
	switch n := t.rng.IntN(100); {
	case n < 5:
		skill := skillNames[t.rng.IntN(len(skillNames))]
		err = t.post(ctx, "/transfer", map[string]any{"skill": skill, "note": "to " + skill + " from " + t.record.user})
		t.tell(err, "transfers to a group")
	case n < 10 && t.handOver(ctx):
	default:
		err = t.post(ctx, "/close", nil)
		t.tell(err, "closed by agents")
	}
	t.unexpected(err, t.session, "the end by "+t.record.user, notYours...)
}

// handOver passes the session on to another agent, who may be away or have no room.
func (t *task) handOver(ctx context.Context) bool {
	err := t.post(ctx, "/transfer", map[string]any{"agent_id": t.colleague()})
	t.tell(err, "transfers to an agent")
	t.unexpected(err, t.session, "a transfer by "+t.record.user, overtaken...)
	return err == nil || ctx.Err() != nil
}

// post asks for something to be done with the session.
func (t *task) post(ctx context.Context, path string, body any) error {
	began := now()
	err := t.login.call(ctx, "POST", "/desk/sessions/"+t.session+path, body, nil)
	t.refused(err, began)
	return err
}

// refused notes what is a refusal for want of the session. The judge knows whether
// the agent had it.
func (t *task) refused(err error, began int64) {
	if refusedFor(err, notYours...) {
		t.deny(denial{t.session, t.record.user, err.Error(), began, now()})
	}
}

func (t *task) tell(err error, what string) {
	if err == nil {
		t.count(what)
	}
}

// colleague is another agent.
func (t *task) colleague() string {
	for {
		if a := agentName(t.rng.IntN(t.o.Agents)); a != t.record.user || t.o.Agents == 1 {
			return a
		}
	}
}

func agentName(i int) string { return "agent" + strconv.Itoa(i) }

// nameSeed makes a number of a name.
func nameSeed(name string) (n uint64) {
	for _, b := range []byte(name) {
		n = n*31 + uint64(b)
	}
	return n << 32
}
