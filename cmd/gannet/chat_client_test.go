package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coder/websocket"
)

// chatClient is a client of a script: a WebSocket, or a stream of server-sent
// events.
type chatClient struct {
	ws      *websocket.Conn // nil: a stream
	user    string
	heard   chan heardMessage // closed at the end
	code    int               // how it was closed; right when heard is closed
	ignored []string          // types that the script doesn't care for
	lastID  string            // streams: of the last event that was looked at
	cut     func()
}

// heardMessage is what a client has heard. One without a text says just how far a
// stream has come.
type heardMessage struct{ text, id string }

// maxUnheard is how much a client hears before the script looks at it.
const maxUnheard = 10000

func newChatClient(user string) *chatClient {
	return &chatClient{user: user, heard: make(chan heardMessage, maxUnheard)}
}

// connect opens a WebSocket: NAME [user=U] [device=D] [tracked] [url]
// [-> STATUS or PATTERN].
func (s *chatScript) connect(args []string) error {
	args, expected := cutArrow(args)
	o, args := options(args, "user", "device")
	if len(args) == 0 {
		return errors.New("usage: connect NAME …")
	}
	user, query := s.who(args[0], o)
	dial := &websocket.DialOptions{HTTPClient: browser, HTTPHeader: s.login(user, query, args[1:]...)}
	if slices.Contains(args[1:], "tracked") {
		dial.Subprotocols = []string{"gannet.v1"}
	}
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	ws, resp, err := websocket.Dial(ctx, "ws://"+s.server.ws+"/ws?"+query.Encode(), dial)
	if status, refused := refusal(expected); refused {
		if resp == nil || resp.StatusCode != status {
			return fmt.Errorf("the upgrade was answered %v, %w", resp, err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	ws.SetReadLimit(-1)
	c := newChatClient(user)
	c.ws, c.cut = ws, func() { _ = ws.CloseNow() } // fails where it has ended by itself
	s.clients[args[0]] = c
	go c.read()
	return s.greet(args[0], expected)
}

// who tells a user and their device from a client's name, USER/DEVICE, or from
// options.
func (s *chatScript) who(name string, o map[string]string) (user string, query url.Values) {
	user, device, _ := strings.Cut(name, "/")
	user, device = cmp.Or(o["user"], user), cmp.Or(o["device"], device)
	query = make(url.Values)
	if device != "" {
		query.Set("device", device)
	}
	return user, query
}

// login is how a user says who they are: by their token, which may be asked to be
// in the URL, or else by a word that is believed.
func (s *chatScript) login(user string, query url.Values, asked ...string) http.Header {
	token := s.tokens[user]
	switch {
	case token != "" && slices.Contains(asked, "url"):
		query.Set("token", token)
	case token != "":
		return http.Header{"Authorization": {"Bearer " + token}}
	case user != "nobody":
		query.Set("uid", user)
	}
	return make(http.Header)
}

// refusal reports whether an HTTP status other than success is expected.
func refusal(expected []string) (status int, ok bool) {
	if len(expected) != 1 {
		return 0, false
	}
	status, err := strconv.Atoi(expected[0])
	return status, err == nil
}

// greet hears the first message, which is the welcome where nothing else is
// expected, be it silence.
func (s *chatScript) greet(name string, expected []string) error {
	if len(expected) == 0 {
		expected = []string{`{"type":"system","event":"welcome"}`}
	}
	if expected[0] == "silence" {
		return nil
	}
	if err := s.hear(append([]string{name}, expected...)); err != nil {
		return err
	}
	return s.settle(s.clients[name].user)
}

// settle waits until the server has done what was asked of it before. The welcome
// comes at once; what others send reaches a connection that the log knows of, which
// it does when it has taken a later command.
func (s *chatScript) settle(user string) error {
	user = cmp.Or(s.settler, user)
	status, answer, err := s.ask(user, http.MethodDelete, "/blocks/nobody-"+user, "", nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("taking back a block was answered %s", answer)
	}
	return err
}

// read takes in what comes until the end.
func (c *chatClient) read() {
	defer close(c.heard)
	for {
		_, text, err := c.ws.Read(context.Background())
		if err != nil {
			c.code = int(websocket.CloseStatus(err))
			return
		}
		c.heard <- heardMessage{text: string(text)}
	}
}

// errClosed is the end of a client.
var errClosed = errors.New("the connection is closed")

// next is the next message that the script cares for.
func (c *chatClient) next() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	for {
		select {
		case m, ok := <-c.heard:
			if !ok {
				return "", fmt.Errorf("%w (%d)", errClosed, c.code)
			}
			c.lastID = cmp.Or(m.id, c.lastID)
			if m.text != "" && !c.ignores(m.text) {
				return m.text, nil
			}
		case <-ctx.Done():
			return "", errors.New("nothing is heard")
		}
	}
}

func (c *chatClient) ignores(text string) bool {
	object, _ := parseJSON(text).(map[string]any)
	word, _ := object["type"].(string)
	return slices.Contains(c.ignored, word)
}

func (s *chatScript) client(args []string, least int, usage string) (*chatClient, error) {
	if len(args) < least {
		return nil, errors.New("usage: " + usage)
	}
	c := s.clients[args[0]]
	if c == nil {
		return nil, fmt.Errorf("%s is not connected", args[0])
	}
	return c, nil
}

// disconnect leaves in order.
func (s *chatScript) disconnect(args []string) error {
	c, err := s.client(args, 1, "disconnect NAME")
	if err != nil {
		return err
	}
	if c.ws == nil {
		c.cut()
		return nil
	}
	return c.ws.Close(websocket.StatusNormalClosure, "")
}

// say sends a message, and hears what is expected behind an arrow.
func (s *chatScript) say(args []string) error {
	args, expected := cutArrow(args)
	c, err := s.client(args, 2, "say NAME JSON [-> PATTERN…]")
	if err != nil {
		return err
	}
	text, err := s.names.fill(args[1])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		return err
	}
	if len(expected) == 0 {
		return nil
	}
	return s.hear(append(args[:1:1], expected...))
}

// hear waits for messages that match patterns, in any order, and nothing else.
func (s *chatScript) hear(args []string) error {
	c, err := s.client(args, 2, "hear NAME PATTERN…")
	if err != nil {
		return err
	}
	for left := slices.Clone(args[1:]); len(left) > 0; {
		text, err := c.next()
		if err != nil {
			return fmt.Errorf("%w; want %s", err, strings.Join(left, " "))
		}
		i, err := s.find(left, text)
		if err != nil {
			return fmt.Errorf("%s heard %s\n%w", args[0], text, err)
		}
		left = slices.Delete(left, i, i+1)
	}
	return nil
}

// find says which pattern a message matches.
func (s *chatScript) find(patterns []string, text string) (int, error) {
	var why error
	for i, pattern := range patterns {
		found := make(names)
		err := s.names.match(parseJSON(pattern), parseJSON(text), found)
		if err == nil {
			s.learn(found)
			return i, nil
		}
		why = errors.Join(why, fmt.Errorf("want %s\n%w", pattern, err))
	}
	return 0, why
}

// quiet makes sure that nothing came that the script cares for: a ping is
// answered behind all that was sent before.
func (s *chatScript) quiet(args []string) error {
	for _, name := range args {
		if _, err := s.client([]string{name}, 1, ""); err != nil {
			return err
		}
		s.pings++
		cid := "ping-" + strconv.Itoa(s.pings)
		err := s.say([]string{name, `{"type":"ping","cid":"` + cid + `"}`, "->", `{"type":"pong","cid":"` + cid + `"}`})
		if err != nil {
			return err
		}
	}
	return nil
}

// ignore names types of messages that the script doesn't care for.
func (s *chatScript) ignore(args []string) error {
	c, err := s.client(args, 2, "ignore NAME TYPE…")
	if err == nil {
		c.ignored = append(c.ignored, args[1:]...)
	}
	return err
}

// closed waits for the server to close a connection.
func (s *chatScript) closed(args []string) error {
	c, err := s.client(args, 2, "closed NAME CODE")
	if err != nil {
		return err
	}
	text, err := c.next()
	switch {
	case !errors.Is(err, errClosed):
		return fmt.Errorf("%s heard %s, %w; want to be closed", args[0], text, err)
	case strconv.Itoa(c.code) != args[1]:
		return fmt.Errorf("closed with %d, want %s", c.code, args[1])
	}
	return nil
}
