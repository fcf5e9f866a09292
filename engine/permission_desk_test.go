package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// deskActors are the columns of the table of who may do what at the desk:
//
//   - visitor is an anonymous one with $session, in the charge of agent, and with
//     $closed, which that agent had
//   - other is an anonymous visitor with $waiting, which nobody has
//   - user has a plain token of the site
//   - agent and rival have tokens with this role, boss one of a supervisor
//   - chief has a plain token, and is a supervisor by a record that a backend made
//
// Then come a backend's API key alone, with user as the acting one, the agent's token
// after its end, and no login at all.
const deskActors = "visitor other user agent rival boss chief key acting expired nobody"

// deskPermissions are the rows. $reply is a canned reply of agent, $shared one for
// everybody.
var deskPermissions = []permission{
	//                      visitor  other    user     agent    rival    boss     chief    key      acting   expired  nobody
	{request: "POST /desk/visitors", body: `{"name":"Ann"}`,
		want: "             200      200      200      200      200      200      200      200      200      200      200"},
	{request: "POST /desk/visitors/me/renew",
		want: "             200      200      403      403      403      403      403      400      403      expired  401"},
	{request: "POST /desk/visitors/me/identify", body: `{"user_id":"$user","hmac":"$proof"}`,
		want: "             200      200      403      403      403      403      403      400      403      expired  401"},
	{request: "POST /desk/visitors/me/identify", body: `{"token":"$agenttoken"}`,
		want: "             403      403      403      403      403      403      403      400      403      expired  401"},

	//                      visitor  other    user     agent    rival    boss     chief    key      acting   expired  nobody
	{request: "POST /desk/sessions", body: `{}`,
		want: "             200      200      200      200      200      200      200      400      200      expired  401"},
	{request: "POST /desk/sessions", body: `{"priority":1}`,
		want: "             403      403      403      403      403      403      403      400      200      expired  401"},
	{request: "GET /desk/sessions",
		want: "             200      200      200      200      200      200      200      200      200      expired  401"},
	{request: "GET /desk/sessions?visitor=$visitor",
		want: "             200      403      403      200      200      200      200      200      403      expired  401"},
	{request: "GET /desk/sessions?agent=$agent",
		want: "             200      200      200      200      403      200      200      200      200      expired  401"},
	{request: "GET /desk/sessions?tag=a", // the visitor would learn what the staff has put on a session
		want: "             403      403      403      200      200      200      200      200      403      expired  401"},
	{request: "GET /desk/sessions?state=queued,offline",
		want: "             200      200      200      200      200      200      200      200      200      expired  401"},
	{request: "GET /desk/sessions/$session",
		want: "             200      404      404      200      404      200      200      200      404      expired  401"},
	{request: "GET /desk/sessions/$waiting",
		want: "             404      200      404      200      200      200      200      200      404      expired  401"},
	{request: "GET /desk/sessions/$closed",
		want: "             200      404      404      200      404      200      200      200      404      expired  401"},
	{request: "GET /desk/sessions/$session/transcript",
		want: "             200      404      404      200      404      200      200      200      404      expired  401"},
	{request: "GET /desk/sessions/$session/transcript?format=text",
		want: "             200      404      404      200      404      200      200      200      404      expired  401"},
	{request: "POST /desk/sessions/$session/close",
		want: "             200      404      404      200      404      200      200      200      404      expired  401"},
	{request: "POST /desk/sessions/$waiting/close",
		want: "             404      200      404      403      403      200      200      200      404      expired  401"},

	//                      visitor  other    user     agent    rival    boss     chief    key      acting   expired  nobody
	{request: "POST /desk/sessions/$waiting/claim",
		want: "             403      403      404      200      200      200      200      400      404      expired  401"},
	{request: "POST /desk/sessions/$session/claim",
		want: "             403      403      404      200      404      conflict conflict 400      404      expired  401"},
	{request: "POST /desk/sessions/$session/transfer", body: `{"skill":"$skill"}`,
		want: "             403      403      404      200      404      200      200      200      404      expired  401"},
	{request: "POST /desk/sessions/$session/notes", body: `{"text":"n"}`,
		want: "             403      403      404      200      404      200      200      400      404      expired  401"},
	{request: "POST /desk/sessions/$waiting/notes", body: `{"text":"n"}`,
		want: "             403      403      404      403      403      200      200      400      404      expired  401"},
	{request: "PUT /desk/sessions/$session/tags", body: `{"tags":["a"]}`,
		want: "             403      403      404      200      404      200      200      200      404      expired  401"},
	{request: "PUT /desk/sessions/$closed/tags", body: `{"tags":["a"]}`,
		want: "             403      403      404      200      404      200      200      200      404      expired  401"},
	{request: "POST /desk/sessions/$session/watch", body: `{"mode":"look"}`,
		want: "             403      403      404      403      404      200      200      400      404      expired  401"},
	{request: "POST /desk/sessions/$session/watch", body: `{"mode":"take_over"}`,
		want: "             403      403      404      403      404      200      200      400      404      expired  401"},
	{request: "DELETE /desk/sessions/$session/watch",
		want: "             403      403      404      200      404      200      200      400      404      expired  401"},
	{request: "POST /desk/sessions/$closed/rating", body: `{"rating":5}`,
		want: "             200      404      404      403      404      403      403      400      404      expired  401"},

	//                      visitor  other    user     agent    rival    boss     chief    key      acting   expired  nobody
	{request: "GET /desk/queue",
		want: "             403      403      403      200      200      200      200      200      403      expired  401"},
	{request: "GET /desk/next?visitor=$other",
		want: "             403      403      403      200      200      200      200      200      403      expired  401"},
	{request: "GET /desk/agents",
		want: "             403      403      403      200      200      200      200      200      403      expired  401"},
	{request: "GET /desk/agents/$agent",
		want: "             403      403      403      200      200      200      200      200      403      expired  401"},
	{request: "GET /desk/agents/$myself",
		want: "             403      403      403      200      200      200      200      400      403      expired  401"},
	{request: "PUT /desk/agents/$myself", body: `{"status":"busy"}`,
		want: "             403      403      403      200      200      200      200      400      403      expired  401"},
	{request: "PUT /desk/agents/$agent", body: `{"max_sessions":0}`,
		want: "             403      403      403      200      403      200      200      200      403      expired  401"},
	{request: "PUT /desk/agents/$agent", body: `{"role":"supervisor"}`,
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},
	{request: "PUT /desk/agents/$user", body: `{"role":"agent"}`,
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},
	{request: "DELETE /desk/agents/$agent",
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},

	//                      visitor  other    user     agent    rival    boss     chief    key      acting   expired  nobody
	{request: "GET /desk/skills",
		want: "             200      200      200      200      200      200      200      200      200      expired  401"},
	{request: "PUT /desk/skills/$skill", body: `{"name":"n"}`,
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},
	{request: "DELETE /desk/skills/$skill",
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},
	{request: "GET /desk/replies",
		want: "             403      403      403      200      200      200      200      200      403      expired  401"},
	{request: "POST /desk/replies", body: `{"title":"t","text":"x"}`,
		want: "             403      403      403      200      200      200      200      200      403      expired  401"},
	{request: "POST /desk/replies", body: `{"title":"t","text":"x","shared":true}`,
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},
	{request: "PUT /desk/replies/$reply", body: `{"title":"t","text":"x"}`,
		want: "             403      403      403      200      404      404      404      404      403      expired  401"},
	{request: "PUT /desk/replies/$shared", body: `{"title":"t","text":"x","shared":true}`,
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},
	{request: "DELETE /desk/replies/$reply",
		want: "             403      403      403      200      404      404      404      404      403      expired  401"},
	{request: "DELETE /desk/replies/$shared",
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},
	{request: "GET /desk/stats",
		want: "             403      403      403      403      403      200      200      200      403      expired  401"},

	// The rest of the API, of whom it is for the visitors.
	//                      visitor  other    user     agent    rival    boss     chief    key      acting   expired  nobody
	{request: "POST /messages/send", body: `{"conv_id":"service_$session","content":"x"}`,
		want: "             200      404      404      200      404      404      404      400      404      expired  401"},
	{request: "POST /messages/send", body: `{"conv_id":"service_$session.staff","content":"x"}`,
		want: "             404      404      404      200      404      404      404      400      404      expired  401"},
	{request: "POST /messages/send", body: `{"to":"$agent","content":"x"}`,
		want: "             403      403      200      400      200      200      200      400      200      expired  401"},
	{request: "GET /messages/history?conv_id=service_$session",
		want: "             200      404      404      200      404      404      404      400      404      expired  401"},
	{request: "GET /messages/history?conv_id=service_$session.staff",
		want: "             404      404      404      200      404      404      404      400      404      expired  401"},
	{request: "GET /messages/history?conv_id=service_$closed",
		want: "             200      404      404      404      404      404      404      400      404      expired  401"},
	{request: "GET /blocks",
		want: "             403      403      200      200      200      200      200      400      200      expired  401"},
	{request: "GET /users/$agent/presence",
		want: "             403      403      200      200      200      200      200      200      200      expired  401"},
	{request: "POST /groups", body: `{"name":"n"}`,
		want: "             403      403      200      200      200      200      200      400      200      expired  401"},
}

