package browser_test

import (
	"fmt"
	"strconv"
	"testing"
)

// events are the lines between the messages that tell what happened.
const events = `[...document.querySelectorAll(".row.event")].map(e => e.innerText.trim())`

// member opens the menu of a member in the group's dialog and chooses something.
func (p *person) member(user, action string) {
	p.t.Helper()
	p.click(fmt.Sprintf("[data-testid=member][data-user=%s] [data-testid=member-menu]", strconv.Quote(user)))
	p.click(".menu [data-testid=" + action + "]")
}

func (p *person) tells(event string) {
	p.t.Helper()
	p.want(events + `.some(text => text.includes(` + strconv.Quote(event) + `))`)
}

// A group's whole life, by clicks.
func TestChatGroup(t *testing.T) {
	s := newSite(t, nil)
	alice := s.chats("alice", "")
	bob := s.chats("bob", "")
	alice.click("[data-testid=new]")
	alice.click("[data-testid=tab-group]")
	alice.typeInto("[data-testid=group-name]", "Crew")
	alice.typeInto("[data-testid=group-members]", "bob, carol")
	alice.click("summary")
	alice.typeInto("[data-testid=group-id]", "crew")
	alice.click("[data-testid=begin]")
	alice.want(`document.querySelector("[data-testid=subtitle]")?.innerText.includes("3 members")`)
	alice.tells("You created the group with bob, carol")

	bob.click(lineOf("group_crew"))
	bob.tells("alice created the group with you, carol")
	bob.say("ahoy")
	alice.sees("ahoy")

	// Settings, roles.
	alice.click("[data-testid=group]")
	alice.click("[data-testid=tab-settings]")
	alice.do(setValue("[data-testid=set-name]", "The crew"), setValue("[data-testid=set-announcement]", "Bring oilskins"), setValue("[data-testid=group-join]", "approval"))
	alice.click("[data-testid=save]")
	bob.want(`document.querySelector("[data-testid=title]").innerText === "The crew"`)
	bob.want(`document.querySelector("[data-testid=notice]")?.innerText.includes("Bring oilskins")`)
	alice.click("[data-testid=tab-members]")
	alice.member("bob", "role")
	bob.tells("alice made you an admin")
	alice.want(`document.querySelector("[data-user=bob] [data-testid=role]")?.innerText === "Admin"`)

	// Somebody asks to come in.
	dora := s.chats("dora", "")
	dora.click("[data-testid=new]")
	dora.click("[data-testid=tab-join]")
	dora.typeInto("[data-testid=group]", "crew\r")
	dora.click("[data-testid=join]")
	bob.want(`document.querySelector("[data-testid=requests]")?.innerText === "1"`)
	bob.click("[data-testid=group]")
	bob.click("[data-testid=tab-requests]")
	bob.click("[data-user=dora] [data-testid=accept]")
	dora.want(`document.querySelector("[data-testid=subtitle]")?.innerText.includes("4 members")`)
	dora.say("thank you")
	alice.sees("ahoy", "thank you")

	// Mute, remove, ban.
	bob.click("[data-testid=tab-members]")
	bob.member("dora", "mute-3600")
	dora.want(`document.querySelector("[data-testid=composer]").disabled`)
	bob.member("dora", "unmute")
	dora.want(`!document.querySelector("[data-testid=composer]").disabled`)
	bob.member("carol", "kick")
	bob.click("[data-testid=sure]")
	alice.tells("bob removed carol")
	alice.member("dora", "ban")
	alice.click("[data-testid=sure]")
	dora.want(`document.querySelector("[data-testid=notice]")?.innerText.includes("not yours any more")`)
	alice.click("[data-testid=tab-bans]")
	alice.click("[data-user=dora] [data-testid=unban]")
	alice.tells("You lifted the ban on dora")

	// Hand over, leave, dissolve.
	alice.click("[data-testid=tab-members]")
	alice.member("bob", "transfer")
	alice.click("[data-testid=sure]")
	alice.want(`document.querySelector("[data-user=bob] [data-testid=role]")?.innerText === "Owner"`)
	alice.click("[data-testid=leave-group]")
	alice.click("[data-testid=sure]")
	bob.tells("alice left")
	bob.click("[data-testid=dissolve]")
	bob.click("[data-testid=sure]")
	bob.tells("You dissolved the group")
	bob.want(`document.querySelector("[data-testid=composer]").disabled`)
}

