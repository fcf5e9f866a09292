package main

import (
	"fmt"
	"sync"
	"testing"
)

// stored is an entry of a conversation's log, a message or what happened to a
// group, as receivers and the history show it.
type stored struct {
	Type    string
	ID      string
	ConvID  string `json:"conv_id"`
	Seq     int
	From    string
	Content string
}

// attempt is a send that a client has begun: content names sender and cid, so
// that no two are alike.
type attempt struct{ sender, cid, conv, content string }

// place is where an entry stands.
type place struct {
	conv string
	seq  int
}

// ledger is what all clients have done, been told and seen, to be held against
// what the server has in the end. It knows nothing of the engine.
type ledger struct {
	t  *testing.T
	mu sync.Mutex

	answered map[attempt]stored
	seen     map[place]stored // by anybody at any time
	target   int              // of answers, at which enough is closed
	enough   chan struct{}
}

func newLedger(t *testing.T) *ledger {
	return &ledger{t: t, answered: map[attempt]stored{}, seen: map[place]stored{}}
}

// await returns a channel that is closed when there are that many more answers.
func (l *ledger) await(more int) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target, l.enough = len(l.answered)+more, make(chan struct{})
	return l.enough
}

// answer notes that a send was answered; a retry has to get the same answer.
func (l *ledger) answer(a attempt, m stored) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if first, ok := l.answered[a]; ok && first != m {
		l.t.Errorf("%v was answered %v and then %v", a, first, m)
	}
	if m.ConvID != a.conv {
		l.t.Errorf("%v was answered %v", a, m)
	}
	l.answered[a] = m
	if len(l.answered) == l.target {
		close(l.enough)
	}
}

// see notes an entry that somebody was shown. What was seen never changes.
func (l *ledger) see(m stored) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := place{m.ConvID, m.Seq}
	if first, ok := l.seen[at]; ok && first != m {
		l.t.Errorf("seen as %v and then as %v", first, m)
	}
	l.seen[at] = m
}

// check holds the ledger against the whole history of all conversations.
func (l *ledger) check(conversations map[string][]stored) {
	l.t.Helper()
	total := 0
	for conv, messages := range conversations {
		for i, m := range messages {
			if m.ConvID != conv || m.Seq != i+1 {
				l.t.Fatalf("%v stands in %s as number %d", m, conv, i+1)
			}
			if m.Type == "chat" {
				total++
			}
		}
	}
	find := func(at place) (stored, error) {
		if messages := conversations[at.conv]; at.seq >= 1 && at.seq <= len(messages) {
			return messages[at.seq-1], nil
		}
		return stored{}, fmt.Errorf("nothing is at %v", at)
	}
	for a, m := range l.answered {
		got, err := find(place{m.ConvID, m.Seq})
		if err != nil || got.ID != m.ID || got.From != a.sender || got.Content != a.content {
			l.t.Errorf("%v was answered %v; there is %v, %v", a, m, got, err)
		}
	}
	for at, m := range l.seen {
		if got, err := find(at); err != nil || got != m {
			l.t.Errorf("%v was seen; there is %v, %v", m, got, err)
		}
	}
	if total != len(l.answered) {
		l.t.Errorf("%d messages for %d sends", total, len(l.answered))
	}
}
