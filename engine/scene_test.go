package engine_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// stage makes scenes on a server, each with a group and users of its own, so that
// what is done in one disturbs no other.
type stage struct {
	*server
	made atomic.Int64
}

// scene is a group, what was written in it and between two of its members, and who
// is there. Its words stand for ids: $group and $conv, the users, $mine (the
// actor's message in the group), $theirs (that of $other, at $seq), $note (from $member to
// $other) and $reply (back), both in $single.
type scene struct {
	actor   string
	words   map[string]string
	logins  map[string]string // tokens of actors of the desk
	changed bool              // something was done in it
}

// The members of a scene's group when it is made, and who isn't one.
var (
	insiders  = []string{"admin", "deputy", "member", "muted", "banned", "other"}
	outsiders = []string{"owner", "stranger", "guest", "asker", "outcast"}
)

// scene makes one with a group that has a way in: closed where join is empty.
func (st *stage) scene(s *server, join string) scene {
	s.t.Helper()
	n := st.made.Add(1)
	sc := scene{words: map[string]string{"seq": "4"}}
	name := func(word string) string { return fmt.Sprintf("%s.%d", word, n) }
	for _, user := range slices.Concat(insiders, outsiders) {
		sc.words[user] = name(user)
	}
	sc.words["group"] = name("g")
	sc.words["conv"] = "group_" + name("g")
	sc.words["single"] = "single_" + name("member") + ":" + name("other")
	if join == "" {
		join = "closed"
	}
	sc.doAll(s, []string{
		`owner POST /groups {"group_id":"$group","name":"n","join":"` + join + `","members":["$` + strings.Join(insiders, `","$`) + `"]}`,
		`owner PUT /groups/$group/members/$admin {"role":"admin"}`,
		`owner PUT /groups/$group/members/$deputy {"role":"admin"}`,
	})
	sc.write(s)
	sc.doAll(s, []string{
		`owner PUT /groups/$group/members/$muted {"mute_s":3600}`,
		`owner PUT /groups/$group/bans/$banned`,
		`owner PUT /groups/$group/bans/$outcast`,
	})
	return sc
}

// write sends the scene's messages, by the key of a backend.
func (sc scene) write(s *server) {
	s.t.Helper()
	senders := []string{"other", "owner", "admin", "member", "muted", "banned"}
	var messages []string
	for _, user := range senders {
		messages = append(messages, `{"from":"$`+user+`","group_id":"$group","content":"hi"}`)
	}
	messages = append(messages,
		`{"from":"$member","to":"$other","content":"hi"}`,
		`{"from":"$other","to":"$member","content":"hi"}`)
	data := s.api("POST", "/api/v1/messages/batch", sc.expand(`{"messages":[`+strings.Join(messages, ",")+`]}`), "X-API-Key", shopKey)
	for i, result := range data["results"].([]any) {
		id, ok := result.(object)["msg_id"].(string)
		if !ok {
			s.t.Fatalf("%s: %v", messages[i], result)
		}
		if i < len(senders) {
			sc.words["by "+senders[i]] = id
		} else {
			sc.words[[]string{"note", "reply"}[i-len(senders)]] = id
		}
	}
	sc.words["theirs"] = sc.words["by other"]
}

// as is the scene as an actor of the table sees it.
func (sc scene) as(actor string) scene {
	words := maps.Clone(sc.words)
	who := actor
	if words[actor] == "" {
		who = "member" // whose token has expired, or for whom a backend acts
	}
	if sc.logins != nil && words[actor] == "" {
		who = map[string]string{"acting": "user", "expired": "agent"}[actor]
	}
	words["me"], words["mine"] = words[who], words["by "+who]
	if words["mine"] == "" {
		words["mine"] = words["theirs"]
	}
	return scene{actor: actor, words: words, logins: sc.logins}
}

// elsewhere is the scene with ids of what doesn't exist in the place of its group,
// conversations and messages.
func (sc scene) elsewhere() scene {
	words := maps.Clone(sc.words)
	for _, word := range []string{"mine", "theirs", "note", "reply"} {
		words[word] = "1"
	}
	words["group"] += "x"
	words["conv"] += "x"
	words["single"] = "single_" + words["guest"] + "x:" + words["guest"] + "y"
	return scene{actor: sc.actor, words: words}
}

func (sc scene) expand(text string) string {
	return os.Expand(text, func(word string) string {
		id, ok := sc.words[word]
		if !ok {
			panic("no $" + word + " in a scene")
		}
		return id
	})
}

// doAll carries out steps.
func (sc scene) doAll(s *server, steps []string) {
	s.t.Helper()
	for _, step := range steps {
		sc.do(s, step)
	}
}

// do carries out a step: who, method, path and body. It must succeed; the answer is
// returned.
func (sc scene) do(s *server, step string) string {
	s.t.Helper()
	part := append(strings.SplitN(step, " ", 4), "")
	status, text := s.exchange(part[1], full(sc.expand(part[2])), sc.expand(part[3]), "X-API-Key", shopKey, "X-User-Id", sc.words[part[0]])
	if status != 200 {
		s.t.Fatalf("%s: %d %s", step, status, text)
	}
	return string(text)
}

// ask makes a row's request as the actor.
func (sc scene) ask(s *server, row *permission) (status int, text []byte) {
	s.t.Helper()
	method, path, _ := strings.Cut(row.request, " ")
	return s.exchange(method, full(sc.expand(path)), sc.expand(row.body), sc.login(s.t)...)
}

// login is how the actor says who it is.
func (sc scene) login(t *testing.T) (headers []string) {
	t.Helper()
	me := sc.words["me"]
	if token := sc.logins[sc.actor]; token != "" {
		return []string{"Authorization", "Bearer " + token}
	}
	switch sc.actor {
	case "key":
		return []string{"X-API-Key", shopKey}
	case "acting":
		return []string{"X-API-Key", shopKey, "X-User-Id", me}
	case "expired":
		return []string{"Authorization", "Bearer " + token(t, me, -hour)}
	case "nobody":
		return nil
	}
	return []string{"Authorization", "Bearer " + token(t, me, hour)}
}
