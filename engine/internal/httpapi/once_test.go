package httpapi

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

// Sends are recognised by their cid, for which the key may stand.
func TestKeyOfASend(t *testing.T) {
	for _, c := range []struct {
		name, body string
		keys       []string
		call       string
		status     int
	}{
		{"header", `{"to":"2","content":1}`, []string{"k1"}, `send 1 cid=k1 to=2  1`, 200},
		{"both, the same", `{"to":"2","content":1,"cid":"k1"}`, []string{"k1"}, `send 1 cid=k1 to=2  1`, 200},
		{"both, differing", `{"to":"2","content":1,"cid":"k2"}`, []string{"k1"}, "", 400},
		{"twice", `{"to":"2","content":1}`, []string{"k1", "k1"}, "", 400},
		{"too long", `{"to":"2","content":1}`, []string{strings.Repeat("k", 65)}, "", 400},
		{"control character", `{"to":"2","content":1}`, []string{"a\tb"}, "", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fakeChat{}
			r := request("POST", "/api/v1/messages/send", c.body, token)
			r.Header["Idempotency-Key"] = c.keys
			status, _, _ := do(newTestServer(f, false), r)
			expect(t, "status", status, c.status)
			expect(t, "call", f.call, c.call)
			expect(t, "kept", f.kept, 0)
		})
	}
}

// So are the messages of a batch: each gets a cid.
func TestKeyOfABatch(t *testing.T) {
	const one, other = `{"from":"1","to":"2","content":1}`, `{"to":"3","content":2,"cid":"own"}`
	for _, c := range []struct {
		target, body, key string
		call              string // "" is refused
	}{
		{"batch", `{"messages":[` + one + `,` + other + `,` + one + `]}`, "k",
			"batch 1>2 cid=k#0  1; 5>3 cid=own  2; 1>2 cid=k#2  1"},
		{"batch", `{"messages":[` + one + `]}`, strings.Repeat("k", 62), "batch 1>2 cid=" + strings.Repeat("k", 62) + "#0  1"},
		{"batch", `{"messages":[` + one + `]}`, strings.Repeat("k", 63), // no room for #0: a hash of it
			"batch 1>2 cid=d4bacb34b88e17aabe42b5e49c36ab95#0  1"},
		{"batch", `{"messages":[` + one + `]}`, strings.Repeat("k", 65), ""},
		{"system", `{"to":"2","content":1}`, "k", "batch system>2 cid=k  1 system"},
		{"system", `{"to":"2","content":1,"cid":"k"}`, "k", "batch system>2 cid=k  1 system"},
		{"system", `{"to":"2","content":1,"cid":"c"}`, "k", ""},
		{"system", `{"users":["2","3"],"content":1}`, "k", "batch system>2 cid=k#0  1 system; system>3 cid=k#1  1 system"},
	} {
		f := &fakeChat{}
		status, _, body := do(newTestServer(f, false), request("POST", "/api/v1/messages/"+c.target, c.body, backend, "X-User-Id: 5", "Idempotency-Key: "+c.key))
		if (status == 200) != (c.call != "") {
			t.Errorf("%s %s: %d %s", c.target, c.body, status, body)
		}
		expect(t, c.body, f.call, c.call)
		expect(t, "kept", f.kept, 0)
	}
}

func TestOnce(t *testing.T) {
	f := &fakeChat{}
	s := newTestServer(f, false)
	ask := func(target, body string, headers ...string) (int, string) {
		f.call = ""
		status, _, answer := do(s, request("POST", "/api/v1/"+target, body, headers...))
		return status, answer
	}
	const members, key = "groups/7/members", "Idempotency-Key: k"
	_, first := ask(members, `{"members":["2"]}`, token, key)
	expect(t, "call", f.call, "add 1 7 [2]")
	status, again := ask(members, `{"members":["2"]}`, token, key)
	expect(t, "status of the retry", status, 200)
	expect(t, "retry", again, first)
	expect(t, "call of the retry", f.call, "")
	expect(t, "kept", f.kept, 1)

	for name, other := range map[string][]string{
		"another body":   {members, `{"members":["3"]}`},
		"another path":   {"groups/8/members", `{"members":["2"]}`},
		"another action": {"groups/7/leave", ""},
	} {
		status, body := ask(other[0], other[1], token, key)
		expect(t, name, status, 409)
		if !strings.Contains(body, `"reason":"conflict"`) {
			t.Errorf("%s: %s", name, body)
		}
		expect(t, name, f.call, "")
	}
	for name, by := range map[string][]string{
		"another user":     {"Authorization: Bearer token-of-2", key},
		"another key":      {token, "Idempotency-Key: l"},
		"no key":           {token},
		"an acting server": {backend, "X-User-Id: 3", key},
	} {
		status, _ := ask(members, `{"members":["3"]}`, by...)
		expect(t, name, status, 200)
		if f.call == "" {
			t.Errorf("%s: no call", name)
		}
	}
	// The acting user's keys are the user's; a backend's own are nobody's.
	ask(members, `{"members":["2"]}`, backend, "X-User-Id: 1", key)
	expect(t, "by the server", f.call, "")
	ask("users/2/kick", "", backend, key)
	ask("users/2/kick", "", backend, key)
	expect(t, "kick", f.call, "")
	if _, kept := f.answers[":shop k"]; !kept {
		t.Error("the backend's answer isn't kept under its name")
	}
	status, _ = ask(members, `{"members":["2"]}`, token, "Idempotency-Key: "+long)
	expect(t, "bad key", status, 400)
}

