package httpapi

import (
	"context"
	"time"

	"gannet/engine/internal/chat"
	"gannet/engine/internal/desk"
)

// fakeDesk answers without storing anything and notes its calls as those of its
// fakeChat. The user boss has an agent's record.
type fakeDesk struct{ *fakeChat }

// who is an actor in short.
func who(by desk.Actor) string {
	if by.Backend {
		return "backend" + by.User
	}
	if by.Role != desk.RoleNone {
		return by.User + ":" + by.Role.String()
	}
	return by.User
}

func (f fakeDesk) session(id string) desk.Session {
	s := desk.Session{Position: 2, Waited: 1500 * time.Millisecond}
	s.ID, s.Visitor, s.VisitorName, s.Agent, s.Staff = id, "9", "Ann", "a1", 7
	s.State, s.Turn, s.CreatedAt, s.Tags, s.Watchers, s.Reassigned = 3, 2, 5, []string{"vip"}, []string{"boss"}, 1
	s.Rating, s.Comment, s.Attributes = 4, "fine", []byte(`{"page":"/"}`)
	return s
}

func (f fakeDesk) sessions(limit int) []desk.Session {
	list := make([]desk.Session, min(limit, f.size))
	for i := range list {
		list[i] = f.session("s")
	}
	return list
}

func (f fakeDesk) Role(by desk.Actor) desk.Role {
	if by.User == "boss" {
		return desk.RoleSupervisor
	}
	return by.Role
}

func (f fakeDesk) Stats(_ context.Context, by desk.Actor, from, to int64) (desk.Stats, error) {
	st := desk.Stats{From: from, To: to}
	st.Live.Queue, st.Live.Sessions[1], st.States[5] = 3, 3, 8
	st.Wait = desk.Spread{Count: 1, Average: time.Second, Median: time.Second, P90: 2 * time.Second}
	st.Agents = []desk.AgentStats{{User: "a1", Name: "Al", Sessions: 1}}
	return st, f.note("stats %s %d %d", who(by), from, to)
}

func (f fakeDesk) Open(_ context.Context, by desk.Actor, n desk.NewSession) (desk.Session, error) {
	return f.session("s1"), f.note("open %s for=%s skill=%s %q name=%s priority=%d %s", who(by), n.Visitor, n.Skill, n.Subject, n.Name, n.Priority, n.Attributes)
}

func (f fakeDesk) Session(_ context.Context, by desk.Actor, id string) (desk.Session, error) {
	return f.session(id), f.note("session %s %s", who(by), id)
}

func (f fakeDesk) Sessions(_ context.Context, by desk.Actor, s desk.Filter, cursor string, limit int) ([]desk.Session, string, error) {
	return f.sessions(limit), f.next, f.note("sessions %s states=%v agent=%s visitor=%s tag=%s skill=%s rating=%d from=%d to=%d after=%s limit=%d",
		who(by), s.States, s.Agent, s.Visitor, s.Tag, s.Skill, s.Rating, s.From, s.To, cursor, limit)
}

func (f fakeDesk) Queue(_ context.Context, by desk.Actor) ([]desk.Session, int, error) {
	return f.sessions(f.size), 700, f.note("queue %s", who(by))
}

func (f fakeDesk) Next(_ context.Context, by desk.Actor, skill, visitor string) (desk.Choice, error) {
	list := []desk.Candidate{{User: "a1", Eligible: true, Why: "fewest sessions", Sessions: 1, MaxSessions: 5, AssignedAt: 9}}
	return desk.Choice{Agent: "a1", Why: "fewest sessions", Candidates: list}, f.note("next %s skill=%s visitor=%s", who(by), skill, visitor)
}

func (f fakeDesk) CloseSession(_ context.Context, by desk.Actor, id string) error {
	return f.note("close %s %s", who(by), id)
}

func (f fakeDesk) Transfer(_ context.Context, by desk.Actor, id string, t desk.Transfer) (desk.Session, error) {
	return f.session(id), f.note("transfer %s %s agent=%s skill=%s %q", who(by), id, t.Agent, t.Skill, t.Note)
}

func (f fakeDesk) Claim(_ context.Context, by desk.Actor, id string) (desk.Session, error) {
	return f.session(id), f.note("claim %s %s", who(by), id)
}

func (f fakeDesk) Watch(_ context.Context, by desk.Actor, id string, mode desk.Mode) (desk.Session, error) {
	return f.session(id), f.note("watch %s %s %d", who(by), id, mode)
}

func (f fakeDesk) Unwatch(_ context.Context, by desk.Actor, id string) error {
	return f.note("unwatch %s %s", who(by), id)
}

