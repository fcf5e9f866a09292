package sequencer

import (
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// What is posted for a user says whether it is for visitors' connections, and these
// enter the rooms of Service conversations alone.
func TestAttachVisitor(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.Reactors = 1 })
	r.group("g", "u", "o")
	r.service("s", "u")
	r.service("s2")
	attached := make(chan error, 1)
	own, page := delivery.Conn{Serial: 1}, delivery.Conn{Serial: 2}
	r.attach(own, "u", "own", true)
	err := r.AttachVisitor(page, "u", "page", false, func(_ delivery.Conn, err error) { attached <- err })
	if err != nil || <-attached != nil || r.Join(page, "u") != nil || r.Join(page, "u") != nil {
		t.Fatal("attaching a visitor:", err)
	}
	r.sync()
	var rooms []int
	for _, p := range r.take(0) {
		if p.Kind != delivery.Join || p.Visitor != (p.Serial == page.Serial) {
			t.Errorf("%+v", p)
		}
		rooms = append(rooms, len(p.Rooms))
		if p.Visitor && len(p.Rooms) == 1 && p.Rooms[0].Conv != r.num("service_s") {
			t.Errorf("a visitor enters %v", p.Rooms)
		}
	}
	if !slices.Equal(rooms, []int{2, 1, 0}) {
		t.Errorf("entered %v rooms", rooms)
	}

	left := Event{Type: "left", From: "u"}
	for _, step := range []struct {
		name string
		do   func(*Tx) error
		want []bool // of the posts to the user
	}{
		{"notices", func(tx *Tx) error {
			tx.NotifyUser("u", delivery.Conn{}, []byte("1"))
			for _, kind := range []Kind{Single, Group, Service} {
				tx.NotifyAbout(kind, "u", delivery.Conn{}, []byte("2"))
			}
			return nil
		}, []bool{false, false, false, true}},
		{"into a group", func(tx *Tx) error {
			return tx.CreateGroup(newGroup("g2", "u"))
		}, []bool{false}},
		{"into a session", func(tx *Tx) error { return tx.AddTo("service_s2", "u", 0) }, []bool{true}},
		{"farewell to a group", func(tx *Tx) error { return tx.Farewell("g", "u", left) }, []bool{false}},
		{"farewell to a session", func(tx *Tx) error { return tx.FarewellTo("service_s", "u", left) }, []bool{true}},
	} {
		r.do(step.do)
		r.postedToUser(step.name, step.want)
	}
	r.send1(single("o", "u", "m"))
	r.postedToUser("a single chat", []bool{false})
}

// postedToUser expects posts to a user, of which each is for visitors' connections
// or not.
func (r *rig) postedToUser(name string, want []bool) {
	r.t.Helper()
	r.sync()
	var got []bool
	for _, p := range r.take(0) {
		if p.User != "" {
			got = append(got, p.Visitor)
		}
	}
	if !slices.Equal(got, want) {
		r.t.Errorf("%s: for visitors %v, want %v", name, got, want)
	}
}

func (r *rig) num(convID string) uint64 {
	r.t.Helper()
	rec, ok, err := r.db.Conversation(convID)
	if err != nil || !ok {
		r.t.Fatal(convID, ok, err)
	}
	return rec.Num
}
