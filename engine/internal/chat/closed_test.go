package chat

import (
	"fmt"
	"slices"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// In a closed session a visitor reads on: who is there gets the last event and what
// is recalled later, once; who comes later syncs, lists, reads and moves cursors as
// in any other conversation.
func TestServiceClosed(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v", "a")
	own := s.write("v", wire.Request{ConvID: "service_s"}).ID
	v, page := s.track("v"), s.connect(1, "v", "page", false)
	v.ask(`{"type":"sync"}`, object{"type": "chat"})
	v.expect(object{"type": "synced"})
	s.write("a", wire.Request{ConvID: "service_s"})
	s.do(func(tx *sequencer.Tx) error {
		err := tx.RemoveFrom("service_s", "a")
		if err == nil {
			err = tx.SetClosed("service_s", true)
		}
		if err == nil {
			err = tx.FarewellTo("service_s", "a", sequencer.Event{Type: wire.EventSession, From: "a", Extra: wire.Extra(nil).Text("event", wire.SessionClosed)})
		}
		return err
	})
	s.must(s.Recall(t.Context(), "v", own))
	for _, c := range []*conn{v, page} {
		for _, want := range []object{{"type": "chat", "seq": 2}, {"type": "session", "event": "closed", "seq": 3}, {"type": "recall", "event_seq": 4}} {
			c.expect(want)
		}
	}
	s.silent(v, page)
	page.on(func() { page.session.Tick(outlived) }) // what it got counts as received
	s.settle()
	page.hangUp()
	s.settle()

	later := s.connect(1, "v", "page", false) // nothing of it comes again
	s.silent(later)
	other := s.connect(0, "v", "other", true)
	other.ask(`{"type":"sync","cursors":{"service_s":1}}`, object{"type": "chat", "seq": 2})
	other.expect(object{"type": "session", "seq": 3})
	other.expect(object{"type": "recall", "event_seq": 4})
	other.expect(object{"type": "synced"})
	other.ask(`{"type":"history","conv_id":"service_s"}`, object{"type": "history"})
	s.list1("v")[0].has(t, object{"session_id": "s", "unread": 1, "last_seq": 4, "ack_seq": 4})
	s.must(s.Read(t.Context(), "v", &wire.Request{ConvID: "service_s", Seq: 4}))
	s.list1("v")[0].has(t, object{"unread": 0, "read_seq": 4, "last_seq": 4})
	s.refused("a message", s.send1("v", "service_s"), "session_closed")
}

// send1 is the refusal of a message.
func (s *site) send1(from, convID string) error {
	_, err := s.Send(s.t.Context(), from, &wire.Request{ConvID: convID, Content: []byte(`1`)})
	return err
}

// Who was taken out has no row any more: a sync says that it is gone, the list does
// not show it, and who comes again begins at its beginning.
func TestServiceTakenOut(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v", "a")
	s.write("v", wire.Request{ConvID: "service_s"})
	a := s.track("a")
	a.ask(`{"type":"sync"}`, object{"type": "chat"})
	a.expect(object{"type": "synced"})
	a.say(`{"type":"ack","conv_id":"service_s","seq":1}`)
	s.settle()
	s.leave("s", "a")
	a.say(`{"type":"ack","conv_id":"service_s","seq":1}`)
	synced := a.ask(`{"type":"sync","cursors":{"service_s":1}}`, object{"type": "synced"})
	if got := fmt.Sprint(synced["convs"]); got != "map[service_s:map[gone:true has_more:false seq:0]]" {
		t.Errorf("synced %s", got)
	}
	a.ask(`{"type":"history","conv_id":"service_s"}`, object{"type": "error", "reason": "not_found"})
	if list := s.list1("a"); len(list) != 0 {
		t.Errorf("listed %v", list)
	}
	if at := s.places("a"); len(at) != 0 {
		t.Errorf("has places in %v", at)
	}
	s.do(func(tx *sequencer.Tx) error { return tx.AddTo("service_s", "a", 0) })
	s.list1("a")[0].has(t, object{"unread": 1, "read_seq": 0, "ack_seq": 0})
}

// The log's writer and the desk hear which connections are staff's, by the login and
// by each that takes its place.
func TestStaffLogins(t *testing.T) {
	var told, here []string
	s := open(t, func(c *Config, sc *sequencer.Config) {
		c.Staff = func(user, role string) { told = append(told, user+" "+role) }
		sc.Staff = func(user string, now sequencer.Staff) { here = append(here, fmt.Sprint(user, " ", now)) }
	})
	login := func(user, role string) *conn {
		c := s.login(0, Login{User: user, Device: "d", Role: role, Tracked: true})
		s.settle()
		return c
	}
	expect := func(when string, staff sequencer.Staff, wantTold, wantHere []string) {
		t.Helper()
		s.settle()
		s.do(func(tx *sequencer.Tx) error {
			if got := tx.Staff("u"); got != staff {
				t.Errorf("%s: %d, want %d", when, got, staff)
			}
			if !slices.Equal(told, wantTold) || !slices.Equal(here, wantHere) {
				t.Errorf("%s: told %q and %q, want %q and %q", when, told, here, wantTold, wantHere)
			}
			told, here = nil, nil
			return nil
		})
	}
	login("u", RoleVisitor)
	expect("a visitor", sequencer.StaffNone, nil, nil)
	login("u", "boss")
	expect("another role", sequencer.StaffNone, nil, nil)
	c := login("u", RoleAgent)
	expect("an agent", sequencer.StaffAgent, []string{"u agent"}, []string{"u 1"})
	for _, step := range []struct {
		role       string
		staff      sequencer.Staff
		told, here []string
	}{
		{RoleAgent, sequencer.StaffAgent, nil, nil},
		{RoleSupervisor, sequencer.StaffSupervisor, []string{"u supervisor"}, []string{"u 2"}},
		{"", sequencer.StaffNone, nil, []string{"u 0"}},
		{"boss", sequencer.StaffNone, nil, nil},
		{RoleAgent, sequencer.StaffAgent, []string{"u agent"}, []string{"u 1"}},
	} {
		c.on(func() {
			if err := c.session.Renew(&Token{}, step.role); err != nil {
				t.Error(err)
			}
		})
		expect("renewed as "+step.role, step.staff, step.told, step.here)
	}
	c.hangUp()
	expect("gone", sequencer.StaffNone, nil, []string{"u 0"})
}

// Nobody writes to a visitor outside of sessions, or takes one into a group.
func TestVisitorsUnreached(t *testing.T) {
	s := open(t, nil)
	s.group("g", "u", "x")
	to := func(r wire.Request) error {
		r.Content = []byte(`1`)
		_, err := s.Send(t.Context(), "u", &r)
		return err
	}
	s.refused("to", to(wire.Request{To: "visitor_a"}), "forbidden")
	s.refused("conv_id", to(wire.Request{ConvID: "single_u:visitor_a"}), "forbidden")
	out, err := s.SendBatch(t.Context(), []Outgoing{{From: "system", To: "visitor_a", Content: []byte(`1`), System: true}})
	s.must(err)
	s.refused("a backend's", out[0].Err, "forbidden")
	s.must(to(wire.Request{To: "visitors"}))
	_, err = s.AddMembers(t.Context(), "u", "g", []string{"y", "visitor_a"})
	s.refused("into a group", err, "forbidden")
	_, err = s.CreateGroup(t.Context(), "u", NewGroup{ID: "g2", Members: []string{"visitor_a"}})
	s.refused("a group with one", err, "forbidden")
	s.do(func(tx *sequencer.Tx) error {
		if _, in, err := tx.Member("g", "y"); in || err != nil {
			t.Errorf("y is in: %v %v", in, err)
		}
		return nil
	})
}
