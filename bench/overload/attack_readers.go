package overload

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gannet/codec/client"
)

// What the busy group says: more than the server keeps for one reader, and what
// the kernel keeps for it, together.
const (
	loudBytes   = 8 << 10
	loudTotal   = 6 << 20
	loudGroup   = "loud"
	loudSpeaker = "speaker"
	smallBuffer = 4 << 10 // of a silent reader's socket
)

// runSilentReaders has the members of a group read nothing but the answer to
// their upgrade, while one of them talks.
func runSilentReaders(ctx context.Context, s *siege) error {
	if err := s.foundGroup(ctx); err != nil {
		return err
	}
	readers := &crowd{sockets: make([]*socket, s.n)}
	defer readers.release()
	if err := s.each(s.n, func(i int) (err error) {
		readers.sockets[i], err = openWith(ctx, dialer(i, smallBuffer), s.target.WS)
		if err != nil {
			return err
		}
		return s.login(readers.sockets[i], user(i))
	}); err != nil {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.talk(ctx); err != nil {
		return err
	}
	pause(ctx, 4*time.Second) // a close frame that nobody reads is waited for 2 s
	return nil
}

func (s *siege) foundGroup(ctx context.Context) error {
	members := make([]string, s.n)
	for i := range members {
		members[i] = user(i)
	}
	body, err := json.Marshal(map[string]any{"group_id": loudGroup, "name": "loud", "members": members, "max_members": s.n + 1})
	if err != nil {
		return err
	}
	return s.target.post(ctx, "/groups", loudSpeaker, string(body))
}

// talk sends to the group at a steady pace, for the attack's time.
func (s *siege) talk(ctx context.Context) error {
	token, err := s.target.token(loudSpeaker)
	if err != nil {
		return err
	}
	c, err := client.Dial(ctx, client.Config{URL: "ws://" + s.target.WS, Token: token})
	if err != nil {
		return err
	}
	defer c.Close()
	text := client.Text(strings.Repeat("x", loudBytes))
	const messages = loudTotal / loudBytes
	beat := time.NewTicker(max(1, s.lasts/messages))
	defer beat.Stop()
	for range messages {
		select {
		case <-beat.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if _, err := c.SendAsync(ctx, client.Message{GroupID: loudGroup, Content: text}); err != nil {
			return fmt.Errorf("the speaker: %w", err)
		}
		s.tally.add("spoken", 1)
	}
	return nil
}

// login upgrades a connection of a user.
func (s *siege) login(c *socket, user string) error {
	token, err := s.target.token(user)
	if err != nil {
		return err
	}
	_, err = c.upgrade(s.target, token, false)
	return err
}
