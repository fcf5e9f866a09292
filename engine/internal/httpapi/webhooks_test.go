package httpapi

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/webhook"
)

// fakeWebhooks has one endpoint with one dead letter, and says that all went well.
type fakeWebhooks struct{ *fakeOperator }

var shownWebhook = webhook.Status{
	Name: "h", URL: "http://h.example", Insecure: true, Events: []string{"*"}, MaxBatch: 1, OfflineMembers: 2, CreatedAt: 3,
	State: webhook.StateOpen, LagEntries: 4, LagTime: 1500 * time.Millisecond, Delivered: 5, Dead: 6, Failures: 7,
	NextTryAt: 8, LastOKAt: 9, LastError: "e", LastErrAt: 10,
}

func (f fakeWebhooks) List() []webhook.Status {
	f.call = "list"
	return []webhook.Status{shownWebhook}
}

func (f fakeWebhooks) Get(name string) (webhook.Status, error) {
	f.call = "get " + name
	return shownWebhook, f.err
}

func (f fakeWebhooks) Add(_ context.Context, n webhook.New) (webhook.Status, string, error) {
	members := -1
	if n.OfflineMembers != nil {
		members = *n.OfflineMembers
	}
	f.call = fmt.Sprint("add ", n.Name, n.URL, n.Secret, n.Events, n.MaxBatch, members, n.Paused, n.FromBeginning)
	return shownWebhook, "secret", f.err
}

func (f fakeWebhooks) Update(_ context.Context, name string, p webhook.Patch) (webhook.Status, error) {
	f.call = fmt.Sprint("update ", name, p.Events, p.URL == nil, p.Paused != nil && *p.Paused)
	return shownWebhook, f.err
}

func (f fakeWebhooks) Remove(_ context.Context, name string) error {
	f.call = "remove " + name
	return f.err
}

func (f fakeWebhooks) Test(_ context.Context, name string) (webhook.Answer, error) {
	f.call = "test " + name
	return webhook.Answer{Status: 500, Body: "b", Error: "e", Took: 5 * time.Millisecond}, f.err
}

func (f fakeWebhooks) Dead(_ context.Context, name string, after uint64, limit int) ([]webhook.DeadLetter, error) {
	f.call = fmt.Sprint("dead ", name, after, limit)
	return []webhook.DeadLetter{
		{Number: 1, Entry: 2, Type: "message.created", Reason: "r", FirstAt: 3, At: 4, Again: true},
		{Number: 5, Change: webhook.Change{Number: 9, User: "u"}, Type: "user.offline"},
	}, f.err
}

func (f fakeWebhooks) Replay(_ context.Context, name string, from, to uint64) (int, error) {
	f.call = fmt.Sprint("replay ", name, from, to)
	return 2, f.err
}

func (f fakeWebhooks) Discard(_ context.Context, name string, from, to uint64) (int, error) {
	f.call = fmt.Sprint("discard ", name, from, to)
	return 3, f.err
}

const shownWebhookJSON = `{"name":"h","url":"http://h.example","insecure":true,"events":["*"],"max_batch":1,"offline_members":2,"paused":false,"created_at":3,` +
	`"state":"open","lag_entries":4,"lag_seconds":1.5,"delivered":5,"dead":6,"failures":7,"next_try_at":8,"last_ok_at":9,"last_error":"e","last_error_at":10}`

func TestWebhookRoutes(t *testing.T) {
	for _, c := range []struct{ method, path, body, call, data string }{
		{"GET", "/webhooks", "", "list", `{"webhooks":[` + shownWebhookJSON + `]}`},
		{"GET", "/webhooks/h", "", "get h", shownWebhookJSON},
		{"POST", "/webhooks", `{"name":"h","url":"u","events":["*"]}`, "add hu[*] 0 -1 false false", `{"webhook":` + shownWebhookJSON + `,"secret":"secret"}`},
		{"POST", "/webhooks", `{"name":"h","url":"u","secret":"s","events":["*"],"max_batch":5,"offline_members":0,"paused":true,"from":"beginning"}`, "add hus[*] 5 0 true true", ""},
		{"PATCH", "/webhooks/h", `{"paused":true}`, "update h[] true true", shownWebhookJSON},
		{"PATCH", "/webhooks/h", `{"events":["a","b"],"url":"x"}`, "update h[a b] false false", shownWebhookJSON},
		{"DELETE", "/webhooks/h", "", "remove h", noData},
		{"POST", "/webhooks/h/test", "", "test h", `{"ok":false,"status":500,"body":"b","error":"e","took_ms":5}`},
		{"GET", "/webhooks/h/dead", "", "dead h0 100", ""},
		{"GET", "/webhooks/h/dead?after=7&limit=2", "", "dead h7 2",
			`{"dead":[{"number":1,"entry_id":"2","type":"message.created","reason":"r","first_at":3,"at":4,"again":true},` +
				`{"number":5,"user_id":"u","type":"user.offline","reason":"","first_at":0,"at":0,"again":false}],"next":5}`},
		{"POST", "/webhooks/h/replay", "", "replay h0 0", `{"again":2}`},
		{"POST", "/webhooks/h/replay", `{"from":2,"to":4}`, "replay h2 4", `{"again":2}`},
		{"DELETE", "/webhooks/h/dead?from=2&to=3", "", "discard h2 3", `{"removed":3}`},
		{"DELETE", "/webhooks/h/dead", "", "discard h0 0", `{"removed":3}`},
	} {
		f := &fakeOperator{}
		status, _, body := do(newTestAdmin(f, true, ""), request(c.method, prefixed(c.path), c.body))
		expect(t, c.method+" "+c.path, status, 200)
		expect(t, c.method+" "+c.path, f.call, c.call)
		if c.data != "" {
			expect(t, c.method+" "+c.path, body, `{"code":200,"msg":"ok","data":`+c.data+`}`)
		}
	}
}

func TestWebhookRefusals(t *testing.T) {
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/webhooks", `{"name":1}`}, {"POST", "/webhooks", `{`}, {"POST", "/webhooks", `{"from":"then"}`},
		{"PATCH", "/webhooks/h", `{"max_batch":"x"}`}, {"POST", "/webhooks/h/replay", `[]`},
		{"GET", "/webhooks/h/dead?limit=0", ""}, {"GET", "/webhooks/h/dead?limit=1001", ""}, {"GET", "/webhooks/h/dead?after=x", ""},
		{"DELETE", "/webhooks/h/dead?from=x", ""}, {"DELETE", "/webhooks/h/dead?to=-1", ""},
	} {
		f := &fakeOperator{}
		status, _, _ := do(newTestAdmin(f, true, ""), request(c.method, prefixed(c.path), c.body))
		expect(t, c.method+" "+c.path+c.body, status, 400)
		expect(t, c.method+" "+c.path+c.body, f.call, "")
	}
	refusal := wire.NewError(wire.ReasonNotFound, "no such webhook")
	for _, p := range operatorPaths {
		method, path, _ := strings.Cut(p.request, " ")
		if !strings.Contains(path, "/webhooks/") {
			continue
		}
		status, _, body := do(newTestAdmin(&fakeOperator{err: refusal}, true, ""), request(method, path, p.body))
		expect(t, p.request, status, 404)
		expect(t, p.request, body, `{"code":404,"msg":"no such webhook","data":null,"reason":"not_found"}`)
	}
}
