package engine_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// listRows are the operations whose answers come in pages: who may page through
// what, and what a stranger sees of it who gives the next that somebody else was
// told.
var listRows = []struct {
	op, request, who string
	want             string // of outcomes, for the stranger
	next             string // where the list has a page only: what its next would be
}{
	{"GET /conversations", "GET /conversations", "member", "200", ""},
	{"GET /blocks", "GET /blocks", "member", "200", ""},
	{"GET /groups/{id}/members", "GET /groups/$group/members", "member", "404", ""},
	{"GET /groups/{id}/bans", "GET /groups/$group/bans", "owner", "404", ""},
	{"GET /groups/{id}/requests", "GET /groups/$group/requests", "owner", "404", ""},
	{"GET /groups/{id}/messages/{seq}/readers", "GET /groups/$group/messages/$seq/readers", "other", "404", ""},
	{"GET /messages/{id}/reactions", "GET /messages/$theirs/reactions", "member", "404", ""},
	{"GET /users/online", "GET /users/online", "key", "403", "0:a"},
}

// filled is what has to be in a scene so that each of its lists has two pages.
var filled = []string{
	`member PUT /blocks/$stranger`, `member PUT /blocks/$guest`,
	`asker POST /groups/$group/join {}`, `guest POST /groups/$group/join {}`,
	`member POST /messages/react {"id":"$theirs","emoji":"a"}`, `owner POST /messages/react {"id":"$theirs","emoji":"a"}`,
	`member POST /messages/read {"conv_id":"$conv","seq":4}`, `owner POST /messages/read {"conv_id":"$conv","seq":4}`,
	`stranger POST /messages/send {"to":"$asker","content":"mine"}`,
	`stranger PUT /blocks/$asker`,
}

// TestCursorsOfOthers: a cursor says where a list goes on and not whose it is.
func TestCursorsOfOthers(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	sc := (&stage{server: s}).scene(s, "approval")
	sc.doAll(s, filled)
	// What the stranger may see of others: whom they wrote to and whom they block.
	theirs := []string{sc.words["stranger"], sc.words["asker"]}
	var nexts []string
	for _, row := range listRows {
		next := row.next
		if next == "" {
			next = sc.as(row.who).nextOf(s, row.request)
		}
		nexts = append(nexts, next)
		for _, word := range []string{"after", "cursor"} {
			sc.as("stranger").checkPage(s, row.request, word, next, row.want, theirs)
		}
	}
	// Those of other lists are good for nothing more.
	for _, row := range listRows {
		for _, next := range nexts {
			want := row.want
			if status, _ := sc.as("stranger").page(s, row.request, "after", next); status == 400 {
				want = "400" // it is none of this list at all
			}
			sc.as("stranger").checkPage(s, row.request, "after", next, want, theirs)
		}
	}
}

// nextOf is the next of a list's first page.
func (sc scene) nextOf(s *server, request string) string {
	s.t.Helper()
	status, text := sc.ask(s, &permission{request: request + "?limit=1"})
	var answer struct{ Data struct{ Next string } }
	if err := json.Unmarshal(text, &answer); err != nil || status != 200 || answer.Data.Next == "" {
		s.t.Fatalf("%s: %d %s has no next page", request, status, text)
	}
	return answer.Data.Next
}

func (sc scene) page(s *server, request, word, next string) (int, string) {
	s.t.Helper()
	status, text := sc.ask(s, &permission{request: request + "?" + word + "=" + url.QueryEscape(next)})
	return status, string(text)
}

// checkPage asks for the page behind next and looks that it tells of nobody but the
// actor's own.
func (sc scene) checkPage(s *server, request, word, next, want string, own []string) {
	s.t.Helper()
	status, text := sc.page(s, request, word, next)
	if status != outcomes[want].status {
		s.t.Errorf("%s: %s=%s: %d %s, want %s", request, word, next, status, text, want)
	}
	for name, id := range sc.words {
		if strings.Contains(text, `"`+id+`"`) && !slices.Contains(own, id) {
			s.t.Errorf("%s: %s=%s tells the stranger of %s: %s", request, word, next, name, text)
		}
	}
}