// TestDeskPermissions holds the desk's part of the HTTP API against its table.
func TestDeskPermissions(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	stage := &stage{server: s}
	names := strings.Fields(deskActors)
	for _, row := range deskPermissions {
		wants := strings.Fields(row.want)
		if len(wants) != len(names) {
			t.Fatalf("%s %s: %d outcomes for %d actors", row.request, row.body, len(wants), len(names))
		}
		t.Run(row.request+" "+row.body, func(t *testing.T) {
			t.Parallel()
			v := s.in(t)
			var sc scene
			for i, actor := range names {
				if i == 0 || sc.changed {
					sc = stage.deskScene(v)
				}
				sc.as(actor).checkDesk(v, &row, wants[i])
				sc.changed = wants[i] == "200" && !strings.HasPrefix(row.request, "GET ")
			}
		})
	}
}

// checkDesk asks as the scene's actor. Who is told that there is no such thing is told
// the same of what there really isn't.
func (sc scene) checkDesk(s *server, row *permission, want string) {
	s.t.Helper()
	status, text := sc.ask(s, row)
	var answer struct{ Reason string }
	if status != 200 {
		if err := json.Unmarshal(text, &answer); err != nil {
			s.t.Fatalf("%s: %q: %v", sc.actor, text, err)
		}
	}
	if w, ok := outcomes[want]; !ok || status != w.status || answer.Reason != w.reason {
		s.t.Errorf("%s: %d %.200s, want %s", sc.actor, status, text, want)
	}
	if want == "404" {
		if as, unknown := sc.noDesk().ask(s, row); as != status || !bytes.Equal(text, unknown) {
			s.t.Errorf("%s can tell what exists: %s, of what doesn't %s", sc.actor, text, unknown)
		}
	}
}

