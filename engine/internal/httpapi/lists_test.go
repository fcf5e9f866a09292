package httpapi

import (
	"strings"
	"testing"
)

// Lists that go on say where.
func TestListsArePaged(t *testing.T) {
	for _, c := range []struct {
		target, by, first string // first entry
	}{
		{"/api/v1/groups/7/requests", token, `"requests":[{"user_id":"u0","by":"1","text":"hi","time":0},`},
		{"/api/v1/groups/7/bans", token, `"bans":[{"user_id":"u0","by":"1","time":0},`},
		{"/api/v1/blocks", token, `"blocks":[{"user_id":"u0","time":0},`},
		{"/api/v1/messages/5/reactions", token, `"reactions":[{"user_id":"u0","emoji":"👍","time":0},`},
		{"/api/v1/groups/7/messages/5/readers", token, `"readers":[{"user_id":"u0","read_seq":5},`},
		{"/api/v1/users/online", backend, `"users":["u0",`},
	} {
		f := &fakeChat{size: 3, next: "u1"}
		_, _, body := do(newTestServer(f, false), request("GET", c.target+"?limit=2", "", c.by))
		if !strings.HasPrefix(body, `{"code":200,"msg":"ok","data":{`+c.first) || !strings.HasSuffix(body, `,"next":"u1"}}`) {
			t.Errorf("%s, first page: %s", c.target, body)
		}
		if !strings.Contains(f.call, "limit=2") {
			t.Errorf("%s: %s", c.target, f.call)
		}
		for _, word := range []string{"after", "cursor"} {
			f = &fakeChat{size: 1}
			_, _, body = do(newTestServer(f, false), request("GET", c.target+"?limit=2&"+word+"=u1", "", c.by))
			if strings.Contains(body, "next") || !strings.Contains(f.call, "after=u1 limit=2") {
				t.Errorf("%s, last page: %s, call %s", c.target, body, f.call)
			}
		}
	}
}

// What became of each message of a batch.
func TestOutcomes(t *testing.T) {
	const message = `{"from":"1","content":1,"to":`
	f := &fakeChat{}
	status, _, body := do(newTestServer(f, false), request("POST", "/api/v1/messages/batch",
		`{"messages":[`+message+`"2"},`+message+`"slow"},`+message+`"broken"}]}`, backend))
	expect(t, "status", status, 200)
	expect(t, "body", body, `{"code":200,"msg":"ok","data":{"results":[`+
		`{"code":200,"msg_id":"1","conv_id":"single_1:2","seq":1,"timestamp":7},`+
		`{"code":503,"reason":"busy","msg":"busy","retry_after_ms":1000},`+
		`{"code":500,"reason":"internal","msg":"internal error"}]}}`)
	content := strings.Repeat("x", testMaxBody)
	status, _, body = do(newTestServer(f, false), request("POST", "/api/v1/messages/batch",
		`{"messages":[`+message+`"2"},{"from":"1","to":"2","content":"`+content+`"}]}`, backend))
	expect(t, "too large", status, 413)
	expect(t, "too large", body, `{"code":413,"msg":"messages[1]: the content is too large","data":null,"reason":"too_large"}`)
}

// Contents go through byte for byte.
func TestContentsOfABatch(t *testing.T) {
	for _, content := range []string{`{"a" : [1, 2.50, "é\u00e9\n"], "b":{}}`, `"x\/y"`, `1e400`, `12345678901234567890`, `null`, `false`} {
		f := &fakeChat{}
		do(newTestServer(f, false), request("POST", "/api/v1/messages/batch", `{"messages":[{"from":"1","to":"2","content":  `+content+` }]}`, backend))
		expect(t, "call", f.call, "batch 1>2 cid=  "+content)
	}
}

// An optional body is one that may be left out, not one that may be wrong.
func TestOptionalBodies(t *testing.T) {
	for _, c := range []struct {
		target, body string
		headers      []string
		status       int
	}{
		{"groups/7/join", "", []string{"Content-Type: "}, 200},
		{"groups/7/join", "", nil, 200},
		{"groups/7/join", `{}`, nil, 200},
		{"groups/7/join", `{"text":"x"}`, []string{"Content-Type: "}, 415},
		{"groups/7/join", `{"text":"x"}`, []string{"Content-Type: ", "Content-Type: text/plain"}, 415},
		{"groups/7/join", `{"text":7}`, nil, 400},
		{"groups/7/join", `x`, nil, 400},
		{"groups/7/leave", strings.Repeat(" ", testMaxBody+1), nil, 413},
		{"conversations/group_7/clear", ``, []string{"Content-Type: "}, 200},
	} {
		status, _, body := do(newTestServer(&fakeChat{}, false), request("POST", "/api/v1/"+c.target, c.body, append(c.headers, token)...))
		if status != c.status {
			t.Errorf("%s %.20s: %d %s", c.target, c.body, status, body)
		}
	}
}

func TestPresenceOfNobody(t *testing.T) {
	status, _, _ := do(newTestServer(&fakeChat{}, false), request("GET", "/api/v1/users/nobody/presence", "", token))
	expect(t, "status", status, 404)
}
