package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// streamer has no time limit, and keeps no connections.
var streamer = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// events opens a stream of server-sent events: NAME [user=U] [device=D] [url]
// [resume] [last_event_id=ID] [-> STATUS or PATTERN].
func (s *chatScript) events(args []string) error {
	args, expected := cutArrow(args)
	o, args := options(args, "user", "device", "last_event_id")
	if len(args) == 0 {
		return errors.New("usage: events NAME …")
	}
	user, query := s.who(args[0], o)
	header := s.login(user, query, args[1:]...)
	if id := o["last_event_id"]; id != "" {
		header.Set("Last-Event-ID", id)
	}
	if old := s.clients[args[0]]; old != nil && slices.Contains(args[1:], "resume") {
		header.Set("Last-Event-ID", old.lastID)
	}
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.server.http+"/api/v1/events?"+query.Encode(), nil)
	if err != nil {
		cancel()
		return err
	}
	req.Header = header
	resp, err := streamer.Do(req)
	if err != nil {
		cancel()
		return err
	}
	if status, refused := refusal(expected); refused || resp.StatusCode != http.StatusOK {
		cancel()
		resp.Body.Close()
		if resp.StatusCode != status {
			return errors.New("answered " + resp.Status)
		}
		return nil
	}
	c := newChatClient(user)
	c.lastID, c.cut = header.Get("Last-Event-ID"), cancel
	s.clients[args[0]] = c
	go c.readEvents(resp.Body)
	return s.greet(args[0], expected)
}

// readEvents parses a stream as the standard has it (WHATWG HTML §9.2.6), as far
// as the server's way of writing goes.
func (c *chatClient) readEvents(body io.ReadCloser) {
	defer close(c.heard)
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 16<<20)
	var m heardMessage
	var data []string
	event := ""
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case field == "data":
			data = append(data, value)
		case field == "id":
			m.id = value
		case field == "event":
			event = value
		case lines.Text() == "":
			m.text = strings.Join(data, "\n")
			if event == "close" {
				c.code = closeCode(m.text)
				return
			}
			c.heard <- m
			m, data, event = heardMessage{}, nil, ""
		}
	}
}

// closeCode is what the event says that ends a stream.
func closeCode(data string) int {
	var end struct{ Code int }
	if err := json.Unmarshal([]byte(data), &end); err != nil {
		return -1
	}
	return end.Code
}