// What was refused may be tried again.
func TestRefusalsAreNotKept(t *testing.T) {
	f := &fakeChat{err: wire.NewError(wire.ReasonBusy, "busy")}
	s := newTestServer(f, false)
	ask := func() int {
		f.call = ""
		status, _, _ := do(s, request("POST", "/api/v1/messages/recall", `{"id":"5"}`, token, "Idempotency-Key: k"))
		return status
	}
	expect(t, "refused", ask(), 503)
	expect(t, "kept", f.kept, 0)
	f.err = nil
	expect(t, "tried again", ask(), 200)
	expect(t, "call", f.call, "recall 1 5")
	expect(t, "kept", f.kept, 1)
}

// forgetful can't keep answers.
type forgetful struct{ *fakeChat }

func (forgetful) KeepAnswer(context.Context, string, string, uint64, []byte) error {
	return wire.NewError(wire.ReasonStorageFull, "full")
}

// An answer that can't be kept isn't given.
func TestKeepingFails(t *testing.T) {
	status, _, body := do(newTestServer(forgetful{&fakeChat{}}, false), request("POST", "/api/v1/messages/recall", `{"id":"5"}`, token, "Idempotency-Key: k"))
	expect(t, "status", status, 507)
	expect(t, "body", body, `{"code":507,"msg":"full","data":null,"reason":"storage_full"}`)
}

// waiting recalls when it is told to.
type waiting struct {
	*fakeChat
	begun, end chan struct{}
}

func (w waiting) Recall(context.Context, string, uint64) error {
	w.begun <- struct{}{}
	<-w.end
	return nil
}

// Of two requests with one key, one is told to wait.
func TestSameKeyAtTheSameTime(t *testing.T) {
	f := waiting{&fakeChat{}, make(chan struct{}), make(chan struct{})}
	s := newTestServer(f, false)
	ask := func(key string) (int, http.Header, string) {
		return do(s, request("POST", "/api/v1/messages/recall", `{"id":"5"}`, token, "Idempotency-Key: "+key))
	}
	var all sync.WaitGroup
	all.Go(func() {
		status, _, _ := ask("k")
		expect(t, "the first", status, 200)
	})
	<-f.begun
	status, header, body := ask("k")
	expect(t, "the second", status, 409)
	expect(t, "Retry-After", header.Get("Retry-After"), "1")
	expect(t, "body", body, `{"code":409,"msg":"a request with this Idempotency-Key is in progress","data":null,"reason":"conflict","retry_after_ms":1000}`)
	all.Go(func() {
		status, _, _ := ask("l")
		expect(t, "another key", status, 200)
	})
	<-f.begun
	close(f.end)
	all.Wait()
	status, _, _ = ask("k")
	expect(t, "later", status, 200)
	expect(t, "held", len(s.underWay.keys), 0)
}

// owned is a store that has the groups that were made, and loses answers.
type owned struct {
	forgetful
	groups map[string]chat.Group
}

func (o owned) CreateGroup(_ context.Context, by string, g chat.NewGroup) (chat.Group, error) {
	if _, exists := o.groups[g.ID]; exists {
		return chat.Group{}, wire.NewError(wire.ReasonConflict, "a group with this id exists")
	}
	o.groups[g.ID] = chat.Group{ID: g.ID, Owner: by, Name: g.Name}
	return o.groups[g.ID], nil
}

func (o owned) Group(_ context.Context, by, id string) (chat.Group, error) {
	g, ok := o.groups[id]
	if !ok || by == "stranger" {
		return g, wire.NewError(wire.ReasonNotFound, "no such group")
	}
	return g, nil
}

// A group is made once, even if the answer was lost before it was kept.
func TestCreateGroupOnce(t *testing.T) {
	f := owned{forgetful{&fakeChat{}}, make(map[string]chat.Group)}
	ask := func(by, body string) (status int) {
		status, _, _ = do(newTestServer(f, false), request("POST", "/api/v1/groups", body, "Authorization: Bearer token-of-"+by, "Idempotency-Key: k"))
		return status
	}
	for range 2 {
		expect(t, "the answer is lost", ask("1", `{"name":"n"}`), 507)
		expect(t, "groups", len(f.groups), 1)
	}
	kept := newTestServer(struct {
		owned
		Answers
	}{f, f.fakeChat}, false)
	status, _, body := do(kept, request("POST", "/api/v1/groups", `{"name":"n"}`, token, "Idempotency-Key: k"))
	expect(t, "status", status, 200)
	for id := range f.groups {
		if !wire.ValidID(id) || !strings.Contains(body, `"group_id":"`+id+`"`) {
			t.Errorf("group %s, answer %s", id, body)
		}
	}
	f.answers = nil

	expect(t, "of another user", ask("2", `{"name":"n"}`), 507)
	expect(t, "groups", len(f.groups), 2)

	for id, g := range f.groups { // somebody else came first
		g.Owner = "9"
		f.groups[id] = g
	}
	expect(t, "taken", ask("1", `{"name":"n"}`), 409)
	expect(t, "named", ask("1", `{"name":"n","group_id":"7"}`), 507)
	expect(t, "named again", ask("1", `{"name":"n","group_id":"7"}`), 409)
}
