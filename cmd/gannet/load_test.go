package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// gannet runs a command line in this process and wants an exit code. It returns
// what was printed, and what was printed to standard error.
func gannet(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != want {
		t.Fatalf("gannet %q: exit code %d, want %d\n%s%s", args, code, want, &out, &errs)
	}
	return out.String(), errs.String()
}

// says wants a text to have all parts.
func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q doesn't say %q", text, part)
		}
	}
}

// chatter is a number of clients that send to a watcher and to a group.
type chatter struct {
	*ledger
	senders []*sender
	wg      sync.WaitGroup
}

func newChatter(t *testing.T) *chatter {
	c := &chatter{ledger: newLedger(t)}
	for i := range senders {
		c.senders = append(c.senders, &sender{ledger: c.ledger, user: fmt.Sprint("s", i)})
	}
	return c
}

// found makes the group, once.
func (c *chatter) found(p *process) {
	p.api("POST", "/api/v1/groups?uid=watcher", `{"group_id":"g","name":"g","members":["s0","s1","s2","s3","s4","s5","s6","s7"]}`, &struct{}{})
}

// talk lets all send until they have sent a few hundred each or the server is killed.
func (c *chatter) talk(p *process) {
	for _, s := range c.senders {
		s.most = s.n + 500
		c.wg.Go(func() { s.chat(p, true) })
	}
}

// say sends so many messages and kills the server.
func (c *chatter) say(p *process, n int) {
	enough := c.await(n)
	c.talk(p)
	<-enough
	p.kill()
	c.wg.Wait()
}

// soFar is what was answered up to now.
func (c *chatter) soFar() map[attempt]stored {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.answered)
}

// has holds a server against what was answered: it may have more.
func (c *chatter) has(p *process, answered map[attempt]stored) (total int) {
	p.t.Helper()
	all := map[place]stored{}
	queries := []string{"group_id=g"}
	for _, s := range c.senders {
		queries = append(queries, "to="+s.user)
	}
	for _, query := range queries {
		for i, m := range p.history(query) {
			if m.Seq != i+1 {
				p.t.Fatalf("%v is number %d of %s", m, i+1, query)
			}
			all[place{m.ConvID, m.Seq}] = m
			total++
		}
	}
	for a, m := range answered {
		got := all[place{m.ConvID, m.Seq}]
		if got.ID != m.ID || got.From != a.sender || got.Content != a.content {
			p.t.Fatalf("%v was answered %v; there is %v", a, m, got)
		}
	}
	return total
}

// rises sends a message, and wants its id above all there are.
func (c *chatter) rises(p *process, answered map[attempt]stored) {
	p.t.Helper()
	var sent struct {
		ID  string `json:"msg_id"`
		Seq int
	}
	p.api("POST", "/api/v1/messages/send?uid=watcher", `{"to":"s0","content":"afterwards"}`, &sent)
	for _, m := range answered {
		if idOf(p.t, m.ID) >= idOf(p.t, sent.ID) {
			p.t.Fatalf("%v, and later %v", m, sent)
		}
	}
}

func idOf(t *testing.T, text string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
