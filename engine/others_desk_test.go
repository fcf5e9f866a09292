package engine_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// deskListRows are the desk's part of listRows: whose pages, and what each of
// deskOutsiders is answered who gives their next.
var deskListRows = []struct{ op, request, who, want string }{
	{"GET /desk/sessions", "GET /desk/sessions?limit=1", "boss", "400 400 400"},
	{"GET /desk/sessions", "GET /desk/sessions?limit=1", "visitor", "400 400 400"},
	{"GET /desk/sessions/{id}/transcript", "GET /desk/sessions/$session/transcript?limit=1", "boss", "404 404 404"},
	{"GET /desk/sessions/{id}/transcript", "GET /desk/sessions/$session/transcript?limit=1", "visitor", "404 404 404"},
}

// TestDeskCursorsOfOthers: a place in somebody else's search or transcript is worth
// nothing.
func TestDeskCursorsOfOthers(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	sc := (&stage{server: s}).deskScene(s)
	for _, row := range deskListRows {
		_, text := sc.as(row.who).ask(s, &permission{request: row.request})
		var answer struct{ Data struct{ Next string } }
		if err := json.Unmarshal(text, &answer); err != nil || answer.Data.Next == "" {
			t.Fatalf("%s: %s has no next page", row.request, text)
		}
		request := row.request + "&after=" + url.QueryEscape(answer.Data.Next)
		if status, text := sc.as(row.who).ask(s, &permission{request: request}); status != 200 {
			t.Errorf("%s by %s: %d %s", request, row.who, status, text)
		}
		for i, actor := range deskOutsiders {
			want := outcomes[strings.Fields(row.want)[i]]
			if status, text := sc.as(actor).ask(s, &permission{request: request}); status != want.status || strings.Contains(string(text), "conv_id") {
				t.Errorf("%s by %s: %d %s, want %d", request, actor, status, text, want.status)
			}
		}
	}
}

// TestDeskKeysOfOthers: nobody is given the answer that was kept for somebody else's
// Idempotency-Key.
func TestDeskKeysOfOthers(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	sc := (&stage{server: s}).deskScene(s)
	header := []string{"Idempotency-Key", "the-same-for-all"}
	row := permission{request: "POST /desk/sessions", body: `{}`}
	first := sc.as("visitor").askWith(s, &row, header)
	if again := sc.as("visitor").askWith(s, &row, header); again != first || !strings.HasPrefix(first, "200 ") {
		t.Errorf("%s, again %s", first, again)
	}
	for _, actor := range []string{"other", "user", "agent"} {
		if got := sc.as(actor).askWith(s, &row, header); got == first || !strings.HasPrefix(got, "200 ") {
			t.Errorf("%s is answered %s", actor, got)
		}
	}
}
