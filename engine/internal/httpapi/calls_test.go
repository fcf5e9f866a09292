package httpapi

import (
	"encoding/json"
	"slices"
	"testing"
)

// call is a request that goes well: by whom, what it makes of the chat rules, and
// the data that it answers.
type call struct {
	method, target, body string
	by                   string // a header; token if empty
	call, data           string
}

const (
	backend  = "X-API-Key: key-of-shop"
	sentData = `{"msg_id":"4611686018427387911","conv_id":"single_1:2","seq":42,"timestamp":1764000000000}`
	groupOf  = `"group_id":"7","conv_id":"group_7","name":"a \"b\" <c>","announcement":"","owner_id":"1","member_count":0,"max_members":500,` +
		`"join":"closed","old_history":false,"muted":false,"created_at":7`
	group = `{` + groupOf + `}`
)

// goodCalls go through every route.
var goodCalls = slices.Concat(chatCalls, deskCalls)

// chatCalls are all but those of the desk.
var chatCalls = []call{
	{method: "POST", target: "/api/v1/messages/send", body: `{"to":"2","content":{"a": [1]},"cid":"c1","content_type":"x"}`,
		call: `send 1 cid=c1 to=2 x {"a": [1]}`, data: sentData},
	{method: "POST", target: "/api/v1/messages/send", body: `{"group_id":7,"content":"hi"}`,
		call: `send 1 cid= to=7  "hi"`, data: sentData},
	{method: "POST", target: "/api/v1/messages/batch", by: backend,
		body: `{"messages":[{"from":1,"to":"2","content":{"a": 1},"content_type":"x","cid":"c"},{"from":"2","to":"blocker","content":null},{"from":"2","group_id":7,"content":"x","content_type":"text"}]}`,
		call: `batch 1>2 cid=c x {"a": 1}; 2>blocker cid=  null; 2>7 cid=  "x"`,
		data: `{"results":[{"code":200,"msg_id":"1","conv_id":"single_1:2","seq":1,"timestamp":7},{"code":403,"reason":"blocked","msg":"blocked"},{"code":200,"msg_id":"3","conv_id":"single_1:2","seq":3,"timestamp":7}]}`},
	{method: "POST", target: "/api/v1/messages/import", by: backend,
		body: `{"messages":[{"from":"1","conv_id":"single_1:2","content":1,"time":5}]}`,
		call: `batch 1>single_1:2 cid=  1 at 5`,
		data: `{"results":[{"code":200,"msg_id":"1","conv_id":"single_1:2","seq":1,"timestamp":7}]}`},
	{method: "POST", target: "/api/v1/messages/system", by: backend, body: `{"users":["2",3],"content":"hi","cid":"c"}`,
		call: `batch system>2 cid=c#0  "hi" system; system>3 cid=c#1  "hi" system`,
		data: `{"results":[{"code":200,"msg_id":"1","conv_id":"single_1:2","seq":1,"timestamp":7},{"code":200,"msg_id":"2","conv_id":"single_1:2","seq":2,"timestamp":7}]}`},
	{method: "POST", target: "/api/v1/messages/system", by: backend, body: `{"group_id":"7","content":"hi","cid":"c"}`,
		call: `batch system>7 cid=c  "hi" system`,
		data: `{"results":[{"code":200,"msg_id":"1","conv_id":"single_1:2","seq":1,"timestamp":7}]}`},
	{method: "POST", target: "/api/v1/messages/ack", body: `{"conv_id":"single_1:2","seq":5}`, call: "ack 1 single_1:2 5 []", data: `{}`},
	{method: "POST", target: "/api/v1/messages/ack", body: `{"ids":["5",6]}`, call: "ack 1  0 [5 6]", data: `{}`},
	{method: "POST", target: "/api/v1/messages/ack", body: `{"msg_id":"5"}`, call: "ack 1  0 [5]", data: `{}`},
	{method: "POST", target: "/api/v1/messages/read", body: `{"conv_id":"single_1:2","seq":5}`, call: "read 1 single_1:2 5 []", data: `{}`},
	{method: "POST", target: "/api/v1/messages/read", body: `{"ids":["5"]}`, call: "read 1  0 [5]", data: `{}`},
	{method: "POST", target: "/api/v1/messages/recall", body: `{"id":"5"}`, call: "recall 1 5", data: `{}`},
	{method: "POST", target: "/api/v1/messages/recall", body: `{"msg_id":5}`, call: "recall 1 5", data: `{}`},
	{method: "POST", target: "/api/v1/messages/edit", body: `{"id":"5","content":{"a": 1},"content_type":"x"}`, call: `edit 1 5 x {"a": 1}`, data: `{}`},
	{method: "POST", target: "/api/v1/messages/react", body: `{"id":"5","emoji":"👍","remove":true}`, call: "react 1 5 👍 true", data: `{}`},
	{method: "GET", target: "/api/v1/messages/5/reactions?limit=9&after=x", call: "reactions 1 5 after=x limit=9", data: `{"reactions":[]}`},
	{method: "GET", target: "/api/v1/messages/history?to=2", call: "history 1 2 before=0 limit=20", data: `{"conv_id":"single_1:2","messages":[],"has_more":false}`},
	{method: "GET", target: "/api/v1/messages/history?conv_id=single_1%3A2&before=9&limit=100", call: "history 1 single_1:2 before=9 limit=100",
		data: `{"conv_id":"single_1:2","messages":[],"has_more":false}`},

	{method: "GET", target: "/api/v1/conversations", call: "conversations 1 limit=50 after=", data: `{"conversations":[]}`},
	{method: "GET", target: "/api/v1/conversations?limit=200&cursor=ab", call: "conversations 1 limit=200 after=ab", data: `{"conversations":[]}`},
	{method: "PATCH", target: "/api/v1/conversations/single_1:2", body: `{"pinned":true,"hidden":false}`,
		call: "update 1 single_1:2 pinned=true muted=- hidden=false", data: `{}`},
	{method: "POST", target: "/api/v1/conversations/group_7/clear", call: "clear 1 group_7 0", data: `{}`},
	{method: "POST", target: "/api/v1/conversations/group_7/clear", body: `{"seq":9}`, call: "clear 1 group_7 9", data: `{}`},

	{method: "POST", target: "/api/v1/groups", body: `{"group_id":7,"name":"n","members":["2",3],"max_members":9}`,
		call: `create 1 7 "n" [2 3] 9 closed false ""`, data: group},
	{method: "POST", target: "/api/v1/groups", body: `{"group_id":"7","name":"n","announcement":"a","join":"approval","old_history":true}`,
		call: `create 1 7 "n" [] 0 approval true "a"`, data: group},
	{method: "GET", target: "/api/v1/groups/7", call: "group 1 7", data: group},
	{method: "PATCH", target: "/api/v1/groups/7", body: `{"name":"m","announcement":"","max_members":9,"join":"open","old_history":false,"muted":true}`,
		call: "update 1 7 name=m announcement= max=9 join=open old=false muted=true", data: group},
	{method: "PATCH", target: "/api/v1/groups/7", body: `{"muted":false}`,
		call: "update 1 7 name=- announcement=- max=- join=- old=- muted=false", data: group},
	{method: "DELETE", target: "/api/v1/groups/7", call: "dissolve 1 7", data: `{}`},
	{method: "POST", target: "/api/v1/groups/7/transfer", body: `{"user_id":2}`, call: "transfer 1 7 2", data: `{}`},
	{method: "GET", target: "/api/v1/groups/7/members", call: "members 1 7 after= limit=101", data: `{"members":[],"has_more":false}`},
	{method: "POST", target: "/api/v1/groups/7/members", body: `{"members":["2",3]}`, call: "add 1 7 [2 3]",
		data: `{` + groupOf + `,"joined":["2","3"],"requested":[]}`},
	{method: "PUT", target: "/api/v1/groups/7/members/2", body: `{"role":"admin","muted_until":9}`, call: "set 1 7 2 role=admin muted=9",
		data: `{"user_id":"2","role":"member","joined_at":7,"muted_until":9}`},
	{method: "PUT", target: "/api/v1/groups/7/members/2", body: `{"mute_s":0}`, call: "set 1 7 2 role=- muted=0",
		data: `{"user_id":"2","role":"member","joined_at":7}`},
	{method: "DELETE", target: "/api/v1/groups/7/members/a%40b", call: "remove 1 7 a@b", data: `{}`},
	{method: "POST", target: "/api/v1/groups/7/leave", call: "remove 1 7 1", data: `{}`},
	{method: "POST", target: "/api/v1/groups/7/join", call: `join 1 7 ""`, data: `{"group":` + group + `,"joined":["1"],"requested":[]}`},
	{method: "POST", target: "/api/v1/groups/asked/join", body: `{"text":"me"}`, call: `join 1 asked "me"`, data: `{"group":null,"joined":[],"requested":["1"]}`},
	{method: "GET", target: "/api/v1/groups/7/requests?after=a", call: "requests 1 7 after=a limit=50", data: `{"requests":[]}`},
	{method: "PUT", target: "/api/v1/groups/7/requests/2", body: `{"accept":false}`, call: "answer 1 7 2 false", data: `{}`},
	{method: "GET", target: "/api/v1/groups/7/bans", call: "bans 1 7 after= limit=50", data: `{"bans":[]}`},
	{method: "PUT", target: "/api/v1/groups/7/bans/2", call: "ban 1 7 2", data: `{}`},
	{method: "DELETE", target: "/api/v1/groups/7/bans/2", call: "unban 1 7 2", data: `{}`},
	{method: "GET", target: "/api/v1/groups/7/messages/5/readers", call: "readers 1 7 5 after= limit=50", data: `{"readers":[]}`},

	{method: "GET", target: "/api/v1/users/2/presence", call: "presence by=1 [2]", data: `{"user_id":"2","online":false,"last_seen":9}`},
	{method: "GET", target: "/api/v1/users/2/presence", by: backend, call: "presence by= [2]", data: `{"user_id":"2","online":true,"devices":["d1"]}`},
	{method: "POST", target: "/api/v1/users/presence", body: `{"users":["2"]}`, call: "presence by=1 [2]",
		data: `{"users":[{"user_id":"2","online":false,"last_seen":9}]}`},
	{method: "GET", target: "/api/v1/users/online?limit=1000", by: backend, call: "online after= limit=1000", data: `{"users":[]}`},
	{method: "POST", target: "/api/v1/users/2/kick", by: backend, call: "kick 2 ", data: `{"connections":2}`},
	{method: "POST", target: "/api/v1/users/2/kick", by: backend, body: `{"device":"d1"}`, call: "kick 2 d1", data: `{"connections":2}`},
	{method: "POST", target: "/api/v1/tokens/revoke", by: backend, body: `{"user_id":2,"before":5}`, call: "revoke 2  before=5 until=0", data: `{}`},
	{method: "POST", target: "/api/v1/tokens/revoke", by: backend, body: `{"jti":"t","until":4000000000000}`, call: "revoke  t before=0 until=4000000000000", data: `{}`},
	{method: "GET", target: "/api/v1/stats", by: backend, call: "figures", data: `{"connections":3,"users_online":2,"conversations":1,"last_msg_id":"7"}`},
	{method: "GET", target: "/api/v1/blocks", call: "blocks 1 after= limit=50", data: `{"blocks":[]}`},
	{method: "PUT", target: "/api/v1/blocks/2", call: "block 1 2", data: `{}`},
	{method: "DELETE", target: "/api/v1/blocks/2", call: "unblock 1 2", data: `{}`},
	{method: "GET", target: "/healthz", data: `{"status":"alive"}`},
	{method: "GET", target: "/readyz", data: `{"status":"ready"}`},
}

// headers are those of the call's request.
func (c *call) headers() []string {
	by := c.by
	if by == "" {
		by = token
	}
	if c.body == "" {
		return []string{by, "Content-Type: "}
	}
	return []string{by}
}

func TestRoutes(t *testing.T) {
	for _, c := range goodCalls {
		t.Run(c.method+" "+c.target, func(t *testing.T) {
			f := &fakeChat{}
			status, header, body := do(newTestServer(f, false), request(c.method, c.target, c.body, c.headers()...))
			expect(t, "status", status, 200)
			expect(t, "call", f.call, c.call)
			expect(t, "body", body, `{"code":200,"msg":"ok","data":`+c.data+`}`)
			expect(t, "type", header.Get("Content-Type"), "application/json; charset=utf-8")
			expect(t, "sniff", header.Get("X-Content-Type-Options"), "nosniff")
			if !json.Valid([]byte(body)) {
				t.Error("no JSON")
			}
		})
	}
}
