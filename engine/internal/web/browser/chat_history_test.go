package browser_test

import (
	"fmt"
	"strconv"
	"testing"
)

// Scrolling up brings older messages, and what one looks at stays where it is.
func TestChatHistoryKeepsItsPlace(t *testing.T) {
	s := newSite(t, unlimited)
	const count = 220
	for i := range count {
		from, to := "alice", "bob"
		if i%3 == 0 {
			from, to = to, from
		}
		s.tell(from, map[string]any{"to": to, "content": fmt.Sprintf("number %d", i)})
	}
	s.ask("alice", "POST", "/messages/read", map[string]any{"conv_id": "single_alice:bob", "seq": count})
	alice := s.chats("alice", "single_alice:bob")
	alice.sees(fmt.Sprintf("number %d", count-1))

	// What is in sight at the top is watched through each page that is put in above it.
	const watch = `(() => {
		const s = document.querySelector(".scroller"), top = s.getBoundingClientRect().top;
		const row = [...s.querySelectorAll("[data-testid=message]")].find(e => e.getBoundingClientRect().bottom > top);
		window.watched = row; window.count = s.querySelectorAll("[data-testid=message]").length; window.jumps ??= [];
		window.at = row.getBoundingClientRect().top;
	})()`
	for {
		before := get[int](alice.tab, threadTexts+`.length`)
		if before == count {
			break
		}
		alice.do(evaluate(`document.querySelector(".scroller").scrollTop = 900`))
		alice.do(evaluate(watch))
		alice.do(evaluate(`document.querySelector(".scroller").scrollTop = 700; at += 200`))
		alice.want(fmt.Sprintf(threadTexts+`.length > %d && !document.querySelector(".scroller .spinner")`, before))
		if moved := get[float64](alice.tab, `Math.abs(watched.getBoundingClientRect().top - at)`); moved > 2 {
			t.Errorf("with %d messages there: the place moved by %.1f pixels", before, moved)
		}
	}
	checkOrder(t, alice.texts(), "number", count)

	// Away from the end, what comes is counted on the way back to it.
	bob := s.chats("bob", "single_alice:bob")
	bob.say("are you there?")
	alice.want(`document.querySelector("[data-testid=newest] .badge")?.innerText === "1"`)
	alice.shot("away")
	alice.click("[data-testid=newest]")
	alice.want(`!document.querySelector("[data-testid=newest]") && document.title === "Gannet"`)
	bob.want(`[...document.querySelectorAll("[data-testid=tick]")].at(-1).dataset.tick === "read"`)
}

// Who comes back begins to read where the unread begins.
func TestChatUnreadLine(t *testing.T) {
	s := newSite(t, unlimited)
	for i := range 120 {
		s.tell("bob", map[string]any{"to": "alice", "content": fmt.Sprintf("number %d", i)})
	}
	s.ask("alice", "POST", "/messages/read", map[string]any{"conv_id": "single_alice:bob", "seq": 30})
	alice := s.chats("alice", "")
	alice.want(`document.querySelector("[data-testid=unread]").innerText === "90" && document.title === "(90) Gannet"`)
	alice.click(lineOf("single_alice:bob"))
	alice.want(`document.querySelector("[data-testid=divider]").closest("li").nextElementSibling.innerText.includes("number 30")`)
	alice.want(`(() => { const line = document.querySelector("[data-testid=divider]").getBoundingClientRect(), s = document.querySelector(".scroller").getBoundingClientRect();
		return line.top >= s.top && line.bottom < s.bottom; })()`)
	alice.shot("divider")
	if unread := get[string](alice.tab, `document.querySelector("[data-testid=newest] .badge").innerText`); unread == "90" || unread == "" {
		t.Errorf("%q unread: what is in sight has been read", unread)
	}
	alice.click("[data-testid=newest]")
	alice.want(`!document.querySelector("[data-testid=unread]")`)
}

// The way to a message that was answered may be long.
func TestChatJumpsToQuote(t *testing.T) {
	s := newSite(t, unlimited)
	first := s.tell("bob", map[string]any{"to": "alice", "content": "the very first"})
	for i := range 180 {
		s.tell("bob", map[string]any{"to": "alice", "content": "number " + strconv.Itoa(i)})
	}
	s.tell("alice", map[string]any{"to": "bob", "content": "that one", "reply_to": first})
	alice := s.chats("alice", "single_alice:bob")
	quote := alice.message("that one", "[data-testid=quote]")
	alice.want(`document.querySelector(` + strconv.Quote(quote) + `).innerText.includes("the very first")`)
	alice.click(quote)
	alice.want(`document.querySelector(".revealed .content")?.innerText.trim() === "the very first"`)
	checkOrder(t, alice.texts(), "number", 180)
}
