package engine_test

import "testing"

// settings are what users of a scene have set.
var settings = []string{
	`owner PATCH /groups/$group {"name":"ours","announcement":"read me","max_members":20,"old_history":true}`,
	`asker POST /groups/$group/join {"text":"please"}`,
	`member POST /groups/$group/members {"members":["$guest"]}`,
	`other PUT /blocks/$member`,
	`other PUT /blocks/$stranger`,
	`other DELETE /blocks/$stranger`,
	`member PATCH /conversations/$conv {"pinned":true,"muted":true}`,
	`member PATCH /conversations/$single {"hidden":true}`,
	`admin POST /conversations/$conv/clear {"seq":3}`,
	`admin POST /messages/read {"conv_id":"$conv","seq":9}`,
	`member POST /messages/recall {"id":"$gone"}`,
	`other POST /messages/edit {"id":"$theirs","content":"edited"}`,
	`admin POST /messages/react {"id":"$theirs","emoji":"👍"}`,
	`owner POST /groups/$group/transfer {"user_id":"$admin"}`,
}

// looks are what they, and others, see then.
var looks = []string{
	"admin GET /groups/$group",
	"other GET /groups/$group/members",
	"admin GET /groups/$group/requests",
	"admin GET /groups/$group/bans",
	"other GET /groups/$group/messages/9/readers",
	"other GET /messages/$theirs/reactions",
	"other GET /messages/history?group_id=$group",
	"admin GET /messages/history?group_id=$group",
	"member GET /messages/history?to=$other",
	"admin GET /conversations",
	"member GET /conversations",
	"other GET /conversations",
	"banned GET /conversations",
	"other GET /blocks",
}

// TestRestart: what users have set is as it was after a restart, for everybody who
// looks, and is minded.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, permissionConfig)
	sc := (&stage{server: s}).scene(s, "approval")
	sc.words["gone"] = sc.words["by member"]
	sc.doAll(s, settings)
	before := sc.look(s, looks)
	s.stop()
	s = serve(t, dir, permissionConfig)
	for i, text := range sc.look(s, looks) {
		if text != before[i] {
			t.Errorf("%s was\n%s and is\n%s", looks[i], before[i], text)
		}
	}
	for _, test := range []struct{ actor, request, body, want string }{
		{"member", "POST /messages/send", `{"to":"$other","content":"hi"}`, "blocked"},
		{"stranger", "POST /messages/send", `{"to":"$other","content":"hi"}`, "200"},
		{"muted", "POST /messages/send", `{"group_id":"$group","content":"hi"}`, "muted"},
		{"banned", "POST /groups/$group/join", "", "banned"},
		{"banned", "GET /messages/history?group_id=$group", "", "404"},
		{"stranger", "GET /groups/$group", "", "404"},
		{"member", "PATCH /groups/$group", `{"name":"mine"}`, "403"},
		{"owner", "DELETE /groups/$group", "", "403"}, // who is an admin now
		{"member", "POST /messages/edit", `{"id":"$mine","content":"ho"}`, "404"},
		{"admin", "PUT /groups/$group/requests/$asker", `{"accept":true}`, "200"},
		{"admin", "PUT /groups/$group/requests/$guest", `{"accept":true}`, "200"},
	} {
		sc.as(test.actor).check(s, &permission{request: test.request, body: test.body}, test.want)
	}
}

// look makes requests and returns the answers.
func (sc scene) look(s *server, requests []string) (texts []string) {
	s.t.Helper()
	for _, request := range requests {
		texts = append(texts, sc.do(s, request))
	}
	return texts
}
