package desk

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"gannet/storage"
)

// run is a desk and its model side by side. No clerk works: time passes between
// operations, and each begins with what has passed.
type run struct {
	*site
	m *model
	r *rapid.T
}

// Whatever agents, visitors, supervisors, time and restarts do, the desk does what
// its model does, and what is stored and what is in memory are one.
func TestModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rapid.SyncTest(r, func(r *rapid.T) {
			cfg := usual()
			cfg.MaxQueue, cfg.MaxOffline = 0, 2
			w := &run{site: openQuiet(r, vfs.NewMem(), cfg), r: r, m: &model{
				cfg: cfg, last: map[string]string{}, fallback: map[string]string{}, after: map[string]int64{},
			}}
			defer func() { w.close() }()
			w.begin()
			actions := map[string]func(*rapid.T){"": func(*rapid.T) { w.compare() }}
			for name, act := range map[string]func(){
				"open": w.opens, "open again": w.opens, "open more": w.opens, "close": w.closes, "claim": w.claims, "transfer": w.transfers, "regroup": w.regroups,
				"come or go": w.comesOrGoes, "status": w.changesStatus, "capacity": w.changesCapacity, "skills": w.changesSkills,
				"fallback": w.changesFallback, "say": w.says, "pass": w.passes, "pass more": w.passes, "watch": w.watches, "note": w.notes,
				"remove": w.removes, "restart": w.restarts,
			} {
				actions[name] = func(*rapid.T) { w.m.settle(time.Now().UnixMilli()); act(); w.m.match() }
			}
			r.Repeat(actions)
		})
	})
}

// openQuiet is open without a clerk.
func openQuiet(t tb, fs vfs.FS, cfg Config) *site {
	s := build(t, fs, cfg)
	s.seq.Start()
	return s
}

