package terminal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// command is a word behind a slash.
type command struct {
	name  string
	short string // another name; "" for none
	args  string // what may follow, for help
	about string
	run   func(s *session, args string) error
	words func(s *session, args string) []string // what may stand last in args; nil for nothing
}

// commands are those of a session, in the order in which help shows them.
func commands() []command {
	return []command{
		{"help", "h", "", "this list", (*session).help, nil},
		{"list", "l", "", "your conversations, with what is unread", (*session).cmdList, nil},
		{"open", "o", "NAME", "open one: its number in the list, a user (bob, @bob), a group (#team)", (*session).cmdOpen, (*session).places},
		{"history", "", "[N]", "N older messages (20)", (*session).cmdHistory, nil},
		{"reply", "r", "N TEXT", "answer message #N", (*session).cmdReply, nil},
		{"edit", "", "N TEXT", "give your message #N another text; Tab brings the present one", (*session).cmdEdit, (*session).presentText},
		{"recall", "", "N", "take message #N back", (*session).cmdRecall, nil},
		{"react", "", "N EMOJI", "put an emoji on message #N: 👍, +1, heart, laugh …", (*session).cmdReact, (*session).emojiNames},
		{"unreact", "", "N EMOJI", "take yours off again", (*session).cmdUnreact, (*session).emojiNames},
		{"read", "", "[all]", "mark this conversation as read, or all", (*session).cmdRead, nil},
		{"who", "w", "", "who is in this conversation, and who is online", (*session).cmdWho, nil},
		{"groups", "g", "[WORD …]", "your groups; /groups help shows how to make and manage them", (*session).cmdGroups, (*session).groupWords},
		{"close", "", "", "close the conversation", (*session).cmdClose, nil},
		{"quit", "q", "", "leave; so do Ctrl-C and Ctrl-D", (*session).cmdQuit, nil},
	}
}

var (
	errNoneOpen = errors.New("no conversation is open; /open NAME opens one, /list shows yours")
	errLeftOut  = errors.New("something is missing")
)

// entered carries out what was typed: a command, or a message to the open
// conversation. Two slashes begin a message with one.
func (s *session) entered(text string) {
	s.leaving = false
	word, isCommand := strings.CutPrefix(text, "/")
	if !isCommand || strings.HasPrefix(word, "/") {
		if strings.HasPrefix(word, "/") && isCommand {
			text = word
		}
		if err := s.sendText(text, nil); err != nil {
			s.complain(err)
		}
		return
	}
	name, args, _ := strings.Cut(word, " ")
	c, err := findCommand(name)
	if err == nil {
		err = c.run(s, strings.TrimSpace(args))
	}
	if errors.Is(err, errLeftOut) {
		err = fmt.Errorf("/%s %s: %s", c.name, c.args, c.about)
	}
	if err != nil {
		s.complain(err)
	}
}

// findCommand returns the command of a name, a short name, or a beginning that no
// other has.
func findCommand(name string) (command, error) {
	var like []command
	for _, c := range commands() {
		switch {
		case name == c.name || name == c.short && name != "":
			return c, nil
		case name != "" && strings.HasPrefix(c.name, name):
			like = append(like, c)
		}
	}
	if len(like) == 1 {
		return like[0], nil
	}
	return command{}, fmt.Errorf("there is no command /%s; /help shows them, // begins a message with a slash", name)
}

func (s *session) help(string) error {
	var entries [][2]string
	for _, c := range commands() {
		head := "/" + c.name
		if c.short != "" {
			head += " /" + c.short
		}
		entries = append(entries, [2]string{strings.TrimSpace(head + " " + c.args), c.about})
	}
	s.showHelp(entries)
	s.say("Tab completes; ↑ ↓ go through what you typed; Alt-Enter begins a new line; @name calls somebody in a group")
	return nil
}

