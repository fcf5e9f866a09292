package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// A transcript shows each entry as a history does, to whoever asks.
func TestEntries(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v")
	for i := range 5 {
		s.write("v", wire.Request{ConvID: "service_s", Content: fmt.Append(nil, i), ContentType: "card"})
	}
	gone := s.write("v", wire.Request{ConvID: "service_s"}).ID
	s.must(s.Recall(t.Context(), "v", gone))
	s.sessionEvent("s", "a", wire.Extra(nil).Text("event", wire.SessionAssigned).Text("agent_id", "a"))
	history := s.page("v", "service_s")
	var all []Entry
	for after, more := uint64(0), true; more; after = all[len(all)-1].Seq {
		var page []Entry
		var err error
		page, more, err = s.Entries(t.Context(), "service_s", after, 3)
		s.must(err)
		if len(page) != 3 && more {
			t.Errorf("%d entries, and more", len(page))
		}
		all = append(all, page...)
	}
	if len(all) != len(history) {
		t.Fatalf("%d entries, a history of %d", len(all), len(history))
	}
	for i, e := range all {
		if raw := history[i]["raw"]; string(e.JSON) != raw || e.Seq != uint64(i+1) {
			t.Errorf("%s, in the history %s", e.JSON, raw)
		}
	}
	if e := all[1]; e.From != "v" || e.Type != "card" || string(e.Content) != "1" || e.Event || e.Recalled || e.Time == 0 || e.ID == 0 {
		t.Errorf("%+v", e)
	}
	if e := all[5]; !e.Recalled || string(e.Content) != `"gone"` {
		t.Errorf("%+v", e)
	}
	if e := all[7]; e.Type != "session" || !e.Event || !strings.Contains(string(e.Extra), "agent_id") || e.From != "a" {
		t.Errorf("%+v", e)
	}
	if list, more, err := s.Entries(t.Context(), "service_s", 8, 3); len(list) > 0 || more || err != nil {
		t.Errorf("behind the end: %v %v %v", list, more, err)
	}
	_, _, err := s.Entries(t.Context(), "service_x", 0, 3)
	s.refused("none", err, "not_found")
}

// Large entries make short pages, and an end of the asker's patience is told.
func TestEntriesLarge(t *testing.T) {
	s := open(t, func(c *Config, _ *sequencer.Config) { c.MaxOutbound = 64 << 10 })
	s.session("s", "v")
	for range 4 {
		s.write("v", wire.Request{ConvID: "service_s", Content: []byte(`"` + strings.Repeat("x", 10<<10) + `"`)})
	}
	list, more, err := s.Entries(t.Context(), "service_s", 0, 100)
	if len(list) != 2 || !more || err != nil {
		t.Errorf("%d entries, %v %v", len(list), more, err)
	}
	for range cap(s.slots) {
		s.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = s.Entries(ctx, "service_s", 0, 1)
	s.refused("nobody reads", err, "busy")
	if errors.Is(err, context.Canceled) {
		t.Error("told as it is")
	}
	for range cap(s.slots) {
		<-s.slots
	}
}

// What isn't on disk is not shown: a rewrite before its sync shows the old.
func TestEntriesUnsynced(t *testing.T) {
	s := open(t, nil)
	s.session("s", "v")
	id := s.write("v", wire.Request{ConvID: "service_s", Content: []byte(`"secret"`)}).ID
	var seen []Entry
	s.do(func(tx *sequencer.Tx) error {
		e, err := s.entry(tx, "v", id)
		if err != nil {
			return err
		}
		if err := e.recall(tx, "v"); err != nil {
			return err
		}
		seen, _, err = s.Entries(t.Context(), "service_s", 0, 10)
		return err
	})
	if len(seen) != 1 || string(seen[0].Content) != `"secret"` {
		t.Errorf("%+v", seen)
	}
	seen, _, err := s.Entries(t.Context(), "service_s", 0, 10)
	s.must(err)
	if len(seen) != 2 || slices.Contains([]string{string(seen[0].Content), string(seen[0].JSON)}, `"secret"`) || !seen[0].Recalled {
		t.Errorf("%+v", seen)
	}
}
