package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"gannet/codec/wire"
)

// contract is the OpenAPI document as a judge of requests and answers.
type contract struct {
	doc    *openapi3.T
	router routers.Router
}

// newContract reads the document that the server answers. For the test it lets no
// members pass that aren't in it: clients should, as more may come.
func newContract(t *testing.T) *contract {
	t.Helper()
	status, _, text := do(newTestServer(&fakeChat{}, false), request("GET", "/api/v1/openapi.json", ""))
	expect(t, "status", status, 200)
	var tree map[string]any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	for _, schema := range tree["components"].(object)["schemas"].(object) {
		if s := schema.(object); s["properties"] != nil {
			s["additionalProperties"] = false
		}
	}
	strict, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(strict)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{doc, router}
}

// judge serves a request and holds it and its answer against the document. It
// returns the operation and the status.
func (c *contract) judge(s http.Handler, r *http.Request) (operation string, status int, err error) {
	body := new(bytes.Buffer)
	if _, err := body.ReadFrom(r.Body); err != nil {
		return "", 0, err
	}
	again := func() *http.Request {
		same := httptest.NewRequest(r.Method, r.URL.String(), bytes.NewReader(body.Bytes()))
		same.Header = r.Header
		return same
	}
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return "", 0, err
	}
	asked := &openapi3filter.RequestValidationInput{
		Request: again(), PathParams: params, Route: route,
		Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: loggedIn},
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, again())
	answered := &openapi3filter.ResponseValidationInput{RequestValidationInput: asked, Status: w.Code, Header: w.Result().Header}
	answered.SetBodyBytes(w.Body.Bytes())
	if w.Code == 200 { // what the server does, the document allows
		err = errors.Join(openapi3filter.ValidateRequest(context.Background(), asked), declared(route, r))
	}
	err = errors.Join(err, openapi3filter.ValidateResponse(context.Background(), answered))
	if err != nil {
		err = fmt.Errorf("%s %s %s: %d %s: %w", r.Method, r.URL, body, w.Code, w.Body, err)
	}
	return route.Operation.OperationID, w.Code, err
}

// approve is judge for what has to fit.
func (c *contract) approve(t *testing.T, s http.Handler, r *http.Request) (operation string, status int) {
	t.Helper()
	operation, status, err := c.judge(s, r)
	if err != nil {
		t.Error(err)
	}
	return operation, status
}

// loggedIn checks that a scheme's header is there.
func loggedIn(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if header := map[string]string{"token": "Authorization", "key": "X-Api-Key"}[in.SecuritySchemeName]; in.RequestValidationInput.Request.Header.Get(header) == "" {
		return fmt.Errorf("no %s", header)
	}
	return nil
}

// declared checks that every parameter in the URL is in the document.
func declared(route *routers.Route, r *http.Request) error {
	for key := range r.URL.Query() {
		if route.Operation.Parameters.GetByInAndName("query", key) == nil {
			return fmt.Errorf("parameter %s is not declared", key)
		}
	}
	return nil
}

// streamCalls are the calls whose answers are no envelope.
var streamCalls = []call{
	{method: "GET", target: "/api/v1/events?device=d1"},
	{method: "GET", target: "/api/v1/openapi.json"},
}

// Every operation of the document is called, and every route is in it.
func TestCallsFitTheDocument(t *testing.T) {
	c := newContract(t)
	called := make(map[string]bool)
	for _, good := range slices.Concat(goodCalls, streamCalls) {
		operation, status := c.approve(t, newTestServer(&fakeChat{}, false), good.request())
		expect(t, good.target, status, 200)
		called[operation] = true
	}
	for path, item := range c.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if !called[operation.OperationID] {
				t.Errorf("no test calls %s %s", method, path)
			}
		}
	}
	for _, rt := range publicRoutes() {
		item := c.doc.Paths.Value(rt.path)
		if item == nil || item.GetOperation(rt.method) == nil {
			t.Errorf("%s %s is not in the document", rt.method, rt.path)
		}
		if a := &rt.about; a.id == "" || a.tag == "" || a.summary == "" {
			t.Errorf("%s %s is not described", rt.method, rt.path)
		}
	}
}

func (c *call) request() *http.Request {
	return request(c.method, c.target, c.body, c.headers()...)
}

// Whatever the chat rules refuse a call with is answered as the document says,
// and so are the refusals of this package.
func TestRefusalsFitTheDocument(t *testing.T) {
	c := newContract(t)
	routes := make(map[string]*route)
	for _, rt := range publicRoutes() {
		routes[rt.about.id] = &rt
	}
	for _, good := range goodCalls {
		operation, _ := c.approve(t, newTestServer(&fakeChat{}, false), good.request())
		rt := routes[operation]
		if rt == nil || rt.level == levelOpen {
			continue
		}
		delete(routes, operation) // once is enough
		for _, reason := range rt.allReasons() {
			s := newTestServer(&fakeChat{err: wire.NewError(reason, "no")}, false)
			_, status := c.approve(t, s, good.request())
			expect(t, operation+" "+reason, status, wire.Status(reason))
		}
		for _, spoil := range spoilt {
			r := good.request()
			spoil(r)
			if _, status := c.approve(t, newTestServer(&fakeChat{}, false), r); status == 500 {
				t.Errorf("%s: %d", good.target, status)
			}
		}
	}
}

