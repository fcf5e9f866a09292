package overload

import (
	"context"
	"errors"
	"testing"
	"time"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// script is a receiver that gets what it says.
type script struct {
	contents []string
	at       int
}

func (s *script) Receive(context.Context) (*client.Chat, error) {
	if s.at == len(s.contents) {
		return nil, errors.New("nothing more comes")
	}
	s.at++
	return &client.Chat{Chat: wire.Chat{Content: []byte(s.contents[s.at-1])}}, nil
}

// TestFaultsOfTheChat: a message that is lost, doubled, out of order or changed is
// a fault.
func TestFaultsOfTheChat(t *testing.T) {
	for name, tt := range map[string]struct {
		contents []string
		good     bool
	}{
		"all":          {[]string{"0", "1", "2", farewell(3)}, true},
		"nothing":      {[]string{farewell(0)}, true},
		"lost":         {[]string{"0", "2", farewell(3)}, false},
		"the last":     {[]string{"0", "1", farewell(3)}, false},
		"the farewell": {[]string{"0", "1"}, false},
		"doubled":      {[]string{"0", "1", "1", farewell(2)}, false},
		"out of order": {[]string{"1", "0", farewell(2)}, false},
		"changed":      {[]string{"0", `"1"`, farewell(2)}, false},
	} {
		c := newChat(time.Now())
		p := &pair{chat: c, to: &script{contents: tt.contents}}
		if err := p.receive(t.Context()); (err == nil) != tt.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFirstFaultCounts: what comes later doesn't hide it.
func TestFirstFaultCounts(t *testing.T) {
	c := &chat{cancel: func() {}}
	first := errors.New("first")
	c.note(nil)
	c.note(first)
	c.note(errors.New("second"))
	c.note(nil)
	if err := c.end(); !errors.Is(err, first) {
		t.Errorf("%v", err)
	}
}
