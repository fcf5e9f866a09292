package engine_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// socketPermission is a row for the WebSocket: a message, and what comes of it for
// the first six of the actors: the type of the answer, or the refusal as in the
// other table. Who types is "heard" by $other, "gone" is the word of a sync, and
// "-" is no answer at all.
type socketPermission struct {
	message string // JSON, but for the cid
	join    string
	before  []string
	want    string
}

var socketPermissions = []socketPermission{
	//               stranger   member  muted   banned     admin   owner
	{message: `"type":"send","group_id":"$group","content":"hi"`,
		want: "      not_member sent    muted   not_member sent    sent"},
	{message: `"type":"send","group_id":"$group","content":"hi"`, join: "open",
		want: "      not_member sent    muted   not_member sent    sent"},
	{message: `"type":"send","conv_id":"$conv","content":"hi"`, before: mutedGroup,
		want: "      not_member muted   muted   not_member sent    sent"},
	{message: `"type":"send","conv_id":"$conv","content":"hi"`, before: dissolvedGroup,
		want: "      not_member not_member not_member not_member not_member not_member"},
	{message: `"type":"send","group_id":"$group","content":"hi","reply_to":"$theirs"`,
		want: "      not_member sent    muted   not_member sent    sent"},
	{message: `"type":"send","group_id":"$group","content":"hi","reply_to":"$note"`, // of another conversation
		want: "      not_member 404     muted   not_member 404     404"},
	{message: `"type":"send","to":"$other","content":"hi"`,
		want: "      sent       sent    sent    sent       sent    sent"},
	{message: `"type":"send","conv_id":"$single","content":"hi"`,
		want: "      404        sent    404     404        404     404"},
	{message: `"type":"send","to":"$other","content":"hi"`, before: []string{`other PUT /blocks/$me`},
		want: "      blocked    blocked blocked blocked    blocked blocked"},

	//               stranger   member  muted   banned     admin   owner
	{message: `"type":"typing","group_id":"$group"`,
		want: "      not_member heard   muted   not_member heard   heard"},
	{message: `"type":"typing","conv_id":"$conv"`, before: mutedGroup,
		want: "      not_member muted   muted   not_member heard   heard"},
	{message: `"type":"typing","to":"$other"`,
		want: "      heard      heard   heard   heard      heard   heard"},
	{message: `"type":"typing","conv_id":"$single"`,
		want: "      404        heard   404     404        404     404"},
	{message: `"type":"typing","to":"$other"`, before: []string{`other PUT /blocks/$me`},
		want: "      blocked    blocked blocked blocked    blocked blocked"},

	//               stranger   member  muted   banned     admin   owner
	{message: `"type":"recall","id":"$mine"`,
		want: "      404        ok      ok      404        ok      ok"},
	{message: `"type":"recall","id":"$theirs"`,
		want: "      404        404     404     404        ok      ok"},
	{message: `"type":"recall","id":"$reply"`,
		want: "      404        404     404     404        404     404"},
	{message: `"type":"edit","id":"$mine","content":"ho"`,
		want: "      404        ok      muted   404        ok      ok"},
	{message: `"type":"edit","id":"$theirs","content":"ho"`,
		want: "      404        404     404     404        404     404"},
	{message: `"type":"react","id":"$theirs","emoji":"👍"`,
		want: "      404        ok      muted   404        ok      ok"},
	{message: `"type":"react","id":"$reply","emoji":"👍"`, before: []string{`other PUT /blocks/$member`},
		want: "      404        blocked 404     404        404     404"},

	//               stranger   member  muted   banned     admin   owner
	{message: `"type":"read","conv_id":"$conv","seq":2`,
		want: "      404        ok      ok      404        ok      ok"},
	{message: `"type":"read","ids":["$reply"]`,
		want: "      404        ok      404     404        404     404"},
	{message: `"type":"ack","conv_id":"$conv","seq":2`,
		want: "      -          -       -       -          -       -"},
	{message: `"type":"ack","ids":["$theirs"]`,
		want: "      -          -       -       -          -       -"},
	{message: `"type":"history","group_id":"$group"`,
		want: "      404        history history 404        history history"},
	{message: `"type":"history","conv_id":"$single"`,
		want: "      404        history 404     404        404     404"},
	{message: `"type":"sync","cursors":{"$conv":1}`,
		want: "      gone       synced  synced  gone       synced  synced"},
	{message: `"type":"sync","cursors":{"$conv":1}`, before: dissolvedGroup,
		want: "      gone       gone    gone    gone       gone    gone"},
	{message: `"type":"sync","cursors":{"$single":1}`,
		want: "      gone       synced  gone    gone       gone    gone"},

	//               stranger   member  muted   banned     admin   owner
	{message: `"type":"conversations"`,
		want: "      conversations conversations conversations conversations conversations conversations"},
	{message: `"type":"presence","users":["$other"],"watch":true`,
		want: "      presence   presence presence presence presence presence"},
	{message: `"type":"agent","status":"online"`,
		want: "      403        403     403     403        403     403"},
	{message: `"type":"send","conv_id":"service_none","content":"hi"`,
		want: "      404        404     404     404        404     404"},
	{message: `"type":"ping"`,
		want: "      pong       pong    pong    pong       pong    pong"},
}