// spoilt are the ways in which a request may go wrong.
var spoilt = []func(*http.Request){
	func(r *http.Request) { r.Header.Del("Authorization"); r.Header.Del("X-Api-Key") },
	func(r *http.Request) { r.Header.Set("Authorization", "Bearer expired"); r.Header.Del("X-Api-Key") },
	func(r *http.Request) { r.Header.Set("Authorization", "Bearer token-of-1"); r.Header.Del("X-Api-Key") },
	func(r *http.Request) { r.Header.Del("Authorization"); r.Header.Set("X-Api-Key", "key-of-shop") },
	func(r *http.Request) { r.URL.RawQuery = "limit=0&limit=1" },
	func(r *http.Request) { r.Header["Idempotency-Key"] = []string{"a", "b"} },
	func(r *http.Request) {
		if r.ContentLength > 0 {
			r.Header.Set("Content-Type", "text/plain")
		}
	},
	func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 },
}

// The pages that package wire writes are as the document says.
func TestPagesFitTheDocument(t *testing.T) {
	c := newContract(t)
	message := wire.AppendChat(nil, &wire.Chat{
		ID: 1 << 60, ConvID: "group_7", Seq: 3, From: "1", GroupID: "7", Content: []byte(`{"a":1}`), ContentType: "x", Time: 7,
		Edited: true, Expires: 9, Extra: wire.Extra(nil).ID("reply_to", 5).Uint("reply_seq", 2).Texts("mentions", []string{"2"}),
	})
	gone := wire.AppendChat(nil, &wire.Chat{ConvID: "single_1:2", ID: 6, Seq: 4, From: "1", To: "2", Content: []byte("null"), Recalled: true,
		Expired: true, Extra: wire.Extra(nil).Text("mentions", "all")})
	entries := [][]byte{message, gone}
	for _, e := range []wire.Event{
		{Word: wire.EventGroup, Extra: wire.Extra(nil).Text("event", wire.GroupCreated).Text("name", "n").Texts("user_ids", []string{"2"})},
		{Word: wire.EventGroup, Extra: wire.Extra(nil).Text("event", wire.GroupMuted).Text("user_id", "2").Uint("until", 9)},
		{Word: wire.EventGroup, Extra: wire.Extra(nil).Text("event", wire.GroupRole).Text("user_id", "2").Text("role", "admin")},
		{Word: wire.EventGroup, Extra: wire.Extra(nil).Text("event", wire.GroupUpdated).Text("announcement", "a").Uint("max_members", 9).
			Text("join", "open").Bool("old_history", true).Bool("muted", false)},
		{Word: wire.EventRecall, Ref: 3, Extra: wire.Extra(nil).ID("id", 5)},
		{Word: wire.EventEdit, Ref: 3, Content: []byte(`"x"`), Extra: wire.Extra(nil).ID("id", 5).Text("content_type", "x")},
		{Word: wire.EventReaction, Ref: 3, Extra: wire.Extra(nil).ID("id", 5).Text("emoji", "👍").Text("op", wire.ReactionAdd)},
	} {
		e.ConvID, e.GroupID, e.From, e.ID, e.Seq, e.Time = "group_7", "7", "1", 9, 5, 7
		entries = append(entries, wire.AppendEvent(nil, &e))
	}
	lines := [][]byte{
		wire.AppendConversation(nil, &wire.Conversation{ConvID: "single_1:2", Kind: wire.Single, Peer: "2", LastSeq: 4, LastMessage: message}),
		wire.AppendConversation(nil, &wire.Conversation{ConvID: "group_7", Kind: wire.Group, GroupID: "7", Name: "n"}),
	}
	for target, page := range map[string]string{
		"/api/v1/messages/history?group_id=7": `"conv_id":"group_7","messages":[` + join(entries) + `],"has_more":true`,
		"/api/v1/conversations":               `"conversations":[` + join(lines) + `],"next":"x.y"`,
	} {
		_, status := c.approve(t, newTestServer(&fakeChat{page: []byte(page)}, false), request("GET", target, "", token))
		expect(t, target, status, 200)
	}
	full := &fakeChat{size: 2, next: "n"}
	for _, good := range goodCalls {
		if good.method == "GET" {
			c.approve(t, newTestServer(full, false), good.request())
		}
	}
}

func join(list [][]byte) string { return string(bytes.Join(list, []byte(","))) }

// The judge finds what isn't as the document says.
func TestTheJudge(t *testing.T) {
	c := newContract(t)
	for page, want := range map[string]string{
		`"conversations":[],"more":1`:       "more",
		`"conversation":[]`:                 "conversations",
		`"conversations":[{"conv_id":"x"}]`: "kind",
		`"conversations":null`:              "array",
		`"conversations":[],"next":7`:       "next",
	} {
		_, _, err := c.judge(newTestServer(&fakeChat{page: []byte(page)}, false), request("GET", "/api/v1/conversations", "", token))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", page, err)
		}
	}
	_, _, err := c.judge(newTestServer(&fakeChat{}, true), request("GET", "/api/v1/blocks?uid=1", ""))
	if err == nil || !strings.Contains(err.Error(), "no Authorization") || !strings.Contains(err.Error(), "uid is not declared") {
		t.Errorf("dev mode: %v", err)
	}
}
