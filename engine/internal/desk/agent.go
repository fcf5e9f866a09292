package desk

import (
	"context"
	"slices"
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Status is whether an agent wants to be given sessions.
type Status uint8

// Statuses. They are stored.
const (
	StatusOffline Status = iota
	StatusBusy
	StatusOnline
)

var statusWords = [...]string{wire.AgentOffline, wire.AgentBusy, wire.AgentOnline}

// String is the status' word.
func (s Status) String() string { return statusWords[s] }

// ParseStatus reads a status' word.
func ParseStatus(word string) (Status, bool) {
	i := slices.Index(statusWords[:], word)
	return Status(max(i, 0)), i >= 0
}

// Agent is somebody who serves visitors, as others see them.
type Agent struct {
	User, Name  string
	Role        Role
	Status      Status
	Connected   bool
	Sessions    int      // open ones in their charge
	MaxSessions int      // 0: no limit
	Skills      []string // sorted
	AssignedAt  int64    // Unix milliseconds; 0: never
}

// AgentPatch is what is to change of an agent; nil is left as it is.
type AgentPatch struct {
	Name, Status *string
	Role         *Role // RoleAgent or RoleSupervisor; a supervisor's to say
	MaxSessions  *int
	Skills       *[]string
}

// agent is somebody who serves visitors. What pools go by changes in floor.reseat
// only.
type agent struct {
	rec       storage.DeskAgent
	connected bool
	open      map[*session]struct{} // in their charge

	pooled bool // in the pools: may have one more
	duty   bool // counted as on duty
}

// onDuty reports whether the agent wants sessions and is there.
func (a *agent) onDuty() bool { return Status(a.rec.Status) == StatusOnline && a.connected }

// full reports whether the agent has as many sessions as they may.
func (a *agent) full() bool { return a.rec.MaxSessions > 0 && len(a.open) >= int(a.rec.MaxSessions) }

// free reports whether the agent may be given one more.
func (a *agent) free() bool { return a.onDuty() && !a.full() }

// sessions are those in the agent's charge, in the order in which they came.
func (a *agent) sessions() []*session {
	list := make([]*session, 0, len(a.open))
	for s := range a.open {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *session) int { return strings.Compare(a.rec.ID, b.rec.ID) })
	slices.SortStableFunc(list, ahead)
	return list
}

func byID(a, b *agent) int { return strings.Compare(a.rec.User, b.rec.User) }

// show is an agent as others see them.
func (a *agent) show() Agent {
	r := &a.rec
	return Agent{
		User: r.User, Name: r.Name, Role: Role(r.Role), Status: Status(r.Status), Connected: a.connected,
		Sessions: len(a.open), MaxSessions: int(r.MaxSessions), Skills: r.Skills, AssignedAt: r.AssignedAt,
	}
}

// add takes in an agent who isn't there yet.
func (f *floor) add(rec storage.DeskAgent, connected bool) *agent {
	a := &agent{rec: rec, connected: connected, open: make(map[*session]struct{})}
	f.agents[rec.User] = a
	f.reseat(a, func() {})
	f.rank(a)
	return a
}

// rank notes whether an agent is a supervisor.
func (f *floor) rank(a *agent) {
	if Role(a.rec.Role) == RoleSupervisor {
		f.supervisors[a.rec.User] = a
	} else {
		delete(f.supervisors, a.rec.User)
	}
}

// changeAgent is the only way in which what is stored of an agent changes.
func (d *Desk) changeAgent(tx *sequencer.Tx, a *agent, fn func(r *storage.DeskAgent)) {
	rec := a.rec
	fn(&rec)
	d.floor.reseat(a, func() { a.rec = rec })
	tx.Writes(sequencer.Subject{}).PutDeskAgent(rec)
}

// staffed returns the actor's agent, of the role that the login says now; who has
// none gets one. It is the first write of a command.
func (d *Desk) staffed(tx *sequencer.Tx, by Actor) *agent {
	if a := d.floor.agents[by.User]; a != nil {
		d.follow(tx, a, by)
		return a
	}
	rec := d.newAgent(tx, by.User, d.Role(by))
	a := d.floor.add(rec, isHere(tx, &rec))
	tx.Writes(sequencer.Subject{}).PutDeskAgent(a.rec)
	return a
}

