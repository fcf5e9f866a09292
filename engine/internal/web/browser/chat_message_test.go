package browser_test

import (
	"strconv"
	"strings"
	"testing"
)

// What one does to messages the other sees.
func TestChatReplyEditReactRecall(t *testing.T) {
	s := newSite(t, nil)
	alice := s.chats("alice", "single_alice:bob")
	bob := s.chats("bob", "single_alice:bob")
	alice.say("where shall we meet?")
	bob.sees("where shall we meet?")

	bob.act("where shall we meet?", "do-reply")
	bob.want(`document.querySelector("[data-testid=about]").innerText.includes("where shall we meet?")`)
	bob.say("at the pier")
	quote := alice.message("at the pier", "[data-testid=quote]")
	alice.want(`document.querySelector(` + strconv.Quote(quote) + `).innerText.includes("where shall we meet?")`)
	alice.click(quote)
	alice.want(`document.querySelector(".revealed .content").innerText.trim() === "where shall we meet?"`)

	alice.act("at the pier", "to-quote") // the same, for the keyboard
	alice.want(`document.activeElement.matches("[data-testid=message]") && document.activeElement.innerText.includes("where shall we meet?")`)

	alice.click(alice.message("at the pier", "[data-testid=more]"))
	alice.click(`.menu [data-emoji="👍"]`)
	for _, p := range []*person{alice, bob} {
		p.want(`document.querySelector("[data-testid=reaction]")?.innerText.replace(/\s/g, "") === "👍1"`)
	}
	bob.click("[data-testid=reaction]")
	alice.want(`document.querySelector("[data-testid=reaction]")?.innerText.replace(/\s/g, "") === "👍2"`)
	bob.want(`document.querySelector("[data-testid=reaction]").ariaPressed === "true"`)
	bob.click("[data-testid=reaction]")
	alice.click("[data-testid=reaction]")
	for _, p := range []*person{alice, bob} {
		p.want(`!document.querySelector("[data-testid=reaction]")`)
	}

	bob.act("at the pier", "edit")
	bob.want(`document.querySelector("[data-testid=composer]").value === "at the pier"`)
	bob.say(" at noon")
	for _, p := range []*person{alice, bob} {
		p.sees("where shall we meet?", "at the pier at noon")
		p.want(`document.querySelector(` + strconv.Quote(p.message("at the pier at noon", ".meta")) + `).innerText.includes("edited")`)
	}

	alice.act("where shall we meet?", "recall")
	for _, p := range []*person{alice, bob} {
		p.sees("Message recalled", "at the pier at noon")
		p.want(`document.querySelector("[data-testid=quote]").innerText.includes("Message recalled")`)
	}
	if body := get[string](bob.tab, `document.body.innerText`); strings.Contains(body, "where shall we meet?") {
		t.Error("the page still shows what was recalled")
	}
}

func TestChatTyping(t *testing.T) {
	s := newSite(t, nil)
	alice := s.chats("alice", "single_alice:bob")
	bob := s.chats("bob", "single_alice:bob")
	alice.say("hello")
	bob.sees("hello")
	for told := false; !told; { // it is told once a second
		alice.typeInto("[data-testid=composer]", "o")
		told = get[bool](bob.tab, `document.querySelector("[data-testid=typing]").innerText.includes("is typing")`)
	}
	text := get[string](alice.tab, `document.querySelector("[data-testid=composer]").value`)
	alice.press("\r")
	bob.sees("hello", text)
	bob.want(`document.querySelector("[data-testid=typing]").innerText.trim() === ""`)
}

// What others have written, named or announced is text and nothing else.
func TestChatStoredMarkupIsInert(t *testing.T) {
	s := newSite(t, unlimited)
	const script = `<script>window.broken = 1; document.title = "broken"</script>`
	const image = `<img src=x onerror="window.broken = 2">`
	for _, text := range []string{script, image, "javascript:window.broken=3", `<a href="javascript:window.broken=4">x</a>`, "${window.broken=5}", "</textarea><svg onload=window.broken=6>"} {
		s.tell("mallory", map[string]any{"to": "alice", "content": text})
	}
	s.tell("mallory", map[string]any{"to": "alice", "content": map[string]any{"img": "javascript:window.broken=7"}, "content_type": "image"})
	s.tell("mallory", map[string]any{"to": "alice", "content": map[string]any{"html": script}, "content_type": image})
	s.ask("mallory", "POST", "/groups", map[string]any{"group_id": "trap", "name": script, "announcement": image, "members": []string{"alice"}})
	last := s.tell("mallory", map[string]any{"group_id": "trap", "content": image, "mentions": []string{"alice"}})
	s.ask("mallory", "POST", "/messages/react", map[string]any{"id": last, "emoji": "<b onclick=x>"})

	alice := s.chats("alice", "single_alice:mallory")
	alice.want(threadTexts + `.includes(` + strconv.Quote(script) + `)`)
	alice.want(threadTexts + `.includes(` + strconv.Quote(image) + `)`)
	alice.shot("single")
	alice.click(lineOf("group_trap"))
	alice.want(`document.querySelector("[data-testid=title]").innerText === ` + strconv.Quote(script))
	alice.want(`document.querySelector("[data-testid=notice]").innerText.includes(` + strconv.Quote(image) + `)`)
	alice.act(image, "do-reply")
	alice.click("[data-testid=group]")
	alice.want(`document.querySelectorAll("[data-testid=member]").length === 2`)
	alice.shot("group")
	if made := get[int](alice.tab, `document.querySelectorAll("#app script, #app img[src=x], [onerror], [onload], a[href^=javascript], iframe").length`); made != 0 {
		t.Errorf("%d elements were made of what users wrote", made)
	}
	if broken := get[string](alice.tab, `String(window.broken) + document.title`); !strings.HasPrefix(broken, "undefined") || strings.Contains(broken, "broken") {
		t.Errorf("a script ran: %s", broken)
	}
}

// Addresses become links, which nothing is loaded from.
func TestChatLinks(t *testing.T) {
	s := newSite(t, unlimited)
	s.tell("bob", map[string]any{"to": "alice", "content": "see (https://example.com/a_(b)?c=d#e), or https://example.com/文档。"})
	s.tell("bob", map[string]any{"to": "alice", "content": map[string]any{"img": "https://example.com/cat.png", "text": "my cat"}, "content_type": "image"})
	alice := s.chats("alice", "single_alice:bob")
	alice.want(`JSON.stringify([...document.querySelectorAll(".content a")].map(a => a.getAttribute("href"))) ===
		'["https://example.com/a_(b)?c=d#e","https://example.com/","https://example.com/cat.png"]'`)
	alice.want(`[...document.querySelectorAll(".content a")].every(a => a.target === "_blank" && a.rel.includes("noopener"))`)
	if n := get[int](alice.tab, `document.querySelectorAll(".thread img").length`); n != 0 {
		t.Errorf("%d pictures were loaded", n)
	}
}