// TestSocketPermissions holds the WebSocket's verbs against their table.
func TestSocketPermissions(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	stage := &stage{server: s}
	for _, row := range socketPermissions {
		t.Run(strings.Join(slices.Concat([]string{row.message, row.join}, row.before), " "), func(t *testing.T) {
			t.Parallel()
			v := s.in(t)
			var sc scene
			for i, want := range strings.Fields(row.want) {
				actor := strings.Fields(actors)[i]
				if i == 0 || sc.changed || personal(row.before) {
					sc = stage.scene(v, row.join)
					sc.as(actor).doAll(v, row.before)
				}
				sc.as(actor).checkSocket(v, &row, want)
				sc.changed = want == "sent" || want == "ok"
				v.hangUp()
			}
		})
	}
}

// enters connects a client of one of the scene's users that is sent nothing of
// what was before.
func (sc scene) enters(s *server, who string) *client {
	s.t.Helper()
	c := s.dial("token="+token(s.t, sc.words[who], hour), "gannet.v1")
	c.expect(object{"type": "system", "event": "welcome", "user_id": sc.words[who]})
	return c
}

// checkSocket sends the message as the actor and checks what comes of it.
func (sc scene) checkSocket(s *server, row *socketPermission, want string) {
	s.t.Helper()
	c := sc.enters(s, "me")
	if want == "heard" {
		sc.checkHeard(s, c, row)
		return
	}
	text := c.outcome(sc.message(row))
	var got struct {
		Type, Reason string
		Code         int
		Convs        map[string]struct{ Gone bool }
	}
	if err := json.Unmarshal(text, &got); err != nil {
		s.t.Fatal(err)
	}
	outcome := got.Type
	for _, conv := range got.Convs {
		if conv.Gone {
			outcome = "gone"
		}
	}
	refusal, refused := outcomes[want]
	switch {
	case want == "-":
		if outcome != "pong" {
			s.t.Errorf("%s: %s, want nothing", sc.actor, text)
		}
		return
	case !refused && outcome != want, refused && (got.Code != refusal.status || got.Reason != refusal.reason):
		s.t.Errorf("%s: %s, want %s", sc.actor, text, want)
	}
	if outsider := sc.actor == "stranger" || sc.actor == "banned"; want == "gone" || want == "404" && !strings.Contains(row.message, "reply_to") || want == "not_member" && outsider {
		sc.checkHidden(c, row, text)
	}
}

// checkHeard: the other is told that the actor types.
func (sc scene) checkHeard(s *server, c *client, row *socketPermission) {
	s.t.Helper()
	other := sc.enters(s, "other")
	other.send(`{"type":"sync"}`)
	other.nextOf("synced")
	c.send(sc.message(row))
	if got := other.nextOf("typing"); got["from"] != sc.words["me"] {
		s.t.Errorf("%s: the other hears %v", sc.actor, got)
	}
	c.expectQuiet()
}

// checkHidden: the answer is the one that something unknown gets.
func (sc scene) checkHidden(c *client, row *socketPermission, text []byte) {
	c.t.Helper()
	not := sc.elsewhere()
	unknown := c.outcome(not.message(row))
	for _, word := range []string{"conv", "single"} {
		unknown = bytes.ReplaceAll(unknown, []byte(not.words[word]+`"`), []byte(sc.words[word]+`"`))
	}
	if !bytes.Equal(text, unknown) {
		c.t.Errorf("%s can tell what exists: %s, of what doesn't %s", sc.actor, text, unknown)
	}
}

func (sc scene) message(row *socketPermission) string {
	return sc.expand(`{"cid":"x",` + row.message + `}`)
}

// outcome sends a message and returns the answer to it, or to the ping behind it
// where it has none.
func (c *client) outcome(message string) []byte {
	c.t.Helper()
	c.send(message)
	if strings.Contains(message, `"type":"ack"`) {
		c.send(`{"type":"ping","cid":"x"}`)
	}
	for {
		text, err := c.read()
		if err != nil {
			c.t.Fatal(err)
		}
		if bytes.Contains(text, []byte(`"cid":"x"`)) {
			return text
		}
	}
}

// nextOf reads on to a message of one of the types.
func (c *client) nextOf(types ...any) object {
	c.t.Helper()
	for {
		if m := c.next(); slices.Contains(types, m["type"]) {
			return m
		}
	}
}
