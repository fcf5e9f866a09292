package sequencer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// The highest of a user's logins counts, whatever else they have; who minds is told
// of each change, also while connections stay.
func TestStaff(t *testing.T) {
	var told []string
	r := start(t, vfs.NewMem(), func(c *Config) {
		c.Staff = func(user string, now Staff) { told = append(told, fmt.Sprint(user, now)) }
	})
	conn := func(serial uint64) delivery.Conn { return delivery.Conn{Serial: serial} }
	staff := func(as Staff, serial uint64, user, device string) {
		t.Helper()
		done := make(chan error, 1)
		err := r.AttachStaff(as, conn(serial), user, device, true, func(_ delivery.Conn, err error) { done <- err })
		if err != nil || <-done != nil {
			t.Fatal("attaching", err)
		}
	}
	set := func(as Staff, serial uint64, user string) {
		t.Helper()
		if err := r.SetStaff(as, conn(serial), user); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(when string, highest Staff, want ...string) {
		t.Helper()
		r.do(func(tx *Tx) error {
			if got := tx.Staff("u"); got != highest || tx.Staff("nobody") != StaffNone {
				t.Errorf("%s: %d, want %d", when, got, highest)
			}
			if !slices.Equal(told, want) {
				t.Errorf("%s: told %q, want %q", when, told, want)
			}
			told = nil
			return nil
		})
	}
	r.attach(conn(1), "u", "plain", true)
	expect("plain", StaffNone)
	staff(StaffAgent, 2, "u", "desk")
	expect("came", StaffAgent, "u1")
	staff(StaffAgent, 3, "u", "desk") // in the place of the other
	r.Detach(conn(2), "u", nil)
	expect("again", StaffAgent)
	staff(StaffSupervisor, 4, "u", "more")
	expect("another device", StaffSupervisor, "u2")
	r.Detach(conn(3), "u", nil)
	expect("the other device", StaffSupervisor)
	set(StaffAgent, 4, "u")
	expect("renewed as less", StaffAgent, "u1")
	r.Detach(conn(4), "u", nil)
	expect("gone", StaffNone, "u0")
	staff(StaffAgent, 5, "u", "desk")
	r.attach(conn(6), "u", "desk", true)
	expect("as anybody in its place", StaffNone, "u1", "u0")
	set(StaffAgent, 1, "u")
	set(StaffAgent, 1, "u")
	set(StaffNone, 99, "u")
	set(StaffAgent, 1, "nobody")
	expect("renewed", StaffAgent, "u1")
	set(StaffNone, 1, "u")
	expect("renewed without", StaffNone, "u0")
	staff(StaffAgent, 7, "v", "desk")
	r.Detach(conn(7), "v", nil)
	expect("the only one", StaffNone, "v1", "v0")
}
