package engine_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// objectRow is a row of the table of what outsiders are told; see objectRows.
type objectRow struct {
	op, field     string
	request, body string
	vary          string // words of the scene that stand for what doesn't exist the second time
	want          string // as in outcomes
	open          string
}

// partings are what a scene's outsiders have done or suffered: the stranger never was
// in the group, the guest left, the asker was removed; banned is banned.
var partings = []string{
	`owner POST /groups/$group/members {"members":["$guest","$asker"]}`,
	`guest POST /messages/send {"group_id":"$group","content":"bye"}`,
	`asker POST /messages/send {"group_id":"$group","content":"bye"}`,
	`guest POST /groups/$group/leave`,
	`owner DELETE /groups/$group/members/$asker`,
}

var departed = []string{"stranger", "guest", "asker", "banned"}

// TestObjectsAreHidden: who has no part in something can't tell whether it exists,
// and changes nothing by asking.
func TestObjectsAreHidden(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	sc := (&stage{server: s}).scene(s, "")
	sc.doAll(s, partings)
	before := sc.as("owner").sight(s)
	for _, row := range objectRows {
		if row.open != "" {
			continue
		}
		s.run(strings.Join([]string{row.request, row.body, row.field}, " "), func(*testing.T) {
			for _, actor := range departed {
				sc.as(actor).checkObject(s, &row)
			}
		})
	}
	if after := sc.as("owner").sight(s); after != before {
		t.Errorf("outsiders have changed what the owner sees:\n%s\n%s", before, after)
	}
}

func (sc scene) checkObject(s *server, row *objectRow) {
	s.t.Helper()
	ask := permission{request: row.request, body: row.body}
	status, text := sc.ask(s, &ask)
	var answer struct{ Reason string }
	if err := json.Unmarshal(text, &answer); err != nil {
		s.t.Fatalf("%s: %q: %v", sc.actor, text, err)
	}
	if want := outcomes[row.want]; status != want.status || answer.Reason != want.reason {
		s.t.Errorf("%s: %d %s, want %s", sc.actor, status, text, row.want)
	}
	not := sc.without(strings.Fields(row.vary))
	if as, unknown := not.ask(s, &ask); as != status || !bytes.Equal(text, unknown) {
		s.t.Errorf("%s can tell what exists: %s, of what doesn't %s", sc.actor, text, unknown)
	}
}

// without is the scene with some of its words standing for what doesn't exist.
func (sc scene) without(vary []string) scene {
	words, not := maps.Clone(sc.words), sc.elsewhere().words
	for _, word := range vary {
		switch {
		case word == "seq":
			words[word] = "4000"
		case not[word] == words[word]:
			words[word] += "x" // a user
		default:
			words[word] = not[word]
		}
	}
	return scene{actor: sc.actor, words: words}
}

// sight is all that the actor sees of the scene's group.
func (sc scene) sight(s *server) string {
	var all []string
	for _, request := range []string{
		"GET /groups/$group", "GET /groups/$group/members?limit=1000", "GET /groups/$group/bans", "GET /groups/$group/requests",
		"GET /messages/history?group_id=$group&limit=100", "GET /messages/$theirs/reactions", "GET /groups/$group/messages/$seq/readers",
	} {
		_, text := sc.ask(s, &permission{request: request})
		all = append(all, string(text))
	}
	return strings.Join(all, "\n")
}

// document is what the tests need of the OpenAPI document.
type document struct {
	Paths map[string]map[string]struct {
		Parameters  []struct{ In, Name string }
		RequestBody struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref        string `json:"$ref"`
	Properties map[string]schema
	Items      *schema
}

// eachField calls fn for each parameter and each field of the body of each
// operation, which is without the prefix of the path.
func (d *document) eachField(fn func(op, in, field string)) {
	for path, methods := range d.Paths {
		for method, about := range methods {
			op := strings.ToUpper(method) + " " + strings.TrimPrefix(path, "/api/v1")
			for _, p := range about.Parameters {
				fn(op, p.In, p.Name)
			}
			d.fields(about.RequestBody.Content["application/json"].Schema, "", func(name string) { fn(op, "body", name) })
		}
	}
}

func (d *document) fields(s schema, prefix string, fn func(name string)) {
	if s.Ref != "" {
		s = d.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
	}
	for name, property := range s.Properties {
		fn(prefix + name)
		if property.Items != nil {
			d.fields(*property.Items, prefix+name+".", fn)
		}
	}
}

func (s *server) document() (d document) {
	s.t.Helper()
	_, text := s.exchange("GET", "/api/v1/openapi.json", "")
	if err := json.Unmarshal(text, &d); err != nil {
		s.t.Fatal(err)
	}
	return d
}

// plainFields name nothing that somebody else could have.
var plainFields = []string{
	"announcement", "accept", "before", "cid", "content", "content_type", "device", "emoji", "hidden", "join", "limit", "max_members", "mute_s",
	"muted", "muted_until", "name", "old_history", "pinned", "remove", "role", "text", "time", "token", "ttl_s", "until",
	"after", "cursor", "last_event_id", "Last-Event-ID", "Idempotency-Key", "X-User-Id", // these have tests of their own
	"messages",                                                        // its parts are named
	"attributes", "comment", "priority", "shared", "subject", "title", // what is said at the desk; rating has rows
}

// TestObjectsAreComplete: every field of every operation that the OpenAPI document
// describes has a row or names nothing, and every row is of one.
func TestObjectsAreComplete(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	d := s.document()
	rows := map[string]bool{}
	for _, row := range slices.Concat(objectRows, deskObjectRows) {
		rows[row.op+" "+row.field] = false
		if row.request != "" && !isOperation(row.request, strings.Replace(row.op, " ", " /api/v1", 1)) {
			t.Errorf("%s is no %s", row.request, row.op)
		}
		if (row.open == "") != (row.want != "" && row.vary != "") {
			t.Errorf("%s %s: neither a request nor a reason, or both", row.op, row.field)
		}
	}
	d.eachField(func(op, in, field string) {
		name := field[strings.LastIndexByte(field, '.')+1:]
		if name == "seq" && in == "body" || in != "path" && slices.Contains(plainFields, name) {
			return
		}
		if _, has := rows[op+" "+field]; !has {
			t.Errorf("nothing says what an outsider is told by %s who gives %s", op, field)
		}
		rows[op+" "+field] = true
	})
	for row, found := range rows {
		if !found {
			t.Errorf("%s is not in the document", row)
		}
	}
}

// TestRevokedEverywhere: a token that was taken back is refused by every operation,
// as one that never was.
func TestRevokedEverywhere(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	lost := issued(t, "alice", "lost", -time.Minute)
	s.api("GET", "/api/v1/blocks", "", "Authorization", "Bearer "+lost)
	s.revoke(`{"user_id":"alice"}`)
	open := []string{"/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/desk/visitors"}
	for path, methods := range s.document().Paths {
		for method := range methods {
			status, text := s.exchange(strings.ToUpper(method), strings.NewReplacer("{", "", "}", "").Replace(path), "", "Authorization", "Bearer "+lost)
			if public := slices.Contains(open, path); public != (status == http.StatusOK) || !public && string(text) != unauthorized {
				t.Errorf("%s %s: %d %.200s", method, path, status, text)
			}
		}
	}
}
