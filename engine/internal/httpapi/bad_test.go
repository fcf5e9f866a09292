package httpapi

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"gannet/codec/wire"
)

func TestBadBodies(t *testing.T) {
	posts := map[string]string{ // a body that is good
		"/api/v1/messages/send":    `{"to":"2","content":1}`,
		"/api/v1/messages/ack":     `{"ids":[1]}`,
		"/api/v1/groups":           `{"name":"n"}`,
		"/api/v1/groups/7/members": `{"members":["2"]}`,
	}
	deep := strings.Repeat("[", 33) + strings.Repeat("]", 33)
	for target, good := range posts {
		for _, c := range []struct {
			name, body string
			status     int
			reason     string
		}{
			{"empty", "", 400, wire.ReasonBadJSON},
			{"no JSON", "{", 400, wire.ReasonBadJSON},
			{"trailing data", good + "{}", 400, wire.ReasonBadJSON},
			{"duplicate key", `{"x":1,"x":2,` + good[1:], 400, wire.ReasonBadJSON},
			{"duplicate key below", `{"x":{"y":1,"y":2},` + good[1:], 400, wire.ReasonBadJSON},
			{"too deep", `{"x":` + deep + `,` + good[1:], 400, wire.ReasonBadJSON},
			{"bad UTF-8", "{\"x\":\"\xff\"," + good[1:], 400, wire.ReasonBadJSON},
			{"control character", "{\"x\":\"\x01\"," + good[1:], 400, wire.ReasonBadJSON},
			{"no fields", `{}`, 400, wire.ReasonBadRequest},
			{"too large", `{"x":"` + strings.Repeat("x", testMaxBody) + `",` + good[1:], 413, wire.ReasonTooLarge},
		} {
			t.Run(target+" "+c.name, func(t *testing.T) {
				f := &fakeChat{}
				status, _, body := do(newTestServer(f, false), request("POST", target, c.body, token))
				expect(t, "status", status, c.status)
				if !strings.Contains(body, `"reason":"`+c.reason+`"`) {
					t.Errorf("body %s, want reason %s", body, c.reason)
				}
				expect(t, "call", f.call, "")
			})
		}
	}
}

func TestBadFields(t *testing.T) {
	long := strings.Repeat("a", 65)
	for _, c := range []struct{ method, target, body string }{
		{"POST", "/api/v1/messages/send", `{"to":"2","group_id":"7","content":1}`},
		{"POST", "/api/v1/messages/send", `{"to":"2"}`},
		{"POST", "/api/v1/messages/send", `{"to":"` + long + `","content":1}`},
		{"POST", "/api/v1/messages/send", `{"to":"a b","content":1}`},
		{"POST", "/api/v1/messages/send", `{"to":"2","content":1,"cid":"` + long + `"}`},
		{"POST", "/api/v1/messages/ack", `{"conv_id":"single_2:1","seq":1}`},
		{"POST", "/api/v1/messages/ack", `{"conv_id":"single_1:2","seq":0}`},
		{"POST", "/api/v1/messages/ack", `{"ids":[1.5]}`},
		{"GET", "/api/v1/messages/history", ""},
		{"GET", "/api/v1/messages/history?to=2&group_id=7", ""},
		{"GET", "/api/v1/messages/history?to=2&to=3", ""},
		{"GET", "/api/v1/messages/history?to=%zz", ""},
		{"GET", "/api/v1/messages/history?to=2&limit=0", ""},
		{"GET", "/api/v1/messages/history?to=2&limit=101", ""},
		{"GET", "/api/v1/messages/history?to=2&limit=-1", ""},
		{"GET", "/api/v1/messages/history?to=2&limit=1e1", ""},
		{"GET", "/api/v1/messages/history?to=2&limit=", ""},
		{"GET", "/api/v1/messages/history?to=2&before=9007199254740992", ""},
		{"GET", "/api/v1/messages/history?to=2&before=99999999999999999999", ""},
		{"GET", "/api/v1/messages/history?conv_id=group_", ""},
		{"GET", "/api/v1/messages/history?" + strings.Repeat("a&", 40), ""},
		{"POST", "/api/v1/groups", `{"name":""}`},
		{"POST", "/api/v1/groups", `{"name":7}`},
		{"POST", "/api/v1/groups", `{"name":"n","group_id":"a/b"}`},
		{"POST", "/api/v1/groups", `{"name":"n","group_id":1.5}`},
		{"POST", "/api/v1/groups", `{"name":"n","members":[""]}`},
		{"POST", "/api/v1/groups", `{"name":"n","members":"2"}`},
		{"POST", "/api/v1/groups", `{"name":"n","max_members":-1}`},
		{"POST", "/api/v1/groups", `{"name":"` + strings.Repeat("n", 129) + `"}`},
		{"POST", "/api/v1/groups", `[]`},
		{"GET", "/api/v1/groups/7/members?limit=1001", ""},
		{"GET", "/api/v1/groups/7/members?cursor=", ""},
		{"GET", "/api/v1/groups/7/members?cursor=a%20b", ""},
		{"POST", "/api/v1/groups/7/members", `{"members":[]}`},
		{"POST", "/api/v1/groups/7/members", `{"members":[{}]}`},
	} {
		f := &fakeChat{}
		status, _, body := do(newTestServer(f, false), request(c.method, c.target, c.body, token))
		if status != 400 || f.call != "" || !strings.Contains(body, `"reason":"bad_request"`) {
			t.Errorf("%s %s %s: %d %s, call %q", c.method, c.target, c.body, status, body, f.call)
		}
	}
}

