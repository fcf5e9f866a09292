package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/coder/websocket"
)

var background = context.Background()

// patience is when a client that waits for something in vain fails its test.
const patience = 20 * time.Second

// client is a foreign one: coder/websocket and encoding/json.
type client struct {
	t  *testing.T
	ws *websocket.Conn
}

// dial connects to /ws with a query and reads nothing.
func (s *server) dial(query string, protocols ...string) *client {
	s.t.Helper()
	c, status := s.tryDial("/ws?"+query, websocket.DialOptions{Subprotocols: protocols})
	if c == nil {
		s.t.Fatalf("dial %s: status %d", query, status)
	}
	return c
}

// tryDial returns the client, or nil and the status of the refusal.
func (s *server) tryDial(target string, options websocket.DialOptions) (*client, int) {
	s.t.Helper()
	options.HTTPClient = browser
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	ws, resp, err := websocket.Dial(ctx, "ws://"+s.ws+target, &options)
	if err != nil {
		if resp == nil {
			s.t.Fatal(err)
		}
		return nil, resp.StatusCode
	}
	ws.SetReadLimit(-1)
	s.hangUps = append(s.hangUps, func() { ws.CloseNow() })
	return &client{s.t, ws}, http.StatusSwitchingProtocols
}

// enter connects a simple client of a user in dev mode and waits until it is
// known to everybody: until a message that it sent is answered.
func (s *server) enter(user string) *client {
	s.t.Helper()
	return s.enterFrom(user, "d")
}

// enterFrom is enter with a device.
func (s *server) enterFrom(user, device string) *client {
	s.t.Helper()
	c := s.dial("uid=" + user + "&device=" + device)
	c.expect(object{"type": "system", "event": "welcome", "user_id": user, "device": device})
	c.ask(toNobody, object{"type": "sent"})
	return c
}

// toNobody is a message whose answer says that the connection is known: what
// happens from then on is pushed to it.
const toNobody = `{"type":"send","to":"nobody","content":0}`

// track connects a tracked client of a user in dev mode and has it sync with
// the given cursors, a JSON object.
func (s *server) track(user, cursors string) *client {
	s.t.Helper()
	c := s.dial("uid="+user, "gannet.v1")
	c.expect(object{"type": "system", "user_id": user})
	c.send(`{"type":"sync","cid":"first","cursors":` + cursors + `}`)
	return c
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.ws.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// leave closes as clients should; when it returns, the server has noted how far
// the client got.
func (c *client) leave() {
	c.t.Helper()
	if err := c.ws.Close(websocket.StatusNormalClosure, ""); err != nil {
		c.t.Fatal(err)
	}
}

// read returns the text of one message.
func (c *client) read() ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	_, text, err := c.ws.Read(ctx)
	return text, err
}

// next reads one message.
func (c *client) next() object {
	c.t.Helper()
	text, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	var m object
	if err := json.Unmarshal(text, &m); err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
	return m
}

// expect reads one message and checks some of its members.
func (c *client) expect(want object) object {
	c.t.Helper()
	got := c.next()
	c.match(got, want)
	return got
}

// match checks some members of a message.
func (c *client) match(got, want object) {
	c.t.Helper()
	for k, v := range want {
		if !reflect.DeepEqual(got[k], v) {
			c.t.Fatalf("%s = %v, want %v in %v", k, got[k], v, got)
		}
	}
}

// enterGroup writes to a group that the client's user isn't in, which in dev mode
// makes the group or lets the user in: the event, created or joined, has a seq and
// the message the next one. Of event and answer either may come first. The connection
// must be known: a backlog leaves out what its own user did.
func (c *client) enterGroup(text, event string, seq int) {
	c.t.Helper()
	c.send(text)
	wants := map[any]object{
		"group": {"event": event, "seq": float64(seq)},
		"sent":  {"seq": float64(seq + 1)},
	}
	for len(wants) > 0 {
		got := c.next()
		want, ok := wants[got["type"]]
		if !ok {
			c.t.Fatalf("%v while %s was to be %s", got, text, event)
		}
		c.match(got, want)
		delete(wants, got["type"])
	}
}

// ask sends and reads the answer.
func (c *client) ask(text string, want object) object {
	c.t.Helper()
	c.send(text)
	return c.expect(want)
}

// expectClose reads on to the end of the connection and returns what came before.
func (c *client) expectClose(code int) (before []object) {
	c.t.Helper()
	for {
		text, err := c.read()
		if err == nil {
			var m object
			if err := json.Unmarshal(text, &m); err != nil {
				c.t.Fatalf("%s: %v", text, err)
			}
			before = append(before, m)
			continue
		}
		var closed websocket.CloseError
		if !errors.As(err, &closed) || int(closed.Code) != code {
			c.t.Fatalf("the connection ended with %v, want close code %d", err, code)
		}
		return before
	}
}

// expectQuiet fails if anything else came than the answer to a ping.
func (c *client) expectQuiet() {
	c.t.Helper()
	c.ask(`{"type":"ping","cid":"quiet"}`, object{"type": "pong", "cid": "quiet"})
}

// seqs are the seqs of chat messages.
func seqs(messages []any) []float64 {
	out := make([]float64, len(messages))
	for i, m := range messages {
		out[i] = m.(object)["seq"].(float64)
	}
	return out
}

// ascending are the numbers from first to last.
func ascending(first, last int) []float64 {
	var out []float64
	for n := first; n <= last; n++ {
		out = append(out, float64(n))
	}
	return out
}