func (f fakeDesk) Note(_ context.Context, by desk.Actor, id, cid, text string) (chat.Sent, error) {
	return chat.Sent{ID: 7, ConvID: "service_s1.staff", Seq: 1, Time: 5}, f.note("note %s %s cid=%s %q", who(by), id, cid, text)
}

func (f fakeDesk) Tag(_ context.Context, by desk.Actor, id string, tags []string) (desk.Session, error) {
	return f.session(id), f.note("tag %s %s %q", who(by), id, tags)
}

func (f fakeDesk) Rate(_ context.Context, by desk.Actor, id string, rating int, comment string) error {
	return f.note("rate %s %s %d %q", who(by), id, rating, comment)
}

func (f fakeDesk) Transcript(_ context.Context, by desk.Actor, id, after string, limit int) (desk.Transcript, error) {
	t := desk.Transcript{
		Session: f.session(id), People: []desk.Person{{User: "a1", Name: "Al", Role: desk.RoleAgent}}, Next: f.next, Zone: time.UTC,
	}
	e := desk.TranscriptEntry{Note: true}
	e.From, e.Content, e.JSON = "a1", []byte(`"hi"`), []byte(`{"type":"chat","seq":1}`)
	t.Entries = append(t.Entries, e)
	return t, f.note("transcript %s %s after=%s limit=%d", who(by), id, after, limit)
}

func (f fakeDesk) agent(user string) desk.Agent {
	return desk.Agent{User: user, Name: "Al", Role: desk.RoleAgent, Status: desk.StatusOnline, Connected: true, Sessions: 1, MaxSessions: 5, AssignedAt: 9}
}

func (f fakeDesk) Agents(_ context.Context, by desk.Actor) ([]desk.Agent, error) {
	return []desk.Agent{f.agent("a1")}, f.note("agents %s", who(by))
}

func (f fakeDesk) Agent(_ context.Context, by desk.Actor, user string) (desk.Agent, error) {
	return f.agent(user), f.note("agent %s %s", who(by), user)
}

func (f fakeDesk) PutAgent(_ context.Context, by desk.Actor, user string, p desk.AgentPatch) (desk.Agent, error) {
	return f.agent(user), f.note("agent %s %s name=%s role=%s status=%s max=%s skills=%s", who(by), user,
		show(p.Name), show(p.Role), show(p.Status), show(p.MaxSessions), show(p.Skills))
}

func (f fakeDesk) RemoveAgent(_ context.Context, by desk.Actor, user string) error {
	return f.note("no agent %s %s", who(by), user)
}

func (f fakeDesk) Skills(_ context.Context, by desk.Actor) ([]desk.Skill, error) {
	return []desk.Skill{{ID: "de", Name: "Deutsch", Fallback: "en", FallbackAfter: 60_000}}, f.note("skills %s", who(by))
}

func (f fakeDesk) PutSkill(_ context.Context, by desk.Actor, k desk.Skill) error {
	return f.note("skill %s %+v", who(by), k)
}

func (f fakeDesk) RemoveSkill(_ context.Context, by desk.Actor, id string) error {
	return f.note("no skill %s %s", who(by), id)
}

func (f fakeDesk) Replies(_ context.Context, by desk.Actor, skill string) ([]desk.Reply, error) {
	return []desk.Reply{{ID: "r1", Owner: "1", Title: "t", Text: "x", UpdatedAt: 5}}, f.note("replies %s skill=%s", who(by), skill)
}

func (f fakeDesk) PutReply(_ context.Context, by desk.Actor, id string, n desk.NewReply) (desk.Reply, error) {
	return desk.Reply{ID: "r1", Title: n.Title, Text: n.Text}, f.note("reply %s %q %+v", who(by), id, n)
}

func (f fakeDesk) RemoveReply(_ context.Context, by desk.Actor, id string) error {
	return f.note("no reply %s %s", who(by), id)
}

func (f fakeDesk) NewVisitor(_ context.Context, name string, attributes []byte) (string, error) {
	return "visitor_new", f.note("visitor %s %s", name, attributes)
}

func (f fakeDesk) Identify(_ context.Context, by desk.Actor, user string) error {
	return f.note("identify %s %s", who(by), user)
}

// fakeVisitors mints "own-token-of-<user>".
type fakeVisitors struct{ *fakeChat }

func (f fakeVisitors) Mint(user string) (string, time.Time, error) {
	return "own-token-of-" + user, time.UnixMilli(8000), f.err
}

func (fakeVisitors) Outlived(now time.Time) time.Time { return now.Add(time.Hour) }
