package terminal

import (
	"slices"
	"strings"
)

// completions returns what may stand at the end of what was typed, from a place in
// it on: a command, what belongs behind it, or a name behind an @.
func (s *session) completions(before string) (from int, list []string) {
	from = strings.LastIndex(before, " ") + 1
	word := before[from:]
	name, args, hasArgs := strings.Cut(before, " ")
	switch {
	case strings.HasPrefix(before, "/") && !hasArgs:
		for _, c := range commands() {
			list = append(list, "/"+c.name)
		}
	case strings.HasPrefix(before, "/") && !strings.HasPrefix(before, "//"):
		if c, err := findCommand(name[1:]); err == nil && c.words != nil {
			list = c.words(s, args)
		} else if strings.HasPrefix(word, "@") {
			list = s.people("@")
		}
	case strings.HasPrefix(word, "@"):
		list = append(s.people("@"), "@all")
	}
	list = slices.DeleteFunc(list, func(text string) bool { return !strings.HasPrefix(text, word) })
	return from, list
}

// places completes /open: conversations, and users by @.
func (s *session) places(args string) []string {
	if strings.HasPrefix(args, "@") {
		return s.people("@")
	}
	return s.titles()
}

// people are the users that are known in the open conversation, else at all.
func (s *session) people(sign string) (list []string) {
	known := make(map[string]bool)
	add := func(c *conversation) {
		for _, user := range c.members {
			known[user] = true
		}
		if peer := c.peer(); peer != "" {
			known[peer] = true
		}
		if c.view == nil {
			return
		}
		for _, m := range c.view.messages {
			known[m.From] = true
		}
	}
	if s.open != nil && s.open.conv.Group != "" {
		add(s.open)
	}
	if len(known) == 0 {
		for _, c := range s.convs {
			add(c)
		}
	}
	delete(known, s.me)
	for user := range known {
		list = append(list, sign+user)
	}
	slices.Sort(list)
	return list
}
