package terminal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// groupCommand is a word behind /groups.
type groupCommand struct {
	name  string
	args  string
	about string
	run   func(s *session, group string, words []string) error
	any   bool // it needs no open group
}

// groupCommands are in the order in which their help shows them.
func groupCommands() []groupCommand {
	return []groupCommand{
		{"create", "ID [USER …]", "make a group, with these members", (*session).groupCreate, true},
		{"join", "ID [TEXT]", "join a group, or ask to", (*session).groupJoin, true},
		{"invite", "USER …", "take users into the open group, or propose them", (*session).groupInvite, false},
		{"kick", "USER", "remove somebody from it", (*session).groupKick, false},
		{"requests", "", "who asks to come in", (*session).groupRequests, false},
		{"accept", "USER", "let somebody in", (*session).groupAccept, false},
		{"refuse", "USER", "or not", (*session).groupRefuse, false},
		{"rename", "NAME", "call it something else", (*session).groupRename, false},
		{"door", "open|approval|closed", "who may come in by themselves", (*session).groupDoor, false},
		{"leave", "", "leave it", (*session).groupLeave, false},
		{"dissolve", "ID", "end it for everybody; say its name to be sure", (*session).groupDissolve, false},
		{"help", "", "this list", (*session).groupHelp, true},
	}
}

func (s *session) cmdGroups(args string) error {
	words := strings.Fields(args)
	if len(words) == 0 {
		s.listGroups()
		return nil
	}
	for _, c := range groupCommands() {
		if c.name != words[0] {
			continue
		}
		group := ""
		if s.open != nil {
			group = s.open.conv.Group
		}
		if group == "" && !c.any {
			return fmt.Errorf("/groups %s is about the open group, and none is", c.name)
		}
		err := c.run(s, group, words[1:])
		if errors.Is(err, errLeftOut) {
			err = fmt.Errorf("/groups %s %s: %s", c.name, c.args, c.about)
		}
		return err
	}
	return fmt.Errorf("there is no /groups %s; /groups help shows what there is", inertLine(words[0]))
}

func (s *session) listGroups() {
	s.loadList(func() {
		if s.showList(func(c *conversation) bool { return c.conv.Kind == wire.Group }) == 0 {
			s.say("you are in no group; /groups create ID makes one, /groups join ID asks to come into one")
		}
	})
}

func (s *session) groupHelp(string, []string) error {
	var entries [][2]string
	for _, c := range groupCommands() {
		entries = append(entries, [2]string{strings.TrimSpace("/groups " + c.name + " " + c.args), c.about})
	}
	s.showHelp(entries)
	return nil
}

// groupWords completes what is behind /groups.
func (s *session) groupWords(args string) (list []string) {
	word, _, more := strings.Cut(args, " ")
	if more {
		if word == "door" {
			return []string{"open", "approval", "closed"}
		}
		return s.people("")
	}
	for _, c := range groupCommands() {
		list = append(list, c.name)
	}
	return list
}

// outcome says who came in and for whom was asked.
type outcome struct {
	Joined, Requested []string
}

// inGroup asks the HTTP API for something about a group, and then does what
// follows.
func inGroup[T any](s *session, method, group, path string, body any, then func(T)) error {
	if !wire.ValidID(group) {
		return fmt.Errorf("%q is no id of a group: 1 to 64 of A-Z a-z 0-9 . _ @ - are needed", group)
	}
	do(s, func(ctx context.Context) (v T, err error) {
		return v, s.api.ask(ctx, method, "/groups/"+url.PathEscape(group)+path, body, &v)
	}, then)
	return nil
}

// nothing is an answer that says no more than that it is done.
type nothing struct{}

func ignore(nothing) {}

func (s *session) groupCreate(_ string, words []string) error {
	if len(words) == 0 {
		return errLeftOut
	}
	id := strings.TrimPrefix(words[0], "#")
	body := map[string]any{"group_id": id, "name": id, "members": names(words[1:])}
	do(s, func(ctx context.Context) (nothing, error) {
		return nothing{}, s.api.ask(ctx, http.MethodPost, "/groups", body, nil)
	}, func(nothing) { s.openUp(s.conversation(wire.GroupConvID(id))) })
	return nil
}

