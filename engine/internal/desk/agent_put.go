package desk

import (
	"context"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Bounds of what is stored of an agent.
const (
	maxAgentName   = 128 // characters
	maxAgentSkills = 100
	maxAgents      = 10_000
)

var (
	errAgentName   = wire.NewError(wire.ReasonBadRequest, "name must be at most 128 characters of printable text")
	errStatus      = wire.NewError(wire.ReasonBadRequest, `status must be "online", "busy" or "offline"`)
	errMaxSessions = wire.NewError(wire.ReasonBadRequest, "max_sessions must be 0 (no limit) to 1000")
	errAgentSkills = wire.NewError(wire.ReasonBadRequest, "skills must be at most 100 ids of skill groups that exist")
	errRole        = wire.NewError(wire.ReasonBadRequest, `role must be "agent" or "supervisor"`)
	errAgents      = wire.NewError(wire.ReasonConflict, "too many agents")
)

// PutAgent changes an agent, and looks who of those that wait can be served then.
// Agents may change themselves, but for the role; a supervisor or a backend all.
// An agent they make counts without a role in the login.
func (d *Desk) PutAgent(_ context.Context, by Actor, user string, p AgentPatch) (Agent, error) {
	if err := p.check(); err != nil {
		return Agent{}, err
	}
	var out Agent
	run := d.do
	if p.ends() {
		run = d.doAnyway
	}
	err := run(func(tx *sequencer.Tx) (err error) {
		out, err = d.changed(tx, by, user, &p)
		return err
	})
	return out, err
}

// SetAgent changes the actor's own agent, for who can't wait: done is called by any
// goroutine with what [Desk.PutAgent] would return, and must not block. What one
// goroutine asks for is done in that order.
func (d *Desk) SetAgent(by Actor, p AgentPatch, done func(error)) {
	if err := p.check(); err != nil {
		done(err)
		return
	}
	over := d.seq.Go
	if p.ends() {
		over = d.seq.GoAnyway
	}
	command := d.command(func(tx *sequencer.Tx) error {
		_, err := d.changed(tx, by, by.User, &p)
		return err
	})
	if err := over(command, func(err error) { done(d.refusal(err)) }); err != nil {
		done(d.refusal(err))
	}
}

// changed makes a change and gives away what became free by it.
func (d *Desk) changed(tx *sequencer.Tx, by Actor, user string, p *AgentPatch) (Agent, error) {
	if err := d.mayPut(by, user, p); err != nil {
		return Agent{}, err
	}
	a := d.put(tx, by, user, p)
	d.roles.note(&a.rec)
	d.rerank(tx, a)
	d.setConnected(tx, a, isHere(tx, &a.rec)) // who is managed now may be
	d.tellAgent(tx, a)
	d.match(tx)
	return a.show(), nil
}

// ends reports whether a patch only keeps sessions away from an agent.
func (p *AgentPatch) ends() bool {
	return p.Status != nil && *p.Status != wire.AgentOnline &&
		p.Name == nil && p.Role == nil && p.MaxSessions == nil && p.Skills == nil
}

// check judges what a patch says, without the desk.
func (p *AgentPatch) check() error {
	if p.Status != nil {
		if _, ok := ParseStatus(*p.Status); !ok {
			return errStatus
		}
	}
	switch {
	case p.Name != nil && !printable(*p.Name, 0, maxAgentName):
		return errAgentName
	case p.Role != nil && *p.Role != RoleAgent && *p.Role != RoleSupervisor:
		return errRole
	case p.MaxSessions != nil && (*p.MaxSessions < 0 || *p.MaxSessions > wire.MaxAgentSessions):
		return errMaxSessions
	case p.Skills != nil && len(*p.Skills) > maxAgentSkills:
		return errAgentSkills
	}
	return nil
}

// mayPut judges who changes whom.
func (d *Desk) mayPut(by Actor, user string, p *AgentPatch) error {
	role := d.Role(by)
	switch {
	case role < RoleAgent:
		return errStaff
	case !wire.ValidID(user):
		return errUser
	case role < RoleSupervisor && (user != by.User || p.Role != nil):
		return errSupervisors
	case d.floor.agents[user] == nil && len(d.floor.agents) >= maxAgents:
		return errAgents
	}
	if p.Skills != nil {
		for _, id := range *p.Skills {
			if id == "" || !d.hasSkill(id) {
				return errAgentSkills
			}
		}
	}
	return nil
}

// put makes the change.
func (d *Desk) put(tx *sequencer.Tx, by Actor, user string, p *AgentPatch) *agent {
	a := d.floor.agents[user]
	managed := p.Role != nil || a == nil && user != by.User
	if a == nil {
		role := RoleAgent
		if user == by.User {
			role = d.Role(by)
		}
		rec := d.newAgent(tx, user, role)
		a = d.floor.add(rec, isHere(tx, &rec))
	}
	d.follow(tx, a, by)
	skills := a.rec.Skills
	d.changeAgent(tx, a, func(r *storage.DeskAgent) {
		p.apply(r)
		r.Managed = r.Managed || managed
	})
	if !slices.Equal(skills, a.rec.Skills) {
		d.floor.stir = true // who was free already may serve others now
	}
	return a
}

func (p *AgentPatch) apply(r *storage.DeskAgent) {
	if p.Name != nil {
		r.Name = *p.Name
	}
	if p.Status != nil {
		status, _ := ParseStatus(*p.Status)
		r.Status = uint8(status)
	}
	if p.Role != nil {
		r.Role = uint8(*p.Role)
	}
	if p.MaxSessions != nil {
		r.MaxSessions = uint32(*p.MaxSessions)
	}
	if p.Skills != nil {
		r.Skills = slices.Compact(slices.Sorted(slices.Values(*p.Skills)))
	}
}

// RemoveAgent forgets an agent. Their sessions go to others, or wait at the head of
// the queue. It is for supervisors.
func (d *Desk) RemoveAgent(_ context.Context, by Actor, user string) error {
	return d.doAnyway(func(tx *sequencer.Tx) error {
		a := d.floor.agents[user]
		switch {
		case d.Role(by) < RoleSupervisor:
			return errSupervisors
		case a == nil:
			return errNoAgent
		}
		d.floor.reseat(a, func() { a.rec.Status = uint8(StatusOffline) }) // gets nothing from here on
		for _, s := range a.sessions() {
			d.match(tx) // one that is lost doesn't overtake those who wait
			d.lose(tx, s)
		}
		d.unwatchAll(tx, user)
		d.floor.leave(a)
		delete(d.floor.agents, user)
		delete(d.floor.supervisors, user)
		d.roles.forget(user)
		tx.Writes(sequencer.Subject{}).DeleteDeskAgent(user)
		return nil
	})
}
