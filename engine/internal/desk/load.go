package desk

import (
	"slices"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// repair is what a stop between two batches has left of one session.
type repair struct {
	s       *session
	strayed []member // who is in one of its conversations and shouldn't be
	missing []member // who should be and isn't
}

type member struct{ conv, user string }

// membersPage is more than there can be in a conversation of a session.
const membersPage = 1000

// load reads all that is stored. Nobody is connected yet.
func (d *Desk) load() error {
	f := d.floor
	err := d.db.DeskSkills(func(rec storage.DeskSkill) error {
		f.skills[rec.ID] = &skill{rec: rec}
		return nil
	})
	if err != nil {
		return err
	}
	err = d.db.DeskAgents(func(rec storage.DeskAgent) error {
		f.add(rec, false)
		d.roles.note(&rec)
		return nil
	})
	if err != nil {
		return err
	}
	err = d.db.OpenDeskSessions(d.loadSession)
	d.clerk.earliest.Store(f.deadlines.earliest())
	return err
}

func (d *Desk) loadSession(rec storage.DeskSession) error {
	v, ok, err := d.db.DeskVisitor(rec.Visitor)
	if err != nil {
		return err
	}
	if !ok {
		v = storage.DeskVisitor{ID: rec.Visitor, CreatedAt: rec.CreatedAt}
	}
	if inCharge(&rec) && d.floor.agents[rec.Agent] == nil {
		d.cfg.Logger.Warn("a session's agent is unknown", "session", rec.ID, "agent", rec.Agent)
		d.floor.add(storage.DeskAgent{User: rec.Agent, Role: uint8(RoleAgent), CreatedAt: rec.CreatedAt}, false)
	}
	s := &session{rec: rec, visitor: v}
	d.floor.open(s, 0) // which deadlines have passed the first command finds
	d.floor.order = max(d.floor.order, rec.Order)
	return d.inspect(s)
}

// inspect compares a session's members with its row.
func (d *Desk) inspect(s *session) error {
	fix := repair{s: s}
	staff := slices.Clone(s.rec.Watchers)
	if s.agent != nil {
		staff = append(staff, s.rec.Agent)
	}
	nums := []uint64{s.rec.Conv, s.rec.Staff}
	for i, conv := range s.convs() {
		want := staff
		if i == 0 {
			want = append(slices.Clone(staff), s.rec.Visitor)
		}
		members, err := d.db.Members(nums[i], "", membersPage)
		if err != nil {
			return err
		}
		for _, m := range members {
			if !slices.Contains(want, m.User) {
				fix.strayed = append(fix.strayed, member{conv, m.User})
			}
		}
		for _, user := range want {
			if !slices.ContainsFunc(members, func(m storage.Member) bool { return m.User == user }) {
				fix.missing = append(fix.missing, member{conv, user})
			}
		}
	}
	if len(fix.strayed)+len(fix.missing) > 0 || s.visitor.Open != s.rec.ID {
		d.stale = append(d.stale, fix)
	}
	return nil
}

// wake puts right what a stop has left behind and gives agents, of whom few are
// connected, and visitors a while to come back.
func (d *Desk) wake(tx *sequencer.Tx) {
	d.asleep = false
	for _, fix := range d.stale {
		d.mend(tx, &fix)
	}
	d.stale = nil
	for _, a := range d.floor.agents {
		d.floor.reseat(a, func() { a.connected = isHere(tx, &a.rec) })
	}
	for _, s := range d.floor.sessions {
		d.spare(tx, s)
		if s.agent != nil {
			d.expect(tx, s)
		}
	}
	d.clerk.moved.Store(true)
	d.floor.stir = true
}

// spare moves a session's deadlines on to where agents and visitors have had time to
// connect: nobody could meet those that passed while the engine was down. That more
// agents may have it is no harm to anybody.
func (d *Desk) spare(tx *sequencer.Tx, s *session) {
	rec, least := s.rec, tx.Now()+d.cfg.AgentGrace.Milliseconds()
	if rec.State == storage.DeskQueued && rec.OfflineAt == 0 {
		rec.OfflineAt = after(rec.QueuedAt, d.cfg.MaxWait)
	}
	for _, at := range []*int64{&rec.LostAt, &rec.ReplyAt, &rec.WarnAt, &rec.CloseAt, &rec.OfflineAt} {
		if *at != 0 {
			*at = max(*at, least)
		}
	}
	if rec.LostAt != s.rec.LostAt || rec.ReplyAt != s.rec.ReplyAt || rec.WarnAt != s.rec.WarnAt ||
		rec.CloseAt != s.rec.CloseAt || rec.OfflineAt != s.rec.OfflineAt {
		d.change(tx, s, func(r *storage.DeskSession) { *r = rec })
	}
}

func (d *Desk) mend(tx *sequencer.Tx, fix *repair) {
	s := fix.s
	d.cfg.Logger.Warn("a stop came between two steps of a session; it is put right",
		"session", s.rec.ID, "strayed", fix.strayed, "missing", fix.missing)
	for _, m := range fix.strayed {
		d.failed(s, "taking somebody out", tx.RemoveFrom(m.conv, m.user))
	}
	for _, m := range fix.missing {
		role := uint8(0)
		if m.conv == s.convID() && slices.Contains(s.rec.Watchers, m.user) && !slices.Contains(s.rec.Joined, m.user) {
			role = sequencer.RoleSilent
		}
		d.failed(s, "taking somebody in", tx.AddTo(m.conv, m.user, role))
	}
	if s.visitor.Open != s.rec.ID {
		v := s.visitor
		v.Open = s.rec.ID
		d.putVisitor(tx, v)
	}
}