// showHelp shows what is told of each entry beside it, or, where there is little
// room, below it.
func (s *session) showHelp(entries [][2]string) {
	room := 0
	for _, e := range entries {
		room = max(room, columns(e[0])+2)
	}
	narrow := s.editor.width < room+30
	for _, e := range entries {
		head := "  " + s.style.bold(padded(e[0], room))
		indent := strings.Repeat(" ", room+2)
		if narrow {
			s.editor.print(head)
			head, indent = "      ", "      "
		}
		for _, row := range wrap(e[1], s.editor.width-columns(indent)-1) {
			s.editor.print(head + row)
			head = indent
		}
	}
}

func (s *session) cmdList(string) error {
	s.listAll()
	return nil
}

func (s *session) cmdQuit(string) error {
	s.leave()
	return nil
}

func (s *session) cmdClose(string) error {
	if s.open == nil {
		return errNoneOpen
	}
	s.unwatch(s.open)
	s.open = nil
	return nil
}

func (s *session) cmdOpen(args string) error {
	if args == "" {
		return errLeftOut
	}
	return s.openNamed(args)
}

// openNamed opens what a name means: @user, #group, a number of the list, or a user
// or group that is known, else a user.
func (s *session) openNamed(name string) error {
	if number, err := strconv.Atoi(name); err == nil && number >= 1 && number <= len(s.listed) {
		if c := s.convs[s.listed[number-1]]; c != nil {
			s.openUp(c)
			return nil
		}
	}
	id, err := s.conversationID(name)
	if err != nil {
		return err
	}
	s.openUp(s.conversation(id))
	return nil
}

func (s *session) conversationID(name string) (string, error) {
	if _, ok := wire.ParseConvID(name); ok {
		return name, nil
	}
	group, isGroup := strings.CutPrefix(name, "#")
	user, isUser := strings.CutPrefix(name, "@")
	for id, c := range s.convs {
		if !isUser && !isGroup && c.conv.Group != "" && (c.conv.Group == name || c.name == name) {
			return id, nil
		}
	}
	switch {
	case isGroup && wire.ValidID(group):
		return wire.GroupConvID(group), nil
	case user == s.me:
		return "", errors.New("nobody can write to themselves")
	case wire.ValidID(user):
		return wire.SingleID(s.me, user), nil
	}
	return "", fmt.Errorf("%q is no name: users and groups are 1 to 64 of A-Z a-z 0-9 . _ @ -", name)
}

func (s *session) cmdHistory(args string) error {
	n := firstPage
	if args != "" {
		var err error
		if n, err = strconv.Atoi(args); err != nil || n < 1 {
			return errLeftOut
		}
	}
	if s.open == nil || s.open.view == nil {
		return errNoneOpen
	}
	s.older(s.open, min(n, largestPage))
	return nil
}

func (s *session) cmdRead(args string) error {
	if args == "all" {
		for _, c := range s.convs {
			if c.unread > 0 {
				s.read(c)
			}
		}
		return nil
	}
	if s.open == nil {
		return errNoneOpen
	}
	s.read(s.open)
	return nil
}

// onKey is called for every key.
func (s *session) onKey() {
	now := time.Now()
	s.pressed = now
	s.markRead()
	text := s.editor.line.text()
	if s.open == nil || text == "" || strings.HasPrefix(text, "/") || now.Sub(s.typed) < typingEvery {
		return
	}
	s.typed = now
	s.tellTyping()
}

// typingEvery is how often the others are told that the user is writing.
const typingEvery = 3 * time.Second

// faultText is what an error says to people: of a refusal the text, without its
// word.
func faultText(err error) string {
	if refusal, ok := errors.AsType[*wire.Error](err); ok && refusal.Msg != "" {
		return refusal.Msg
	}
	return err.Error()
}

// numbered returns the message that the first word of args names, and the rest.
func (s *session) numbered(args string) (*client.Chat, string, error) {
	if s.open == nil || s.open.view == nil {
		return nil, "", errNoneOpen
	}
	word, rest, _ := strings.Cut(args, " ")
	seq, err := strconv.ParseUint(strings.TrimPrefix(word, "#"), 10, 64)
	if err != nil {
		return nil, "", errLeftOut
	}
	m := s.open.view.messages[seq]
	if m == nil {
		return nil, "", fmt.Errorf("no message #%d was shown here; /history shows older ones", seq)
	}
	return m, strings.TrimSpace(rest), nil
}
