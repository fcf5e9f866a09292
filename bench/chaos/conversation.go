package chaos

import (
	"fmt"
	"slices"
	"sync"
)

// A conversation is one of those that the users of a campaign chat in.
type conversation struct {
	id         string
	group      string   // "" of a single one
	members    []string // at the beginning; the first owns a group
	guests     []string // members who leave and come back
	oldHistory bool     // who comes back sees what was before

	mu   sync.Mutex
	out  map[string]bool  // guests who may be out at the moment
	back map[string]int64 // when guests were surely in again, on the history's clock
}

// users and conversations of a campaign.
const (
	userCount   = 64
	singleCount = 20
)

// groupSizes are the members of each group; of every third, two are guests.
var groupSizes = [...]int{3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20}

func userName(i int) string { return fmt.Sprintf("u%02d", i%userCount) }

// newConversations lays out singles and groups so that every user is in some.
func newConversations() (all []*conversation) {
	for i := range singleCount {
		a, b := userName(i), userName(userCount/2+i+i%3)
		all = append(all, &conversation{id: "single_" + a + ":" + b, members: []string{a, b}})
	}
	first := 0
	for i, size := range groupSizes {
		name := fmt.Sprint("g", i)
		c := &conversation{id: "group_" + name, group: name, oldHistory: i%2 == 1, out: make(map[string]bool), back: make(map[string]int64)}
		for j := range size {
			c.members = append(c.members, userName(first+j))
		}
		if i%3 == 0 {
			c.guests = c.members[size-2:]
		}
		all = append(all, c)
		first += size * 3 / 4
	}
	return all
}

// stays reports whether a user is a member all the time.
func (c *conversation) stays(user string) bool { return !slices.Contains(c.guests, user) }

// sees reports whether a user, as a member, may be shown the log from its first
// place on.
func (c *conversation) sees(user string) bool { return c.oldHistory || c.stays(user) }

// leaving notes that a guest may be out from now on.
func (c *conversation) leaving(user string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out[user] = true
}

// returned notes that a guest is in again.
func (c *conversation) returned(user string, at int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out[user], c.back[user] = false, at
}

// wasOut reports whether a user may have been out at any moment since a time.
func (c *conversation) wasOut(user string, since int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, left := c.back[user]
	return c.out[user] || left && at >= since
}

// present returns who is a member, when nothing is under way.
func (c *conversation) present() (in []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		if !c.out[m] {
			in = append(in, m)
		}
	}
	return in
}