// What can't be an id is answered like an id that nobody has.
func TestImpossibleIDsInThePath(t *testing.T) {
	for _, c := range []struct{ method, target string }{
		{"GET", "/api/v1/groups/a%20b"},
		{"GET", "/api/v1/groups/a%2Fb"},
		{"GET", "/api/v1/groups/" + strings.Repeat("a", 65)},
		{"GET", "/api/v1/groups/%00/members"},
		{"DELETE", "/api/v1/groups/7/members/%F0%9F"},
	} {
		f := &fakeChat{}
		status, _, _ := do(newTestServer(f, false), request(c.method, c.target, "", token))
		if status != 404 || f.call != "" {
			t.Errorf("%s: %d, call %q", c.target, status, f.call)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for value, want := range map[string]int{
		"application/json":                   200,
		"application/json; charset=utf-8":    200,
		"Application/JSON;charset=\"UTF-8\"": 200,
		"application/json; charset=latin1":   415,
		"application/jsonp":                  415,
		"application/problem+json":           415,
		"text/plain":                         415,
		"application/x-www-form-urlencoded":  415,
		"application/json; charset":          415,
		"":                                   415,
	} {
		r := request("POST", "/api/v1/messages/ack", `{"ids":[1]}`, token)
		r.Header.Set("Content-Type", value)
		status, _, _ := do(newTestServer(&fakeChat{}, false), r)
		expect(t, "type "+value, status, want)
	}
	for _, header := range []string{"Content-Type: application/json", "Content-Encoding: gzip"} {
		status, _, _ := do(newTestServer(&fakeChat{}, false), request("POST", "/api/v1/messages/ack", `{"ids":[1]}`, token, header))
		expect(t, "with a second "+header, status, 415)
	}
}

// A body of unknown length is bounded by what really comes.
func TestChunkedBodies(t *testing.T) {
	for _, c := range []struct {
		body   io.Reader
		status int
	}{
		{strings.NewReader(`{"ids":[1]}` + strings.Repeat(" ", testMaxBody-11)), 200},
		{strings.NewReader(`{"ids":[1]}` + strings.Repeat(" ", testMaxBody-10)), 413},
		{iotest.OneByteReader(strings.NewReader(`{"ids":[1]}`)), 200},
		{io.MultiReader(strings.NewReader(`{"ids":[1]`), iotest.ErrReader(io.ErrUnexpectedEOF)), 400},
	} {
		r := request("POST", "/api/v1/messages/ack", "", token)
		r.Body, r.ContentLength = io.NopCloser(c.body), -1
		status, header, _ := do(newTestServer(&fakeChat{}, false), r)
		expect(t, "status", status, c.status)
		if c.status != 200 {
			expect(t, "Connection", header.Get("Connection"), "close")
		}
	}
}
