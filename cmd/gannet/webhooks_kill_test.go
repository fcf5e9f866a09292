package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is where the server is at present: it moves with each start.
type site struct {
	mu   sync.Mutex
	here chan struct{} // closed while a server is there
	http string
}

func (s *site) set(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http = address; address == "" {
		s.here = make(chan struct{})
	} else {
		close(s.here)
	}
}

// get waits until a server is there.
func (s *site) get() string {
	for {
		s.mu.Lock()
		here, address := s.here, s.http
		s.mu.Unlock()
		if address != "" {
			return address
		}
		<-here
	}
}

// promised is what clients were told by answers, which binds the server.
type promised struct {
	mu       sync.Mutex
	sent     map[string]stored // by message id
	edited   map[string]string // message id → content
	recalled map[string]bool
	joined   map[[2]string]bool // group, user
	left     map[[2]string]bool
	done     chan struct{} // one for each message
}

// talker does what clients do over HTTP, again and again until it is answered.
type talker struct {
	*promised
	t    *testing.T
	site *site
	user string
	n    int
}

// ask repeats a request until a server answers it. The status is the last answer's.
func (c *talker) ask(method, path, body string, v any) (status int, msg string) {
	for {
		req, err := http.NewRequestWithContext(c.t.Context(), method, "http://"+c.site.get()+"/api/v1"+path, strings.NewReader(body))
		if err != nil {
			c.t.Error(err)
			return 0, ""
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := browser.Do(req)
		if c.t.Context().Err() != nil {
			return 0, ""
		}
		if err != nil {
			continue // killed
		}
		answer := struct {
			Msg  string
			Data any
		}{Data: v}
		err = json.NewDecoder(resp.Body).Decode(&answer)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode >= 500 {
			continue
		}
		return resp.StatusCode, answer.Msg
	}
}

// must is ask for what is answered 200 in the end.
func (c *talker) must(method, path, body string, v any) {
	if status, msg := c.ask(method, path, body, v); status != http.StatusOK && c.t.Context().Err() == nil {
		c.t.Errorf("%s %s %s: %d %s", method, path, body, status, msg)
	}
}

// chat sends so many messages, and edits, recalls and changes groups in between.
func (c *talker) chat(messages int) {
	group := "g-" + c.user
	c.must("POST", "/groups?uid="+c.user, fmt.Sprintf(`{"group_id":%q,"name":"g","members":["m"]}`, group), &struct{}{})
	for i := range messages {
		c.n++
		to := fmt.Sprintf(`"to":"%s-peer%d"`, c.user, i%3)
		if i%4 == 3 {
			to = fmt.Sprintf(`"group_id":%q`, group)
		}
		var sent struct {
			MsgID  string `json:"msg_id"`
			ConvID string `json:"conv_id"`
			Seq    int
		}
		c.must("POST", "/messages/send?uid="+c.user, fmt.Sprintf(`{%s,"content":"%s %d","cid":"c%d"}`, to, c.user, i, c.n), &sent)
		c.note(func() { c.sent[sent.MsgID] = stored{ID: sent.MsgID, ConvID: sent.ConvID, Seq: sent.Seq} })
		c.done <- struct{}{}
		switch i % 20 {
		case 5:
			content := fmt.Sprintf("edited by %s %d", c.user, i)
			c.must("POST", "/messages/edit?uid="+c.user, fmt.Sprintf(`{"msg_id":%q,"content":%q}`, sent.MsgID, content), &struct{}{})
			c.note(func() { c.edited[sent.MsgID] = content })
		case 10:
			c.must("POST", "/messages/recall?uid="+c.user, fmt.Sprintf(`{"msg_id":%q}`, sent.MsgID), &struct{}{})
			c.note(func() { c.recalled[sent.MsgID] = true })
		case 15:
			c.changeGroup(group, fmt.Sprint("guest", i))
		}
	}
}

// changeGroup brings somebody into the group, who is taken out again at once. A
// retry may find that it was done.
func (c *talker) changeGroup(group, guest string) {
	c.must("POST", "/groups/"+group+"/members?uid="+c.user, fmt.Sprintf(`{"members":[%q]}`, guest), &struct{}{})
	c.note(func() { c.joined[[2]string{group, guest}] = true })
	if status, msg := c.ask("DELETE", "/groups/"+group+"/members/"+guest+"?uid="+c.user, "", &struct{}{}); status != http.StatusOK && status != http.StatusNotFound {
		c.t.Errorf("taking %s out of %s: %d %s", guest, group, status, msg)
	}
	c.note(func() { c.left[[2]string{group, guest}] = true })
}

func (c *talker) note(fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fn()
}

// webhooks runs gannet webhooks against a server.
func (p *process) webhooks(args ...string) string {
	p.t.Helper()
	cmd := exec.Command("gannet", append(append([]string{"webhooks"}, args...), "--admin", "http://"+p.admin)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("gannet webhooks %v: %v: %s", args, err, &stderr)
	}
	return string(out)
}

// TestWebhooksKilled: a receiver that fails at random and is restarted is told, by a
// server that is killed again and again, of everything that clients were promised:
// each at least once, and of each conversation in order.
func TestWebhooksKilled(t *testing.T) {
	const talkers, messages, kills = 8, 260, 4
	dir, r := t.TempDir(), newBadReceiver(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(r.secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sets := []string{"webhooks.timeout=100ms", "webhooks.max_delay=20ms"}
	all := &promised{
		sent: map[string]stored{}, edited: map[string]string{}, recalled: map[string]bool{},
		joined: map[[2]string]bool{}, left: map[[2]string]bool{}, done: make(chan struct{}, talkers*messages),
	}
	s := &site{here: make(chan struct{})}
	p := startProcess(t, dir, sets...)
	p.webhooks("add", "archive", "http://"+r.addr+"/hook", "--events", "*", "--max-batch", "40", "--secret-file", secret)
	s.set(p.http)
	var wg sync.WaitGroup
	for i := range talkers {
		c := &talker{promised: all, t: t, site: s, user: fmt.Sprint("u", i)}
		wg.Go(func() { c.chat(messages) })
	}
	for range kills {
		for range talkers * messages / (kills + 1) {
			<-all.done
		}
		s.set("")
		p.kill()
		p = startProcess(t, dir, sets...)
		s.set(p.http)
	}
	wg.Wait()
	all.judge(t, r)
	if n := r.inOrder(); n < 4*talkers {
		t.Errorf("%d conversations", n)
	}
	if list := p.webhooks("list"); !strings.Contains(list, "archive") {
		t.Error(list)
	}
	if dead := p.webhooks("dead", "archive"); dead != "" {
		t.Errorf("dead: %s", dead)
	}
	p.stop()
	if out, err := exec.Command("gannet", "verify", dir).CombinedOutput(); err != nil {
		t.Errorf("verify: %v: %s", err, out)
	}
	t.Logf("%d messages, %d events, %d told again in %d requests, receiver restarted %d times", len(all.sent), len(r.order), r.repeats, r.requests, r.restarts)
}

// judge holds what the receiver knows against what clients were told.
func (all *promised) judge(t *testing.T, r *badReceiver) {
	t.Helper()
	var ids []string
	for id := range all.sent {
		ids = append(ids, id)
	}
	r.await(ids)
	for id, want := range all.sent {
		if e, _ := r.told(id); e.Type != "message.created" || e.Data.ConvID != want.ConvID || e.Data.Seq != want.Seq {
			t.Errorf("%v was told as %+v", want, e)
		}
	}
	found := func() (missing []string) {
		edited, recalled, joined, left := map[string]string{}, map[string]bool{}, map[[2]string]bool{}, map[[2]string]bool{}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, e := range r.order {
			switch e.Type {
			case "message.edited":
				edited[e.Data.ID] = fmt.Sprint(e.Data.Content)
			case "message.recalled":
				recalled[e.Data.ID] = true
			case "group.joined":
				joined[[2]string{e.Data.GroupID, e.Data.UserID}] = true
			case "group.kicked":
				left[[2]string{e.Data.GroupID, e.Data.UserID}] = true
			}
		}
		for id, content := range all.edited {
			if edited[id] != content {
				missing = append(missing, "edit of "+id)
			}
		}
		for id := range all.recalled {
			if !recalled[id] {
				missing = append(missing, "recall of "+id)
			}
		}
		for who := range all.joined {
			if !joined[who] || !left[who] {
				missing = append(missing, fmt.Sprint("change of ", who))
			}
		}
		return missing
	}
	deadline := time.After(2 * patience)
	for missing := found(); len(missing) > 0; missing = found() {
		select {
		case <-r.news:
		case <-deadline:
			t.Fatalf("never told: %v", missing)
		}
	}
}
