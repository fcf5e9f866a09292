package engine_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// deskOutsiders have no part in $session and $closed: another visitor, a user, and
// another agent.
var deskOutsiders = []string{"other", "user", "rival"}

// deskObjectRows are the desk's part of the table of what outsiders are told. Where
// they are told different things, want is a list of one for each.
var deskObjectRows = []objectRow{
	{op: "GET /desk/sessions/{id}", field: "id", request: "GET /desk/sessions/$session", vary: "session", want: "404"},
	{op: "GET /desk/sessions/{id}", field: "id", request: "GET /desk/sessions/$closed", vary: "closed", want: "404"},
	{op: "POST /desk/sessions/{id}/close", field: "id", request: "POST /desk/sessions/$session/close", vary: "session", want: "404"},
	{op: "POST /desk/sessions/{id}/close", field: "id", request: "POST /desk/sessions/$closed/close", vary: "closed", want: "404"},
	{op: "POST /desk/sessions/{id}/claim", field: "id", request: "POST /desk/sessions/$session/claim", vary: "session", want: "403 404 404"},
	{op: "POST /desk/sessions/{id}/transfer", field: "id", request: "POST /desk/sessions/$session/transfer", body: `{"agent_id":"$rival"}`, vary: "session", want: "403 404 404"},
	{op: "POST /desk/sessions/{id}/transfer", field: "agent_id", request: "POST /desk/sessions/$session/transfer", body: `{"agent_id":"$agent"}`, vary: "agent", want: "403 404 404"},
	{op: "POST /desk/sessions/{id}/transfer", field: "skill", request: "POST /desk/sessions/$session/transfer", body: `{"skill":"$skill"}`, vary: "skill", want: "403 404 404"},
	{op: "POST /desk/sessions/{id}/transfer", field: "note", open: "it names nothing"},
	{op: "POST /desk/sessions/{id}/notes", field: "id", request: "POST /desk/sessions/$session/notes", body: `{"text":"n"}`, vary: "session", want: "403 404 404"},
	{op: "POST /desk/sessions/{id}/notes", field: "id", request: "POST /desk/sessions/$closed/notes", body: `{"text":"n"}`, vary: "closed", want: "403 404 404"},
	{op: "PUT /desk/sessions/{id}/tags", field: "id", request: "PUT /desk/sessions/$session/tags", body: `{"tags":["a"]}`, vary: "session", want: "403 404 404"},
	{op: "PUT /desk/sessions/{id}/tags", field: "tags", open: "a tag is a word, which is no one's"},
	{op: "POST /desk/sessions/{id}/watch", field: "id", request: "POST /desk/sessions/$session/watch", body: `{"mode":"join"}`, vary: "session", want: "403 404 404"},
	{op: "POST /desk/sessions/{id}/watch", field: "mode", open: "it names nothing"},
	{op: "DELETE /desk/sessions/{id}/watch", field: "id", request: "DELETE /desk/sessions/$session/watch", vary: "session", want: "403 404 404"},
	{op: "POST /desk/sessions/{id}/rating", field: "id", request: "POST /desk/sessions/$closed/rating", body: `{"rating":1}`, vary: "closed", want: "404"},
	{op: "POST /desk/sessions/{id}/rating", field: "rating", open: "it names nothing"},
	{op: "GET /desk/sessions/{id}/transcript", field: "id", request: "GET /desk/sessions/$session/transcript", vary: "session", want: "404"},
	{op: "GET /desk/sessions/{id}/transcript", field: "id", request: "GET /desk/sessions/$closed/transcript?after=1-0", vary: "closed", want: "404"},
	{op: "GET /desk/sessions/{id}/transcript", field: "format", request: "GET /desk/sessions/$session/transcript?format=text", vary: "session", want: "404"},

	{op: "GET /desk/sessions", field: "visitor", request: "GET /desk/sessions?visitor=$visitor", vary: "visitor", want: "403 403 200"},
	{op: "GET /desk/sessions", field: "agent", request: "GET /desk/sessions?agent=$agent", vary: "agent", want: "200 200 403"},
	{op: "GET /desk/sessions", field: "skill", request: "GET /desk/sessions?skill=$skill", vary: "skill", want: "200"},
	{op: "GET /desk/sessions", field: "tag", request: "GET /desk/sessions?tag=seen", vary: "visitor", want: "403 403 200"},
	{op: "GET /desk/sessions", field: "state", request: "GET /desk/sessions?state=assigned,closed", vary: "session", want: "200"},
	{op: "GET /desk/sessions", field: "rating", request: "GET /desk/sessions?rating=4", vary: "closed", want: "200"},
	{op: "GET /desk/sessions", field: "from", open: "a time is nobody's"},
	{op: "GET /desk/sessions", field: "to", open: "a time is nobody's"},
	{op: "POST /desk/sessions", field: "skill", open: "whoever may open a session may see the skill groups"},

	{op: "GET /desk/next", field: "skill", open: "who may ask may see the skill groups"},
	{op: "GET /desk/next", field: "visitor", open: "agents may know whom a visitor would get"},
	{op: "GET /desk/agents/{user}", field: "user", open: "agents may see each other, and nobody else may; see deskPermissions"},
	{op: "PUT /desk/agents/{user}", field: "user", request: "PUT /desk/agents/$agent", body: `{"status":"busy"}`, vary: "agent", want: "403"},
	{op: "PUT /desk/agents/{user}", field: "skills", request: "PUT /desk/agents/$agent", body: `{"skills":["$skill"]}`, vary: "skill", want: "403"},
	{op: "PUT /desk/agents/{user}", field: "status", open: "it names nothing"},
	{op: "PUT /desk/agents/{user}", field: "max_sessions", open: "it names nothing"},
	{op: "DELETE /desk/agents/{user}", field: "user", request: "DELETE /desk/agents/$agent", vary: "agent", want: "403"},
	{op: "PUT /desk/skills/{id}", field: "id", request: "PUT /desk/skills/$skill", body: `{"name":"n"}`, vary: "skill", want: "403"},
	{op: "PUT /desk/skills/{id}", field: "fallback", request: "PUT /desk/skills/$user", body: `{"name":"n","fallback":"$skill"}`, vary: "skill", want: "403"},
	{op: "PUT /desk/skills/{id}", field: "fallback_after_s", open: "it names nothing"},
	{op: "DELETE /desk/skills/{id}", field: "id", request: "DELETE /desk/skills/$skill", vary: "skill", want: "403"},
	{op: "GET /desk/replies", field: "skill", open: "agents may see the skill groups"},
	{op: "POST /desk/replies", field: "skill", open: "agents may see the skill groups"},
	{op: "PUT /desk/replies/{id}", field: "id", request: "PUT /desk/replies/$reply", body: `{"title":"t","text":"x"}`, vary: "reply", want: "403 403 404"},
	{op: "PUT /desk/replies/{id}", field: "skill", open: "agents may see the skill groups"},
	{op: "DELETE /desk/replies/{id}", field: "id", request: "DELETE /desk/replies/$reply", vary: "reply", want: "403 403 404"},
	{op: "GET /desk/stats", field: "from", open: "a time is nobody's"},
	{op: "GET /desk/stats", field: "to", open: "a time is nobody's"},
	{op: "POST /desk/visitors/me/identify", field: "user_id", request: "POST /desk/visitors/me/identify", body: `{"user_id":"$visitor","hmac":"$proof"}`, vary: "visitor", want: "403"},
	{op: "POST /desk/visitors/me/identify", field: "hmac", open: "it is the proof; see TestIdentify of the HTTP API"},
}

