package client

import (
	"context"
	"maps"
	"slices"

	"gannet/codec"
	"gannet/codec/wire"
)

// Presence asks which users are there: at most [wire.MaxPresenceUsers] at a time.
func (c *Client) Presence(ctx context.Context, users ...string) (Presence, error) {
	return c.askPresence(ctx, &wire.Request{Verb: wire.VerbPresence, Users: users})
}

// Watch is Presence, and has every change of these users come as an event from
// now on, over reconnections too.
func (c *Client) Watch(ctx context.Context, users ...string) (Presence, error) {
	p, err := c.askPresence(ctx, &wire.Request{Verb: wire.VerbPresence, Users: users, HasWatch: true, Watch: true})
	if err != nil {
		return p, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, user := range users {
		c.watched[user] = struct{}{}
	}
	return p, nil
}

// Unwatch ends what Watch began, for all users where none is named.
func (c *Client) Unwatch(ctx context.Context, users ...string) error {
	c.mu.Lock()
	if len(users) == 0 {
		clear(c.watched)
	}
	for _, user := range users {
		delete(c.watched, user)
	}
	c.mu.Unlock()
	return c.tell(ctx, &wire.Request{Verb: wire.VerbPresence, Users: users, HasWatch: true})
}

func (c *Client) askPresence(ctx context.Context, r *wire.Request) (Presence, error) {
	answer, _, err := c.ask(ctx, r)
	if err != nil {
		return Presence{}, err
	}
	return *answer.presence(), nil
}

// watchAgain asks a new link for what the last one watched. Nobody waits for the
// answers: they come as events. Called with mu held.
func (c *Client) watchAgain() {
	users := slices.Sorted(maps.Keys(c.watched))
	for some := range slices.Chunk(users, wire.MaxPresenceUsers) {
		r := wire.Request{Verb: wire.VerbPresence, CID: c.names(), Users: some, HasWatch: true, Watch: true}
		c.link.send(codec.OpText, wire.AppendRequest(nil, &r))
	}
}

func (r *reply) presence() *Presence {
	p := &Presence{Online: make(map[string]bool, len(r.Users)), LastSeen: r.LastSeen}
	for user, state := range r.Users {
		p.Online[user] = state == "online"
	}
	return p
}
