package desk

import (
	"sync"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Role is what somebody may do at the desk.
type Role uint8

// Roles, each may do what those before it may; but a visitor may use nothing but
// sessions of their own, and one without a role may open some, too. They are
// stored.
const (
	RoleNone Role = iota
	RoleVisitor
	RoleAgent
	RoleSupervisor
)

var roleWords = [...]string{"", "visitor", "agent", "supervisor"}

// String is the role's word, "" for none.
func (r Role) String() string { return roleWords[r] }

// ParseRole reads a role's word; others are RoleNone.
func ParseRole(word string) Role {
	for i, w := range roleWords {
		if w == word {
			return Role(i)
		}
	}
	return RoleNone
}

// roleOf is what a connection's login makes of its user.
func roleOf(s sequencer.Staff) Role {
	switch s {
	case sequencer.StaffAgent:
		return RoleAgent
	case sequencer.StaffSupervisor:
		return RoleSupervisor
	}
	return RoleNone
}

// Actor is who asks for something.
type Actor struct {
	User    string // "" of a backend that acts for itself
	Role    Role   // of the login
	Backend bool   // may do what a supervisor may
}

// roles are those of agents whose record counts without a role in their login.
// The sequencer goroutine writes, anybody reads.
type roles struct {
	mu    sync.RWMutex
	known map[string]Role
}

func (r *roles) note(a *storage.DeskAgent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.Managed {
		r.known[a.User] = Role(a.Role)
	} else {
		delete(r.known, a.User)
	}
}

func (r *roles) forget(user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, user)
}

// Role is what an actor may do: by the login, or by an agent's record that a
// backend has made. A visitor's login never makes more than a visitor.
func (d *Desk) Role(by Actor) Role {
	switch {
	case by.Backend:
		return RoleSupervisor
	case by.Role == RoleVisitor:
		return RoleVisitor
	}
	d.roles.mu.RLock()
	defer d.roles.mu.RUnlock()
	return max(by.Role, d.roles.known[by.User])
}

// name is who an actor is in the log.
func (d *Desk) name(by Actor) string {
	if by.User == "" {
		return d.cfg.System
	}
	return by.User
}

// maySee reports whether an actor may see a session: visitors their own, agents
// those they have and those nobody has, supervisors all.
func (d *Desk) maySee(by Actor, s *storage.DeskSession) bool {
	switch d.Role(by) {
	case RoleSupervisor:
		return true
	case RoleAgent:
		nobodys := s.State == storage.DeskQueued || s.State == storage.DeskOffline
		return nobodys || s.Agent == by.User || s.Visitor == by.User
	}
	return by.User != "" && s.Visitor == by.User
}

// mayServe reports whether an actor may act on a session as those who serve it do.
// Nobody serves themselves.
func (d *Desk) mayServe(by Actor, s *storage.DeskSession) bool {
	if by.User != "" && by.User == s.Visitor {
		return false
	}
	switch d.Role(by) {
	case RoleSupervisor:
		return true
	case RoleAgent:
		return s.Agent == by.User
	}
	return false
}