// TestListsAreComplete: every operation that takes a cursor has a row.
func TestListsAreComplete(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	rows := map[string]bool{}
	for _, row := range listRows {
		rows[row.op] = false
	}
	for _, row := range deskListRows {
		rows[row.op] = false
	}
	d := s.document()
	d.eachField(func(op, _, field string) {
		if field != "after" && field != "cursor" {
			return
		}
		if _, has := rows[op]; !has {
			t.Errorf("nothing says what the %s of another user is worth in %s", field, op)
		}
		rows[op] = true
	})
	for op, found := range rows {
		if !found {
			t.Errorf("%s takes no cursor", op)
		}
	}
}

// TestKeysOfOthers: an Idempotency-Key is its user's own. Nobody else is given the
// answer that was kept under it, or is hindered by it.
func TestKeysOfOthers(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	sc := (&stage{server: s}).scene(s, "")
	const key = "the-same-for-all"
	for i, row := range []permission{
		{request: "POST /groups", body: `{"name":"$group"}`},
		{request: "POST /messages/send", body: `{"to":"$guest","content":"private"}`},
		{request: "POST /messages/react", body: `{"id":"$theirs","emoji":"a"}`, want: "404"},
		{request: "POST /messages/recall", body: `{"id":"$note"}`, want: "404"},
		{request: "POST /conversations/$conv/clear", body: `{"seq":1}`, want: "404"},
		{request: "POST /groups/$group/leave", want: "404"},
	} {
		header := []string{"Idempotency-Key", fmt.Sprint(key, i)}
		first := sc.as("member").askWith(s, &row, header)
		if again := sc.as("member").askWith(s, &row, header); again != first || !strings.HasPrefix(first, "200 ") {
			t.Errorf("%s: %s, again %s", row.request, first, again)
		}
		other := sc.as("stranger").askWith(s, &row, header)
		if want := outcomes[row.want]; row.want != "" && !strings.HasPrefix(other, fmt.Sprint(want.status)) {
			t.Errorf("%s: with the key of another user: %s, want %s", row.request, other, row.want)
		}
		if other == first {
			t.Errorf("%s: the answer of another user: %s", row.request, other)
		}
		if nobody := sc.as("nobody").askWith(s, &row, header); nobody != "401 "+unauthorized {
			t.Errorf("%s: without a login: %s", row.request, nobody)
		}
	}
}

// askWith is ask with more headers; status and text are in one.
func (sc scene) askWith(s *server, row *permission, headers []string) string {
	s.t.Helper()
	method, path, _ := strings.Cut(row.request, " ")
	status, text := s.exchange(method, full(sc.expand(path)), sc.expand(row.body), append(headers, sc.login(s.t)...)...)
	return fmt.Sprint(status, " ", string(text))
}

// TestEventIDsOfOthers: whoever says that they come back to a stream, with whatever
// id, is told of what is theirs only.
func TestEventIDsOfOthers(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	sc := (&stage{server: s}).scene(s, "")
	sc.doAll(s, partings)
	for _, actor := range []string{"stranger", "asker"} {
		sc.do(s, `owner POST /messages/send {"to":"$`+actor+`","content":"yours"}`)
		sc.do(s, `owner POST /messages/send {"group_id":"$group","content":"theirs"}`)
		for _, last := range []string{"1", sc.words["theirs"], sc.words["note"]} {
			page := s.listen("token="+token(t, sc.words[actor], hour), "Last-Event-ID", last)
			for {
				e, err := page.next()
				if err != nil {
					t.Fatal(err)
				}
				if e.data["content"] == "theirs" || e.data["conv_id"] == sc.words["single"] {
					t.Fatalf("%s hears %v by the id %s", actor, e.data, last)
				}
				if e.data["content"] == "yours" {
					break
				}
			}
		}
		s.hangUp()
	}
	for _, last := range []string{"x", "-1", "1.5", "0x1", "9223372036854775808", "18446744073709551616", "1 ", "1\x00"} {
		sc.checkLastID(s, last)
	}
}

func (sc scene) checkLastID(s *server, last string) {
	s.t.Helper()
	query := "?last_event_id=" + strings.NewReplacer(" ", "%20", "\x00", "%00").Replace(last)
	status, text := s.exchange("GET", eventsPath+query, "", sc.as("stranger").login(s.t)...)
	if status != 400 || !strings.Contains(string(text), "bad_request") {
		s.t.Errorf("the id %q: %d %s", last, status, text)
	}
}
