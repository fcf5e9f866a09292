package browser_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"gannet/engine"
)

// ask asks the HTTP API as a user and gives the data of its answer.
func (s *site) ask(user, method, path string, body any) map[string]any {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequest(method, s.url+"/api/v1"+path+"?uid="+user, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var envelope struct {
		Msg  string
		Data map[string]any
	}
	if err := json.NewDecoder(answer.Body).Decode(&envelope); err != nil || answer.StatusCode != 200 {
		s.t.Fatalf("%s %s: %d %s, %v", method, path, answer.StatusCode, envelope.Msg, err)
	}
	return envelope.Data
}

// tell sends a message and gives its id.
func (s *site) tell(from string, fields map[string]any) string {
	s.t.Helper()
	id, _ := s.ask(from, "POST", "/messages/send", fields)["msg_id"].(string)
	return id
}

func unlimited(c *engine.Config) { c.Limits.HTTPPerSecond = 0 }

// town is a site with people, groups and talk, as for a picture.
func town(t *testing.T) *site {
	s := newSite(t, unlimited)
	s.ask("alice", "POST", "/groups", map[string]any{
		"group_id": "harbour", "name": "Harbour crew", "members": []string{"bob", "carol", "dora", "erin"},
		"announcement": "Meeting on Thursday at ten, by the old pier.", "join": "approval",
	})
	s.ask("alice", "PUT", "/groups/harbour/members/bob", map[string]any{"role": "admin"})
	s.ask("frank", "POST", "/groups/harbour/join", map[string]any{"text": "I have a boat"})
	s.tell("carol", map[string]any{"to": "alice", "content": "See you tomorrow!"})
	s.tell("dora", map[string]any{"to": "alice", "content": map[string]any{"img": "https://example.com/cat.png"}, "content_type": "image"})
	s.tell("alice", map[string]any{"to": "erin", "content": "Did the parcel arrive?"})
	return s
}

// talk fills the group with a conversation.
func (s *site) talk() {
	s.t.Helper()
	first := s.tell("bob", map[string]any{"group_id": "harbour", "content": "Morning! Has anybody seen the tide tables? https://example.com/tides?port=north"})
	s.tell("carol", map[string]any{"group_id": "harbour", "content": "They are on the board in the office"})
	s.tell("carol", map[string]any{"group_id": "harbour", "content": "Low water is at 14:20, so we have until about four. If the wind stays as it is we should be back well before that; bring oilskins anyway, it looks grey over there."})
	answer := s.tell("alice", map[string]any{"group_id": "harbour", "content": "@bob I'll bring you a copy", "mentions": []string{"bob"}, "reply_to": first})
	s.tell("alice", map[string]any{"group_id": "harbour", "content": "and coffee ☕"})
	wrong := s.tell("dora", map[string]any{"group_id": "harbour", "content": "wrong window"})
	s.ask("dora", "POST", "/messages/recall", map[string]any{"id": wrong})
	s.ask("bob", "POST", "/messages/react", map[string]any{"id": answer, "emoji": "👍"})
	s.ask("carol", "POST", "/messages/react", map[string]any{"id": answer, "emoji": "👍"})
	s.ask("alice", "POST", "/messages/react", map[string]any{"id": first, "emoji": "😂"})
	s.ask("bob", "POST", "/messages/edit", map[string]any{"id": first, "content": "Good morning! Has anybody seen the tide tables? https://example.com/tides?port=north"})
	s.tell("dora", map[string]any{"group_id": "harbour", "content": "@alice two sugars please", "mentions": []string{"alice"}})
}

var looks = []struct {
	name   string
	at     size
	scheme string
}{
	{"wide-light", desktop, "light"}, {"wide-dark", desktop, "dark"},
	{"phone-dark", phone, "dark"}, {"phone-light", phone, "light"},
}

// everyLook takes a picture of a page at both widths, light and dark.
func (p *person) everyLook(name string) {
	p.t.Helper()
	for _, look := range looks {
		p.resize(look.at)
		p.scheme(look.scheme)
		p.shot(name + "-" + look.name)
	}
	p.resize(desktop)
	p.scheme("light")
}

func TestLooks(t *testing.T) {
	s := town(t)
	s.talk()
	stranger := &person{s.open("nobody", "/", desktop), ""}
	stranger.want(`document.querySelector("input[name=login]")`)
	stranger.everyLook("login")

	s.chats("bob", "")
	alice := s.chats("alice", "")
	alice.everyLook("list")
	alice.click(lineOf("group_harbour"))
	alice.sees("@alice two sugars please")
	alice.everyLook("thread")

	alice.click("[data-testid=group]")
	alice.want(`document.querySelectorAll("[data-testid=member]").length === 5`)
	alice.everyLook("group-members")
	alice.click("[data-testid=tab-settings]")
	alice.everyLook("group-settings")
	alice.click("[data-testid=tab-requests]")
	alice.everyLook("group-requests")
	alice.press("\x1b")
	alice.want(`!document.querySelector("dialog")`)

	alice.click("[data-testid=new]")
	alice.click("[data-testid=tab-group]")
	alice.everyLook("new-group")
	alice.press("\x1b")

	alice.click(alice.message("and coffee ☕", "[data-testid=more]"))
	alice.everyLook("message-menu")
	alice.press("\x1b")

	s.stop()
	alice.want(`document.querySelector("[data-testid=banner]")?.dataset.state === "waiting"`)
	alice.say("Is anybody there?")
	alice.everyLook("offline")
}
