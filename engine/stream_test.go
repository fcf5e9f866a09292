package engine_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const eventsPath = "/api/v1/events"

// stream is a client of server-sent events.
type stream struct {
	t    *testing.T
	r    *bufio.Reader
	last string // the last id it was given
}

// event is one of them.
type event struct {
	name string // "" is a message
	data object
}

// listen opens a stream. Headers come as name, value.
func (s *server) listen(query string, headers ...string) *stream {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), "GET", "http://"+s.http+eventsPath+"?"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := browser.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.hangUps = append(s.hangUps, func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: status %d", query, resp.StatusCode)
	}
	return &stream{t: s.t, r: bufio.NewReader(resp.Body)}
}

// next returns the next event, or an error at the end of the stream.
func (c *stream) next() (e event, err error) {
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return e, err
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			c.last = value
		case "event":
			e.name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.data); err != nil {
				return e, fmt.Errorf("%s: %w", value, err)
			}
		case "":
			if e.data != nil {
				return e, nil
			}
		}
	}
}

// expect reads a message and checks some of its members.
func (c *stream) expect(want object) {
	c.t.Helper()
	e, err := c.next()
	if err != nil {
		c.t.Fatal(err)
	}
	if e.name != "" {
		c.t.Fatalf("event %s: %v", e.name, e.data)
	}
	(&client{t: c.t}).match(e.data, want)
}

// expectEnd reads the event that tells the close code, and the end.
func (c *stream) expectEnd(code float64) {
	c.t.Helper()
	e, err := c.next()
	if err != nil || e.name != "close" || e.data["code"] != code {
		c.t.Fatalf("%v, %v instead of a close with %v", e, err, code)
	}
	if e, err := c.next(); err != io.EOF {
		c.t.Fatalf("%v, %v after the close", e, err)
	}
}

// TestStream: what is sent to a user reaches their stream, and one that comes back
// gets what it missed, across a restart too.
func TestStream(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, nil)
	a := s.enter("1")
	c := s.listen("uid=2&device=page")
	c.expect(object{"type": "system", "event": "welcome", "user_id": "2", "device": "page"})
	a.say(`"to":"2"`, 1, 3)
	for n := 1.0; n <= 3; n++ {
		c.expect(object{"type": "chat", "from": "1", "to": "2", "content": n, "seq": n})
	}
	a.enterGroup(`{"type":"send","group_id":"g","content":"here"}`, "created", 1)
	s.api("POST", "/api/v1/groups/g/members?uid=1", `{"members":["2"]}`)
	c.expect(object{"type": "group", "event": "joined", "group_id": "g", "user_id": "2", "seq": 3.0})
	seen := c.last
	if seen == "" {
		t.Fatal("the stream gave no id")
	}
	// A newer stream of the device takes the place of the older one.
	newer := s.listen("uid=2&device=page", "Last-Event-ID", seen)
	newer.expect(object{"type": "system", "event": "welcome"})
	c.expectEnd(4002)
	a.expect(object{"type": "group", "event": "joined"})
	s.hangUps = nil
	var wg sync.WaitGroup
	wg.Go(func() { a.expectClose(1012) })
	s.stop()
	wg.Wait()

	s = serve(t, dir, nil)
	a = s.enter("1")
	a.say(`"to":"2"`, 4, 5)
	again := s.listen("uid=2&device=page", "Last-Event-ID", seen)
	again.expect(object{"type": "system", "event": "welcome"})
	for n := 4.0; n <= 5; n++ {
		again.expect(object{"type": "chat", "content": n, "seq": n})
	}
	a.say(`"to":"2"`, 6, 6)
	again.expect(object{"type": "chat", "content": 6.0, "seq": 6.0})
}

// TestStreamShutdown: a stream is told when to come back, and ends; nothing is cut
// short for it.
func TestStreamShutdown(t *testing.T) {
	var log bytes.Buffer
	s := serveLogging(t, t.TempDir(), nil, io.MultiWriter(&log, t.Output()))
	waits := map[any]bool{}
	var streams []*stream
	for _, user := range []string{"1", "2", "3", "4"} {
		c := s.listen("uid=" + user)
		c.expect(object{"type": "system", "event": "welcome"})
		streams = append(streams, c)
	}
	stopped := make(chan struct{})
	s.hangUps = nil
	go func() {
		defer close(stopped)
		s.stop()
	}()
	for _, c := range streams {
		e, err := c.next()
		wait, _ := e.data["retry_after_ms"].(float64)
		if err != nil || e.data["type"] != "system" || e.data["event"] != "shutdown" || wait <= 0 || wait > 10_000 {
			t.Errorf("the last word is %v, %v", e, err)
		}
		waits[wait] = true
		c.expectEnd(1012)
	}
	<-stopped
	if len(waits) == 1 {
		t.Errorf("all come back at once: %v", waits)
	}
	if strings.Contains(log.String(), "cut short") {
		t.Error("the streams held up the stop")
	}
}
