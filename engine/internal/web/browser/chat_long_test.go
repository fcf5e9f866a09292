package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// However much has been said, and with however many people, the page holds what is
// in sight and a little more.
func TestChatLongListAndThread(t *testing.T) {
	s := newSite(t, unlimited)
	const people, messages = 150, 700
	for i := range people {
		s.tell(fmt.Sprintf("user%03d", i), map[string]any{"to": "alice", "content": "hello"})
	}
	first := s.tell("bob", map[string]any{"to": "alice", "content": "number 0"})
	for i := 1; i < messages-1; i++ {
		s.tell("bob", map[string]any{"to": "alice", "content": fmt.Sprintf("number %d", i)})
	}
	s.tell("bob", map[string]any{"to": "alice", "content": fmt.Sprintf("number %d", messages-1), "reply_to": first})
	s.ask("alice", "POST", "/messages/read", map[string]any{"conv_id": "single_alice:bob", "seq": messages})
	alice := s.chats("alice", "single_alice:bob")

	// The list, to its end and by the keyboard.
	bounded(t, alice, "[data-testid=line]", 50)
	alice.do(evaluate(`document.querySelector(".lines").scrollTop = 1e9`))
	alice.want(`[...document.querySelectorAll("[data-testid=line]")].at(-1).dataset.conv === "single_alice:user000"`)
	bounded(t, alice, "[data-testid=line]", 50)
	alice.do(evaluate(`[...document.querySelectorAll("[data-testid=line]")].at(-1).focus()`))
	for i := range 40 {
		alice.press(kb.ArrowUp)
		alice.want(fmt.Sprintf(`document.activeElement.dataset.conv === "single_alice:user%03d"`, i+1))
	}

	// The thread, to its beginning and back.
	alice.click(alice.message(fmt.Sprintf("number %d", messages-1), "[data-testid=quote]"))
	alice.want(`document.querySelector(".revealed .content")?.innerText.trim() === "number 0"`)
	checkOrder(t, alice.texts(), "number", get[int](alice.tab, threadTexts+`.length`))
	bounded(t, alice, ".row", 240)
	alice.do(evaluate(`window.down = setInterval(() => document.querySelector(".scroller").scrollTop += 500, 20)`))
	alice.want(fmt.Sprintf(threadTexts+`.at(-1) === "number %d"`, messages-1))
	alice.do(evaluate(`clearInterval(down)`))
	bounded(t, alice, ".row", 240)
	alice.do(evaluate(`document.querySelector(".scroller").scrollTop = 1e9`))
	alice.want(`!document.querySelector("[data-testid=newest]")`)

	// What was let go at the end comes back when one scrolls up.
	s.tell("bob", map[string]any{"to": "alice", "content": "and one more"})
	alice.sees("and one more")
	bounded(t, alice, ".row", 120)
	alice.do(evaluate(`window.up = setInterval(() => document.querySelector(".scroller").scrollTop -= 500, 20)`))
	alice.want(threadTexts + `[0] === "number 0"`)
	alice.do(evaluate(`clearInterval(up)`))
	bounded(t, alice, ".row", 240)
	checkOrder(t, alice.texts(), "number", get[int](alice.tab, threadTexts+`.length`))
}

// Of a conversation that nobody opens, the page holds the end and counts the rest.
func TestChatCountsWhatItLetGo(t *testing.T) {
	s := newSite(t, unlimited)
	s.tell("bob", map[string]any{"to": "alice", "content": "number 0"})
	alice := s.chats("alice", "")
	const messages = 650
	for i := 1; i < messages; i++ {
		s.tell("bob", map[string]any{"to": "alice", "content": fmt.Sprintf("number %d", i)})
	}
	alice.want(fmt.Sprintf(`document.querySelector("[data-testid=unread]")?.innerText === "%d"`, messages))
	alice.click(lineOf("single_alice:bob"))
	alice.click("[data-testid=newest]")
	alice.want(`!document.querySelector("[data-testid=unread]") && document.title === "Gannet"`)
	alice.want(fmt.Sprintf(threadTexts+`.at(-1) === "number %d"`, messages-1))
}

func bounded(t *testing.T, p *person, selector string, most int) {
	t.Helper()
	if n := get[int](p.tab, fmt.Sprintf(`document.querySelectorAll(%q).length`, selector)); n == 0 || n > most {
		t.Errorf("%d of %s, want 1 to %d", n, selector, most)
	}
}