// follow gives an agent whose role only their login gives what it says now: the
// highest of those of their connections and of who asks.
func (d *Desk) follow(tx *sequencer.Tx, a *agent, by Actor) {
	role := roleOf(tx.Staff(a.rec.User))
	if by.User == a.rec.User && !by.Backend {
		role = max(role, by.Role)
	}
	if a.rec.Managed || role < RoleAgent || role == Role(a.rec.Role) {
		return
	}
	d.changeAgent(tx, a, func(r *storage.DeskAgent) { r.Role = uint8(role) })
	d.rerank(tx, a)
}

// rerank takes in that an agent's role has changed. Who isn't a supervisor any more
// looks into nothing.
func (d *Desk) rerank(tx *sequencer.Tx, a *agent) {
	_, was := d.floor.supervisors[a.rec.User]
	if d.floor.rank(a); was && Role(a.rec.Role) != RoleSupervisor {
		d.unwatchAll(tx, a.rec.User)
	}
}

func (d *Desk) newAgent(tx *sequencer.Tx, user string, role Role) storage.DeskAgent {
	return storage.DeskAgent{
		User: strings.Clone(user), Role: uint8(role), MaxSessions: uint32(d.cfg.MaxSessions), CreatedAt: tx.Now(),
	}
}

// Arrive makes an agent or supervisor known who has connected, so that they hear of
// what happens before they have asked for anything. A role that only the login gives
// follows it. It doesn't wait: done is called as by [Desk.SetAgent].
func (d *Desk) Arrive(by Actor, done func(error)) {
	command := d.command(func(tx *sequencer.Tx) error {
		known := d.floor.agents[by.User]
		switch {
		case d.Role(by) < RoleAgent || by.User == "":
			return errStaff
		case known == nil && len(d.floor.agents) >= maxAgents:
			return errAgents
		}
		d.staffed(tx, by)
		return nil
	})
	err := d.seq.Go(command, func(err error) {
		if err == nil {
			d.greet(by.User)
		}
		done(d.refusal(err))
	})
	if err != nil {
		done(d.refusal(err))
	}
}

// greet tells an agent who has connected how they stand. The connection joins at
// the end of the batch in which it came, and hears nothing of that batch but what
// is in a log: so this is for a later one.
func (d *Desk) greet(user string) {
	command := d.command(func(tx *sequencer.Tx) error {
		d.tellAgent(tx, d.floor.agents[user])
		return nil
	})
	_ = d.seq.GoAnyway(command, func(error) {}) // the engine stops: there is nobody to tell
}

// Agents returns all agents and supervisors that are known, by id. It is for
// themselves.
func (d *Desk) Agents(_ context.Context, by Actor) ([]Agent, error) {
	var out []Agent
	err := d.look(func(*sequencer.Tx) error {
		if d.Role(by) < RoleAgent {
			return errStaff
		}
		out = make([]Agent, 0, len(d.floor.agents))
		for _, a := range d.floor.agents {
			out = append(out, a.show())
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Agent) int { return strings.Compare(a.User, b.User) })
	return out, err
}

// Agent returns one agent. Who is one by their login and has done nothing yet is
// one who is offline.
func (d *Desk) Agent(_ context.Context, by Actor, user string) (Agent, error) {
	var out Agent
	err := d.look(func(tx *sequencer.Tx) error {
		a := d.floor.agents[user]
		switch role := d.Role(by); {
		case role < RoleAgent:
			return errStaff
		case a != nil:
			out = a.show()
		case user == by.User && user != "":
			fresh := agent{rec: d.newAgent(tx, user, role)}
			fresh.connected = isHere(tx, &fresh.rec)
			out = fresh.show()
		default:
			return errNoAgent
		}
		return nil
	})
	return out, err
}