// noDesk is the scene with ids that stand for nothing.
func (sc scene) noDesk() scene {
	sc.words = maps.Clone(sc.words)
	for _, word := range []string{"session", "waiting", "closed", "reply", "shared"} {
		sc.words[word] = strings.ToUpper(sc.words[word])
	}
	return sc
}

// deskScene makes a desk's part of a scene.
func (st *stage) deskScene(s *server) scene {
	s.t.Helper()
	n := st.made.Add(1)
	sc := scene{words: map[string]string{"skill": fmt.Sprintf("skill.%d", n), "myself": "me"}, logins: map[string]string{}}
	for user, role := range map[string]string{"user": "", "agent": "agent", "rival": "agent", "boss": "supervisor", "chief": ""} {
		sc.words[user] = fmt.Sprintf("%s.%d", user, n)
		sc.logins[user] = sign(s.t, secret, jwt.MapClaims{"sub": sc.words[user], "role": role, "exp": time.Now().Add(hour).Unix()})
	}
	for _, visitor := range []string{"visitor", "other"} {
		data := sc.must(s, "nobody POST /desk/visitors")
		sc.words[visitor], sc.logins[visitor] = data["visitor_id"].(string), data["token"].(string)
	}
	sc.words["agenttoken"], sc.words["proof"] = sc.logins["agent"], proofOf(sc.words["user"])
	sc.must(s, `key PUT /desk/agents/$chief {"role":"supervisor"}`)
	sc.must(s, `key PUT /desk/skills/$skill {"name":"s"}`)
	sc.must(s, `agent PUT /desk/agents/me {"name":"Al"}`)
	sc.must(s, `rival PUT /desk/agents/me {"name":"Ri"}`)
	for _, word := range []string{"closed", "session"} {
		sc.words[word] = sc.must(s, "visitor POST /desk/sessions")["session_id"].(string)
		sc.must(s, "agent POST /desk/sessions/$"+word+"/claim")
		sc.must(s, `agent POST /desk/sessions/$`+word+`/notes {"text":"secret"}`)
		if word == "closed" {
			sc.must(s, "agent POST /desk/sessions/$closed/close")
		}
	}
	sc.words["waiting"] = sc.must(s, "other POST /desk/sessions")["session_id"].(string)
	sc.words["reply"] = sc.must(s, `agent POST /desk/replies {"title":"t","text":"x"}`)["reply_id"].(string)
	sc.words["shared"] = sc.must(s, `key POST /desk/replies {"title":"t","text":"x"}`)["reply_id"].(string)
	return sc
}

// must carries out a step as an actor, who logs in as in the table, and returns the
// answer.
func (sc scene) must(s *server, step string) object {
	s.t.Helper()
	part := append(strings.SplitN(step, " ", 4), "")
	status, text := sc.as(part[0]).ask(s, &permission{request: part[1] + " " + part[2], body: part[3]})
	var answer struct{ Data object }
	if err := json.Unmarshal(text, &answer); err != nil || status != 200 {
		s.t.Fatalf("%s: %d %s", step, status, text)
	}
	return answer.Data
}