var (
	modelAgents   = []string{"a0", "a1", "a2", "a3"}
	modelVisitors = []string{"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "a0"} // an agent may be a visitor
	modelSkills   = []string{"", "s", "t"}
	modelBoss     = Actor{User: "sup", Role: RoleSupervisor}
)

func (w *run) begin() {
	w.skill(storage.DeskSkill{ID: "s"})
	w.skill(storage.DeskSkill{ID: "t"})
	for i, id := range modelAgents {
		w.put(id, AgentPatch{MaxSessions: ptr(i)})
		w.m.agents = append(w.m.agents, &modelAgent{id: id, max: i})
	}
	for _, a := range w.m.agents { // a day begins
		w.arrives(a)
	}
	w.put("sup", AgentPatch{Role: ptr(RoleSupervisor), MaxSessions: ptr(2)})
	w.m.agents = append(w.m.agents, &modelAgent{id: "sup", max: 2})
}

// arrives lets an agent begin to work, or not.
func (w *run) arrives(a *modelAgent) {
	if rapid.IntRange(0, 4).Draw(w.r, "arrives") == 0 {
		return
	}
	a.status = StatusOnline
	w.put(a.id, AgentPatch{Status: ptr(a.status.String())})
	w.connect(a.id)
	w.m.presence(a, true)
}

// one draws one of a list.
func one[T any](w *run, label string, list []T) T { return rapid.SampledFrom(list).Draw(w.r, label) }

// session draws one that was opened, nil if there is none.
func (w *run) session() *modelSession {
	open := slices.DeleteFunc(slices.Clone(w.m.sessions), func(s *modelSession) bool { return !s.open() })
	if len(open) == 0 {
		return nil
	}
	return one(w, "session", open)
}

func (w *run) anAgent() *modelAgent { return one(w, "agent", w.m.agents) }

// same expects an operation to be refused, or not.
func (w *run) same(what string, err error, refused bool) bool {
	if (err != nil) != refused {
		w.r.Fatalf("%s: %v, refused by the model: %v", what, err, refused)
	}
	return !refused
}

func (w *run) opens() {
	visitor, skill, prio := one(w, "visitor", modelVisitors), one(w, "skill", modelSkills), int32(rapid.IntRange(0, 1).Draw(w.r, "priority"))
	got, err := w.Open(context.Background(), backend, NewSession{Visitor: visitor, Skill: skill, Priority: prio})
	w.must(err)
	if s := w.m.openOf(visitor); s != nil {
		if got.ID != s.id {
			w.r.Fatalf("%s has two sessions", visitor)
		}
		if s.state == storage.DeskOffline {
			w.resumes(s)
		}
		return
	}
	s := &modelSession{id: got.ID, visitor: visitor, skill: skill, prio: prio, order: len(w.m.sessions)}
	w.m.sessions = append(w.m.sessions, s)
	w.m.enqueue(s)
}

// resumes looks for an agent for who has left a message and has come again.
func (w *run) resumes(s *modelSession) {
	if a := w.m.choose(s); a != nil {
		w.m.give(s, a)
	} else {
		w.m.enqueue(s)
	}
}

func (w *run) closes() {
	s := w.session()
	if s == nil {
		return
	}
	by, reason := visitorActor(s.visitor), ReasonVisitor
	if !s.served() {
		reason = ReasonAbandoned
	}
	if s.served() && rapid.Bool().Draw(w.r, "by the agent") {
		by, reason = agentActor(s.agent), ReasonAgent
	}
	w.must(w.CloseSession(context.Background(), by, s.id))
	w.m.end(s, reason)
}

func (w *run) claims() {
	s, a := w.session(), w.anAgent()
	if s == nil {
		return
	}
	_, err := w.Claim(context.Background(), agentActor(a.id), s.id)
	mine := s.served() && s.agent == a.id
	if w.same("claim", err, !mine && (s.served() || a.id == s.visitor || w.m.full(a))) && !mine {
		w.m.decide(s, a)
	}
}

func (w *run) transfers() {
	s, a := w.session(), w.anAgent()
	if s == nil {
		return
	}
	_, err := w.Transfer(context.Background(), backend, s.id, Transfer{Agent: a.id})
	refused := s.served() && s.agent == a.id || !a.on || a.status == StatusOffline || a.id == s.visitor || w.m.full(a)
	if w.same("transfer", err, refused) {
		w.m.decide(s, a)
	}
}

func (w *run) regroups() {
	s := w.session()
	if s == nil {
		return
	}
	skill := one(w, "skill", modelSkills[1:])
	_, err := w.Transfer(context.Background(), backend, s.id, Transfer{Skill: skill})
	w.must(err)
	s.excluded, s.reassigned = nil, 0
	if s.served() {
		s.excluded = []string{s.agent}
	}
	s.skill, s.fallback = skill, 0
	if a := w.m.choose(s); a != nil {
		w.m.give(s, a)
	} else {
		w.m.enqueue(s)
	}
}

func (w *run) comesOrGoes() {
	a := w.anAgent()
	if a.on {
		w.disconnect(a.id)
	} else {
		w.connect(a.id)
	}
	w.m.presence(a, !a.on)
}

func (w *run) changesStatus() {
	a, status := w.anAgent(), one(w, "status", []Status{StatusOnline, StatusOnline, StatusBusy, StatusOffline})
	w.put(a.id, AgentPatch{Status: ptr(status.String())})
	a.status = status
}

func (w *run) changesCapacity() {
	a, most := w.anAgent(), rapid.IntRange(0, 3).Draw(w.r, "capacity")
	w.put(a.id, AgentPatch{MaxSessions: &most})
	a.max = most
}

func (w *run) changesSkills() {
	a, skills := w.anAgent(), one(w, "skills", [][]string{nil, {"s"}, {"t"}, {"s", "t"}})
	w.put(a.id, AgentPatch{Skills: &skills})
	a.skills = skills
}

func (w *run) changesFallback() {
	rec := storage.DeskSkill{ID: "s"}
	if rapid.Bool().Draw(w.r, "falls back") {
		rec.Fallback, rec.FallbackAfter = "t", one(w, "after", []int64{0, 60_000})
	}
	w.skill(rec)
	w.m.fallback["s"], w.m.after["s"] = rec.Fallback, rec.FallbackAfter
	for _, s := range w.m.waiting() {
		if s.skill == "s" {
			s.fallback = w.m.fallbackAt(s)
		}
	}
}

func (w *run) says() {
	s := w.session()
	if s == nil {
		return
	}
	who := one(w, "who", slices.Concat([]string{s.visitor, s.agent, s.agent}, s.joined))
	if who == "" {
		return
	}
	w.sync() // as a command would, so that time has passed for both
	w.talk(who, s.id)
	w.m.said(s, who)
}

func (w *run) passes() {
	d := one(w, "time", []time.Duration{time.Millisecond, time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 11 * time.Minute})
	time.Sleep(d)
	w.sync()
	w.m.settle(time.Now().UnixMilli())
}

func (w *run) watches() {
	s := w.session()
	if s == nil {
		return
	}
	sup, watching := w.m.agent("sup"), slices.Contains(s.watchers, "sup")
	inCharge := s.served() && s.agent == "sup"
	if watching && rapid.Bool().Draw(w.r, "ends it") {
		w.must(w.Unwatch(context.Background(), modelBoss, s.id))
		s.watchers, s.joined = nil, nil
		return
	}
	mode := one(w, "mode", []Mode{ModeLook, ModeJoin, ModeTakeOver})
	_, err := w.Watch(context.Background(), modelBoss, s.id, mode)
	if mode == ModeTakeOver {
		if w.same("take over", err, !inCharge && w.m.full(sup)) && !inCharge {
			w.m.decide(s, sup)
		}
	} else if w.same("watch", err, inCharge) {
		s.watchers, s.joined = []string{"sup"}, nil
		if mode == ModeJoin {
			s.joined = []string{"sup"}
		}
	}
}

func (w *run) notes() {
	if s := w.session(); s != nil {
		_, err := w.Note(context.Background(), modelBoss, s.id, "", fmt.Sprint("note of ", s.id))
		w.must(err)
	}
}

// removes takes an agent away and makes one with the same id, who begins anew.
func (w *run) removes() {
	a := w.m.agent(one(w, "agent", modelAgents))
	w.must(w.RemoveAgent(context.Background(), backend, a.id))
	a.status = StatusOffline
	mine := w.m.of(a.id)
	slices.SortFunc(mine, func(x, y *modelSession) int { return byQueue(x, y) })
	for _, s := range mine {
		w.m.match()
		w.m.lose(s)
	}
	w.m.match()
	w.put(a.id, AgentPatch{})
	*a = modelAgent{id: a.id, on: a.on, max: w.cfg.MaxSessions}
}

func byQueue(x, y *modelSession) int {
	if x.prio != y.prio {
		return int(y.prio - x.prio)
	}
	return x.order - y.order
}

func (w *run) restarts() {
	w.close()
	time.Sleep(one(w, "down for", []time.Duration{0, time.Second, 30 * time.Second, 6 * time.Minute}))
	w.site = openQuiet(w.r, w.fs, w.cfg)
	w.m.now = time.Now().UnixMilli()
	for _, a := range w.m.agents {
		w.m.presence(a, false)
	}
	w.m.spare()
	w.sync()
	for _, a := range w.m.agents {
		w.arrives(a)
		w.m.match()
	}
}

// compare holds the desk against the model.
func (w *run) compare() {
	w.check()
	places := map[string]int{}
	for _, s := range w.m.waiting() {
		places[s.skill]++
		if got := w.see(s.id); got.Position != places[s.skill] {
			w.r.Errorf("%s is at %d in the queue, want %d", s.visitor, got.Position, places[s.skill])
		}
	}
	for _, s := range w.m.sessions {
		shown := w.see(s.id)
		if ms := shown.Waited.Milliseconds(); s.served() && (ms != s.waited || shown.AssignedAt != s.assignedAt) {
			w.r.Errorf("session of %s waited for %d ms until %d, want %d until %d", s.visitor, ms, shown.AssignedAt, s.waited, s.assignedAt)
		}
		got := shown.DeskSession
		want := got
		want.State, want.Agent, want.Skill, want.Reason, want.Reassigned, want.Turn = s.state, s.agent, s.skill, s.reason, s.reassigned, s.turn
		want.Excluded, want.Watchers, want.Joined = s.excluded, s.watchers, s.joined
		want.LostAt, want.ReplyAt, want.WarnAt, want.CloseAt, want.OfflineAt, want.FallbackAt = s.lost, s.reply, s.warn, s.close, s.offline, s.fallback
		if !same(&got, &want) {
			w.r.Errorf("session of %s\n%+v, want\n%+v", s.visitor, got, want)
		}
	}
	for _, a := range w.m.agents {
		got, err := w.Agent(context.Background(), backend, a.id)
		if err != nil || got.Sessions != len(w.m.of(a.id)) || got.AssignedAt != a.at || got.Connected != a.on {
			w.r.Errorf("%+v %v, want %+v with %d", got, err, a, len(w.m.of(a.id)))
		}
	}
}
