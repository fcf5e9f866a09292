package engine_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gannet/engine"
)

// permission is a row of the table of who may do what: a request and its outcome
// for each of the actors. The words with a $ are those of a scene.
type permission struct {
	request string   // method and path behind /api/v1
	body    string   // JSON
	join    string   // of the scene's group; closed where it is empty
	before  []string // what is done before: who, method, path, body
	want    string   // one outcome for each actor
}

// actors are the columns of the table. The first six are users with good tokens:
//
//   - stranger has no part in the scene's group or conversation
//   - member, admin and owner are that in the group; member has written with $other
//   - muted is a member who may not write for a while
//   - banned is a member no more and may not come back
//
// Then come a backend's API key alone, with member as the acting user, member's
// token after its end, and no login at all.
const actors = "stranger   member  muted   banned     admin   owner   key   acting  expired  nobody"

// outcomes are the words of the table: what is answered.
var outcomes = map[string]struct {
	status int
	reason string
}{
	"200":        {200, ""},
	"400":        {400, "bad_request"},
	"401":        {401, "unauthorized"},
	"expired":    {401, "token_expired"},
	"403":        {403, "forbidden"},
	"muted":      {403, "muted"},
	"blocked":    {403, "blocked"},
	"banned":     {403, "banned"},
	"not_member": {403, "not_member"},
	"404":        {404, "not_found"},
	"conflict":   {409, "conflict"},
}

func permissionConfig(c *engine.Config) {
	c.Auth.Mode, c.Auth.JWT.Secret = "jwt", secret
	c.Auth.APIKeys = []string{shopEntry}
	c.Limits.HTTPPerSecond = 0
	c.Desk.Visitors, c.Desk.VisitorsPerMinute, c.Desk.IdentitySecret = true, 0, identitySecret
	c.Desk.AgentGrace = hour // nobody is connected
}

// identitySecret is that of the tests' servers.
const identitySecret = "another example secret of 32 bytes or more"

// proofOf is what a site's backend gives to the page of a user.
func proofOf(user string) string {
	mac := hmac.New(sha256.New, []byte(identitySecret))
	mac.Write([]byte(user))
	return hex.EncodeToString(mac.Sum(nil))
}

// TestPermissions holds the HTTP API against the table.
func TestPermissions(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	stage := &stage{server: s}
	names := strings.Fields(actors)
	for _, row := range slices.Concat(messagePermissions, conversationPermissions, groupPermissions, memberPermissions, userPermissions) {
		wants := strings.Fields(row.want)
		if len(wants) != len(names) {
			t.Fatalf("%s %s: %d outcomes for %d actors", row.request, row.body, len(wants), len(names))
		}
		t.Run(strings.Join(slices.Concat([]string{row.request, row.body, row.join}, row.before), " "), func(t *testing.T) {
			t.Parallel()
			v := s.in(t)
			var sc scene
			for i, actor := range names {
				if i == 0 || sc.changed || personal(row.before) {
					sc = stage.scene(v, row.join)
					sc.as(actor).doAll(v, row.before)
				}
				sc.as(actor).check(v, &row, wants[i])
				sc.changed = wants[i] == "200" && !strings.HasPrefix(row.request, "GET ")
			}
		})
	}
}

// personal reports whether steps are about the actor.
func personal(steps []string) bool {
	return slices.ContainsFunc(steps, func(step string) bool {
		return strings.HasPrefix(step, "me ") || strings.HasSuffix(step, "$me")
	})
}

// check asks as the scene's actor.
func (sc scene) check(s *server, row *permission, want string) {
	s.t.Helper()
	status, text := sc.ask(s, row)
	var answer struct{ Reason string }
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer); err != nil {
			s.t.Fatalf("%s: %q: %v", sc.actor, text, err)
		}
	}
	if w, ok := outcomes[want]; !ok || status != w.status || answer.Reason != w.reason {
		s.t.Errorf("%s: %d %.200s, want %s", sc.actor, status, text, want)
	}
	switch {
	case want == "401" && string(text) != unauthorized:
		s.t.Errorf("%s: %s, want as everywhere %s", sc.actor, text, unauthorized)
	case sc.hides(row, want):
		if as, unknown := sc.elsewhere().ask(s, row); as != status || !bytes.Equal(text, unknown) {
			s.t.Errorf("%s can tell what exists: %s, of what doesn't %s", sc.actor, text, unknown)
		}
	}
}

const unauthorized = `{"code":401,"msg":"a valid login is needed","data":null,"reason":"unauthorized"}`

// hides reports whether a refusal must be the one that something unknown gets:
// whatever outsiders are refused, and a message that isn't one's own.
func (sc scene) hides(row *permission, want string) bool {
	if want != "404" && want != "not_member" {
		return false
	}
	outsider := sc.actor == "stranger" || sc.actor == "banned"
	return outsider || strings.HasPrefix(row.request, "POST /messages/")
}

// TestPermissionsAreComplete: every operation that the OpenAPI document describes
// has a row, and every row is one of them.
func TestPermissionsAreComplete(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	_, text := s.exchange("GET", "/api/v1/openapi.json", "")
	var document struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for path, methods := range document.Paths {
		for method := range methods {
			rows[strings.ToUpper(method)+" "+path] = 0
		}
	}
	if len(rows) < 40 {
		t.Fatalf("the document has only %d operations", len(rows))
	}
	for _, row := range slices.Concat(messagePermissions, conversationPermissions, groupPermissions, memberPermissions, userPermissions, deskPermissions) {
		found := false
		for op := range rows {
			if isOperation(row.request, op) {
				rows[op]++
				found = true
			}
		}
		if !found {
			t.Errorf("%s is not in the document", row.request)
		}
	}
	for op, n := range rows {
		if n == 0 {
			t.Errorf("nothing says who may do %s", op)
		}
	}
}

// isOperation reports whether a request is one of an operation such as
// GET /api/v1/groups/{id}.
func isOperation(request, op string) bool {
	method, path, _ := strings.Cut(request, " ")
	path, _, _ = strings.Cut(full(path), "?")
	got, want := strings.Split(method+" "+path, "/"), strings.Split(op, "/")
	return slices.EqualFunc(got, want, func(g, w string) bool {
		return g == w || strings.HasPrefix(g, "$") && strings.HasPrefix(w, "{")
	})
}

// full is a path with its prefix.
func full(path string) string {
	if path == "/healthz" || path == "/readyz" {
		return path
	}
	return "/api/v1" + path
}
