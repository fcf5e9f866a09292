package sequencer

import "gannet/engine/internal/delivery"

// Staff is what a connection's login says that its user is at the
// customer-service desk; the higher, the more they may.
type Staff uint8

// Of most users nothing is said.
const (
	StaffNone Staff = iota
	StaffAgent
	StaffSupervisor
)

// Staff is the highest that the logins of a user's connections say; StaffNone of
// who isn't online.
func (tx *Tx) Staff(user string) Staff {
	if u := tx.s.users[user]; u != nil {
		return u.staff()
	}
	return StaffNone
}

func (u *user) staff() (highest Staff) {
	for i := range u.conns {
		highest = max(highest, u.conns[i].staff)
	}
	return highest
}

// setStaff changes what the login of a connection says.
func (s *Sequencer) setStaff(as Staff, conn delivery.Conn, id string) {
	u := s.users[id]
	if u == nil {
		return
	}
	was := u.staff()
	for i := range u.conns {
		if u.conns[i].at == conn {
			u.conns[i].staff = as
		}
	}
	s.tellStaff(u, was)
}

// tellStaff tells where the highest of a user's logins has changed.
func (s *Sequencer) tellStaff(u *user, was Staff) {
	if now := u.staff(); now != was && s.cfg.Staff != nil {
		s.cfg.Staff(u.id, now)
	}
}