// Mentions are proposed, marked and called to the one who is meant.
func TestChatMention(t *testing.T) {
	s := newSite(t, unlimited)
	s.ask("alice", "POST", "/groups", map[string]any{"group_id": "crew", "name": "Crew", "members": []string{"bob", "bert", "carol"}})
	alice := s.chats("alice", "group_crew")
	bob := s.chats("bob", "")
	alice.want(`document.querySelector("[data-testid=subtitle]").innerText.includes("4 members")`)
	alice.typeInto("[data-testid=composer]", "ask @b")
	alice.want(`document.querySelectorAll("[data-testid=proposal]").length === 2`)
	alice.shot("proposals")
	alice.typeInto("[data-testid=composer]", "o")
	alice.want(`document.querySelectorAll("[data-testid=proposal]").length === 1`)
	alice.press("\r")
	alice.want(`document.querySelector("[data-testid=composer]").value === "ask @bob "`)
	alice.say("about it")
	alice.sees("ask @bob about it")
	bob.want(`document.querySelector(` + strconv.Quote(lineOf("group_crew")) + `).innerText.includes("@")`)
	bob.click(lineOf("group_crew"))
	bob.want(`document.querySelector(".content .mention").innerText === "@bob"`)

	// Who has read it?
	alice.want(`document.querySelector("[data-testid=tick]").dataset.tick === "read"`)
	alice.act("ask @bob about it", "readers")
	alice.want(`document.querySelector("[data-testid=reader]")?.innerText.includes("bob") && document.querySelectorAll("[data-testid=not-reader]").length === 2`)
}

// Settings of one's own list, and blocks.
func TestChatSettings(t *testing.T) {
	s := newSite(t, unlimited)
	s.tell("bob", map[string]any{"to": "alice", "content": "one"})
	s.tell("carol", map[string]any{"to": "alice", "content": "two"})
	alice := s.chats("alice", "")
	first := func(conv string) {
		t.Helper()
		alice.want(`document.querySelector("[data-testid=line]").dataset.conv === ` + strconv.Quote(conv))
	}
	menu := func(conv, action string) {
		t.Helper()
		alice.click(lineOf(conv))
		alice.want(`document.querySelector(` + strconv.Quote(lineOf(conv)) + `).ariaCurrent === "true"`)
		alice.click("[data-testid=conversation-menu]")
		alice.click(".menu [data-testid=" + action + "]")
	}
	first("single_alice:carol")
	menu("single_alice:bob", "pin")
	first("single_alice:bob")
	menu("single_alice:bob", "pin")
	first("single_alice:carol")
	menu("single_alice:carol", "mute")
	s.tell("carol", map[string]any{"to": "alice", "content": "three"})
	menu("single_alice:bob", "clear")
	alice.click("[data-testid=sure]")
	alice.want(`document.querySelectorAll("[data-testid=message]").length === 0`)
	s.tell("carol", map[string]any{"to": "alice", "content": "four"})
	alice.want(`document.querySelector("[data-testid=unread].muted")?.innerText === "1" && document.title === "Gannet"`)
	menu("single_alice:carol", "hide")
	alice.want(`document.querySelectorAll("[data-testid=line]").length === 1`)
	s.tell("carol", map[string]any{"to": "alice", "content": "five"})
	alice.want(`document.querySelectorAll("[data-testid=line]").length === 2`)

	menu("single_alice:bob", "block")
	alice.want(`document.querySelector("[data-testid=composer]").disabled`)
	bob := s.chats("bob", "single_alice:bob")
	bob.say("hello?")
	bob.want(`document.querySelector("[data-tick=failed]") && document.querySelector(".pending .error").innerText.includes("takes no messages")`)
	bob.shot("refused")
	alice.click("[data-testid=menu]")
	alice.click("[data-testid=blocks]")
	alice.click("[data-testid=unblock]")
	alice.want(`!document.querySelector("[data-testid=blocked]")`)
	bob.click("[data-testid=again]")
	bob.stored()
	alice.press("\x1b")
	alice.sees("hello?")
}
