package desk

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
)

// collect reads everything that the server knows in the end.
func (s *simulation) collect(ctx context.Context) (*history, error) {
	h := &history{
		agents: make(map[string]*agentRecord), skills: skillGroups, claims: s.claims, sent: s.sent, visits: s.visits,
		denied: s.denied, notes: s.notes, downs: s.downs, ended: now(),
	}
	for _, a := range s.agents {
		h.agents[a.record.user] = a.record
	}
	if err := s.collectAgents(ctx, h); err != nil {
		return nil, err
	}
	if err := s.collectSessions(ctx, h); err != nil {
		return nil, err
	}
	return h, s.collectEntries(ctx, h)
}

func (s *simulation) collectAgents(ctx context.Context, h *history) error {
	var list agentList
	if err := s.backend().call(ctx, "GET", "/desk/agents", nil, &list); err != nil {
		return fmt.Errorf("the list of agents: %w", err)
	}
	for _, a := range list.Agents {
		if r := h.agents[a.UserID]; r != nil {
			r.sessions = a.Sessions
		}
	}
	return nil
}

// collectSessions reads all pages of the list.
func (s *simulation) collectSessions(ctx context.Context, h *history) error {
	seen := make(map[string]bool)
	for cursor := ""; ; {
		var page sessionPage
		err := s.backend().call(ctx, "GET", onward("/desk/sessions?limit=200", "cursor", cursor), nil, &page)
		if err != nil {
			return fmt.Errorf("the list of sessions: %w", err)
		}
		for _, p := range page.Sessions {
			if seen[p.SessionID] {
				s.add(kindMismatch, p.SessionID, "it is twice in the list of sessions")
				continue
			}
			seen[p.SessionID] = true
			h.sessions = append(h.sessions, &sessionRecord{
				ID: p.SessionID, Conv: p.ConvID, Visitor: p.VisitorID, State: p.State, Agent: p.AgentID, Reason: p.Reason,
				Skill: s.asked(p.SessionID), Priority: p.Priority, Position: p.Position,
			})
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// onward is the path of the next page of a list.
func onward(path, name, cursor string) string {
	if cursor == "" {
		return path
	}
	return path + "&" + name + "=" + url.QueryEscape(cursor)
}

// collectors is how many transcripts are read at a time.
const collectors = 4

// collectEntries reads the transcripts.
func (s *simulation) collectEntries(ctx context.Context, h *history) error {
	queue := make(chan *sessionRecord)
	errs := make(chan error, collectors)
	var readers sync.WaitGroup
	for range collectors {
		readers.Go(func() {
			var failed error
			for r := range queue {
				if err := s.collectTranscript(ctx, r); err != nil && failed == nil {
					failed = fmt.Errorf("the transcript of %s: %w", r.ID, err)
				}
			}
			errs <- failed
		})
	}
	for _, r := range h.sessions {
		queue <- r
	}
	close(queue)
	readers.Wait()
	for range collectors {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// transcriptPage is a page of a transcript.
type transcriptPage struct {
	Entries []struct {
		Note  bool       `json:"note"` // it is the staff's
		Entry shownEntry `json:"entry"`
	} `json:"entries"`
	Next string `json:"next"`
}

func (s *simulation) collectTranscript(ctx context.Context, r *sessionRecord) error {
	for after := ""; ; {
		var page transcriptPage
		path := onward("/desk/sessions/"+r.ID+"/transcript?limit=500", "after", after)
		if err := s.backend().call(ctx, "GET", path, nil, &page); err != nil {
			return err
		}
		for i := range page.Entries {
			if e := page.Entries[i].Entry.entry(); page.Entries[i].Note {
				r.Notes = append(r.Notes, e)
			} else {
				r.Entries = append(r.Entries, e)
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// shownEntry is an entry as the server shows it.
type shownEntry struct {
	Type    string `json:"type"`
	Event   string `json:"event"`
	ID      string `json:"id"`
	Seq     uint64 `json:"seq"`
	Time    int64  `json:"time"`
	From    string `json:"from"`
	AgentID string `json:"agent_id"`
	Skill   string `json:"skill"`
	Reason  string `json:"reason"`
	UserID  string `json:"user_id"`
	Content any    `json:"content"`
}

func (t *shownEntry) entry() entry {
	id, _ := strconv.ParseUint(t.ID, 10, 64) // 0 is out of order wherever it stands
	text, _ := t.Content.(string)
	return entry{
		ID: id, Seq: t.Seq, Time: t.Time, From: t.From, Text: text, Event: t.Event,
		Agent: t.AgentID, Skill: t.Skill, Reason: t.Reason, User: t.UserID,
	}
}
