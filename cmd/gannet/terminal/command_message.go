package terminal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gannet/codec/client"
	"gannet/codec/wire"
)

func (s *session) cmdReply(args string) error {
	m, text, err := s.numbered(args)
	if err != nil {
		return err
	}
	if text == "" {
		return errLeftOut
	}
	return s.sendText(text, m)
}

func (s *session) cmdEdit(args string) error {
	m, text, err := s.numbered(args)
	if err != nil {
		return err
	}
	if text == "" {
		return errLeftOut
	}
	return s.change(func(ctx context.Context) error { return s.client.Edit(ctx, m.ID, client.Text(text), "") })
}

func (s *session) cmdRecall(args string) error {
	m, _, err := s.numbered(args)
	if err != nil {
		return err
	}
	return s.change(func(ctx context.Context) error { return s.client.Recall(ctx, m.ID) })
}

func (s *session) cmdReact(args string) error {
	m, name, err := s.numbered(args)
	if err != nil {
		return err
	}
	emoji, err := emojiOf(name)
	if err != nil {
		return err
	}
	return s.change(func(ctx context.Context) error { return s.client.React(ctx, m.ID, emoji) })
}

func (s *session) cmdUnreact(args string) error {
	m, name, err := s.numbered(args)
	if err != nil {
		return err
	}
	emoji, err := emojiOf(name)
	if err != nil {
		return err
	}
	return s.change(func(ctx context.Context) error { return s.client.Unreact(ctx, m.ID, emoji) })
}

// change asks for something that everybody, this session too, hears of as an event
// when it is done.
func (s *session) change(ask func(ctx context.Context) error) error {
	do(s, func(ctx context.Context) (struct{}, error) { return struct{}{}, ask(ctx) }, func(struct{}) {})
	return nil
}

// emojis are short names for those that can't be typed everywhere.
var emojis = map[string]string{
	"+1": "👍", "-1": "👎", "heart": "❤️", "laugh": "😄", "tada": "🎉", "ok": "👌", "eyes": "👀", "sad": "😢", "wow": "😮",
	"thanks": "🙏", "fire": "🔥", "check": "✅",
}

func emojiOf(name string) (string, error) {
	name = strings.Trim(name, ":")
	if emoji, known := emojis[name]; known {
		return emoji, nil
	}
	if name == "" || !wire.ValidEmoji(name) {
		return "", errLeftOut
	}
	return name, nil
}

// presentText completes /edit N with the text that the message has.
func (s *session) presentText(args string) []string {
	m, rest, err := s.numbered(args)
	if err != nil || rest != "" || !strings.Contains(args, " ") {
		return nil
	}
	return []string{bodyOf(m)}
}

func (s *session) emojiNames(args string) (list []string) {
	if strings.Count(args, " ") != 1 {
		return nil
	}
	for name := range emojis {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func (s *session) cmdWho(string) error {
	c := s.open
	switch {
	case c == nil:
		return errNoneOpen
	case c.conv.Kind == wire.Group:
		s.showMembers(c)
	case c.peer() != "":
		peer := c.peer()
		do(s, func(ctx context.Context) (client.Presence, error) { return s.client.Presence(ctx, peer) }, func(p client.Presence) {
			s.present(p)
			s.showPresence([]member{{User: peer}}, p)
		})
	default:
		return fmt.Errorf("%s isn't of the kind that tells", c.title())
	}
	return nil
}