// TestDeskObjectsAreHidden is TestObjectsAreHidden for the desk.
func TestDeskObjectsAreHidden(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	sc := (&stage{server: s}).deskScene(s)
	sc.must(s, `agent PUT /desk/sessions/$session/tags {"tags":["seen"]}`)
	sc.must(s, `visitor POST /desk/sessions/$closed/rating {"rating":4,"comment":"secret"}`)
	before := sc.deskSight(s)
	for _, row := range deskObjectRows {
		if row.open != "" {
			continue
		}
		wants := strings.Fields(row.want)
		for i, actor := range deskOutsiders {
			sc.as(actor).checkDeskObject(s, &row, wants[min(i, len(wants)-1)])
		}
	}
	if after := sc.deskSight(s); after != before {
		t.Errorf("outsiders have changed what a supervisor sees:\n%s\n%s", before, after)
	}
}

// checkDeskObject holds an answer against the table, and against that about
// something that doesn't exist. An answer that isn't a refusal shows nothing of the
// scene's.
func (sc scene) checkDeskObject(s *server, row *objectRow, want string) {
	s.t.Helper()
	ask := permission{request: row.request, body: row.body}
	status, text := sc.ask(s, &ask)
	var answer struct{ Reason string }
	if err := json.Unmarshal(text, &answer); err != nil {
		s.t.Fatalf("%s: %q: %v", sc.actor, text, err)
	}
	if w := outcomes[want]; status != w.status || answer.Reason != w.reason {
		s.t.Errorf("%s: %s %s: %d %s, want %s", sc.actor, row.request, row.body, status, text, want)
	}
	for _, word := range []string{"session", "closed", "visitor"} {
		if bytes.Contains(text, []byte(sc.words[word])) {
			s.t.Errorf("%s: %s tells of $%s: %s", sc.actor, row.request, word, text)
		}
	}
	not := sc.noDesk()
	for _, word := range strings.Fields(row.vary) {
		if not.words[word] == sc.words[word] {
			not.words[word] += "x"
		}
	}
	if as, unknown := not.ask(s, &ask); as != status || !bytes.Equal(text, unknown) {
		s.t.Errorf("%s can tell what exists by %s: %s, of what doesn't %s", sc.actor, row.request, text, unknown)
	}
}