// names are users, named with or without an @.
func names(words []string) []string {
	list := make([]string, 0, len(words))
	for _, word := range words {
		list = append(list, strings.TrimPrefix(word, "@"))
	}
	return list
}

func (s *session) groupJoin(_ string, words []string) error {
	if len(words) == 0 {
		return errLeftOut
	}
	group := strings.TrimPrefix(words[0], "#")
	body := map[string]string{"text": strings.Join(words[1:], " ")}
	return inGroup(s, http.MethodPost, group, "/join", body, func(o outcome) {
		if len(o.Requested) > 0 {
			s.say("asked to come into #%s; its owner or an admin answers", group)
			return
		}
		s.openUp(s.conversation(wire.GroupConvID(group)))
	})
}

func (s *session) groupInvite(group string, words []string) error {
	if len(words) == 0 {
		return errLeftOut
	}
	return inGroup(s, http.MethodPost, group, "/members", map[string]any{"members": names(words)}, func(o outcome) {
		if len(o.Requested) > 0 {
			s.say("proposed %s; the owner or an admin answers", s.renderer().names(o.Requested))
		}
	})
}

func (s *session) groupKick(group string, words []string) error {
	if len(words) != 1 {
		return errLeftOut
	}
	return inGroup(s, http.MethodDelete, group, "/members/"+url.PathEscape(names(words)[0]), nil, ignore)
}

func (s *session) groupRequests(group string, _ []string) error {
	type request struct {
		User string `json:"user_id"`
		By   string
		Text string
	}
	return inGroup(s, http.MethodGet, group, "/requests", nil, func(list struct{ Requests []request }) {
		if len(list.Requests) == 0 {
			s.say("nobody asks to come in")
		}
		for _, r := range list.Requests {
			text := r.User
			if r.By != r.User {
				text += ", proposed by " + r.By
			}
			if r.Text != "" {
				text += ": " + r.Text
			}
			s.say("%s", inertLine(text))
		}
	})
}

func (s *session) groupAccept(group string, words []string) error {
	return s.answer(group, words, true)
}

func (s *session) groupRefuse(group string, words []string) error {
	return s.answer(group, words, false)
}

func (s *session) answer(group string, words []string, accept bool) error {
	if len(words) != 1 {
		return errLeftOut
	}
	path := "/requests/" + url.PathEscape(names(words)[0])
	return inGroup(s, http.MethodPut, group, path, map[string]bool{"accept": accept}, ignore)
}

func (s *session) groupRename(group string, words []string) error {
	if len(words) == 0 {
		return errLeftOut
	}
	return inGroup(s, http.MethodPatch, group, "", map[string]string{"name": strings.Join(words, " ")}, ignore)
}

func (s *session) groupDoor(group string, words []string) error {
	if len(words) != 1 || !slices.Contains([]string{"open", "approval", "closed"}, words[0]) {
		return errLeftOut
	}
	return inGroup(s, http.MethodPatch, group, "", map[string]string{"join": words[0]}, ignore)
}

func (s *session) groupLeave(group string, _ []string) error {
	return inGroup(s, http.MethodPost, group, "/leave", nil, func(nothing) { s.gone(wire.GroupConvID(group)) })
}

func (s *session) groupDissolve(group string, words []string) error {
	if len(words) != 1 || strings.TrimPrefix(words[0], "#") != group {
		return errLeftOut
	}
	return inGroup(s, http.MethodDelete, group, "", nil, ignore)
}

// rename takes over the name that an event gives a group.
func (c *conversation) rename(e *client.GroupEvent) {
	var what struct{ Name string }
	if json.Unmarshal(e.Raw, &what) == nil && what.Name != "" {
		c.name = what.Name
	}
}
