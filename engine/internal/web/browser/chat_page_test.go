package browser_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// person is somebody with the chat page open.
type person struct {
	*tab
	user string
}

// chats opens the chat page as a user, in a conversation if one is named, such as
// "single_alice:bob".
func (s *site) chats(user, conversation string) *person {
	s.t.Helper()
	return s.chatsAt(user, conversation, desktop)
}

func (s *site) chatsAt(user, conversation string, at size) *person {
	s.t.Helper()
	address := "/?uid=" + user
	if conversation != "" {
		address += "#/" + conversation
	}
	p := &person{s.open(user, address, at), user}
	p.online()
	if conversation != "" {
		p.want(`document.querySelector("[data-testid=title]") && !document.querySelector(".scroller .spinner")`)
	}
	return p
}

// online waits until the page is connected and has its list.
func (p *person) online() {
	p.t.Helper()
	p.want(`document.querySelector(".app") && !document.querySelector("[data-testid=banner]") && !document.querySelector(".lines .spinner")`)
}

// say writes into the open conversation.
func (p *person) say(text string) {
	p.t.Helper()
	p.typeInto("[data-testid=composer]", text+"\r")
}

// sees waits until the last messages of the thread are these, in this order.
func (p *person) sees(texts ...string) {
	p.t.Helper()
	p.want(fmt.Sprintf(`JSON.stringify(%s.slice(-%d)) === JSON.stringify(%s)`, threadTexts, len(texts), list(texts)))
}

// threadTexts are the texts of the messages in the thread.
const threadTexts = `[...document.querySelectorAll("[data-testid=message] .content")].map(e => e.innerText.trim())`

// texts are what the thread holds now.
func (p *person) texts() []string {
	p.t.Helper()
	return get[[]string](p.tab, threadTexts)
}

// stored waits until nothing waits to be sent.
func (p *person) stored() {
	p.t.Helper()
	p.want(`!document.querySelector("[data-tick=queued], [data-tick=sending]")`)
}

// message is a selector of the message with a text; within is of something in it.
func (p *person) message(text, within string) string {
	p.t.Helper()
	const mark = `(() => {
		const rows = [...document.querySelectorAll("[data-testid=message]")].filter(e => e.querySelector(".content").innerText.trim() === %s);
		if (rows.length !== 1) return false;
		rows[0].dataset.mark = %s;
		return true;
	})()`
	p.want(fmt.Sprintf(mark, strconv.Quote(text), strconv.Quote(text)))
	return fmt.Sprintf("[data-mark=%s] %s", strconv.Quote(text), within)
}

// act chooses something from the menu of the message with a text.
func (p *person) act(text, action string) {
	p.t.Helper()
	p.click(p.message(text, "[data-testid=more]"))
	p.click(".menu [data-testid=" + action + "]")
}

// lineOf is a selector of a conversation's line in the list.
func lineOf(conversation string) string {
	return fmt.Sprintf("[data-conv=%s]", strconv.Quote(conversation))
}

// press presses a key where the focus is.
func (p *person) press(key string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(key, options...))
}

func list(texts []string) string {
	text := "["
	for i, s := range texts {
		if i > 0 {
			text += ","
		}
		text += strconv.Quote(s)
	}
	return text + "]"
}

func TestChatBothWays(t *testing.T) {
	s := newSite(t, nil)
	alice := s.chats("alice", "single_alice:bob")
	bob := s.chats("bob", "")

	alice.say("hi bob")
	bob.want(`document.querySelector("[data-testid=unread]")?.innerText === "1"`)
	bob.want(`document.title === "(1) Gannet"`)
	alice.want(`document.querySelector("[data-testid=tick]")?.dataset.tick === "sent"`)

	bob.click(lineOf("single_alice:bob"))
	bob.sees("hi bob")
	bob.want(`document.title === "Gannet" && !document.querySelector("[data-testid=unread]")`)
	alice.want(`document.querySelector("[data-testid=tick]")?.dataset.tick === "read"`)

	bob.say("hello alice")
	alice.sees("hi bob", "hello alice")
	bob.sees("hi bob", "hello alice")
	bob.shot("thread")
}