// deskSight is what can be seen of the scene's sessions, agents, groups and replies.
func (sc scene) deskSight(s *server) string {
	var all []string
	for _, request := range []string{
		"boss GET /desk/sessions/$session", "boss GET /desk/sessions/$closed", "boss GET /desk/sessions/$session/transcript",
		"boss GET /desk/sessions/$closed/transcript", "boss GET /desk/agents", "boss GET /desk/skills", "agent GET /desk/replies",
	} {
		actor, request, _ := strings.Cut(request, " ")
		_, text := sc.as(actor).ask(s, &permission{request: request})
		all = append(all, string(text))
	}
	return strings.Join(all, "\n")
}

// TestNotesAreHidden: nothing that a visitor is answered says what the staff has
// written about them, or that it has.
func TestNotesAreHidden(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	sc := (&stage{server: s}).deskScene(s)
	sc.must(s, `agent PUT /desk/sessions/$session/tags {"tags":["awkward"]}`)
	for _, request := range []string{
		"GET /desk/sessions", "GET /desk/sessions/$session", "GET /desk/sessions/$closed", "GET /desk/sessions/$session/transcript",
		"GET /desk/sessions/$session/transcript?format=text", "GET /desk/sessions/$closed/transcript", "GET /conversations",
		"GET /messages/history?conv_id=service_$session", "POST /desk/sessions",
	} {
		_, text := sc.as("visitor").ask(s, &permission{request: request})
		for _, hidden := range []string{"staff", "secret", "awkward", "watchers", "reassigned"} {
			if bytes.Contains(text, []byte(hidden)) {
				t.Errorf("%s tells the visitor of %s: %s", request, hidden, text)
			}
		}
	}
	_, text := sc.as("agent").ask(s, &permission{request: "GET /desk/sessions/$session/transcript"})
	if !bytes.Contains(text, []byte("secret")) {
		t.Errorf("the note isn't in the agent's transcript: %s", text)
	}
}
