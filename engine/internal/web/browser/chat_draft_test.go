package browser_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gannet/engine"
)

const field = `document.querySelector("[data-testid=composer]").value`

// What was refused is there after a reload, to be tried again.
func TestChatRefusedSurvivesReload(t *testing.T) {
	s := newSite(t, unlimited)
	s.tell("alice", map[string]any{"to": "bob", "content": "hello"})
	s.ask("bob", "PUT", "/blocks/alice", nil)
	alice := s.chats("alice", "single_alice:bob")
	alice.say("are you cross?")
	alice.want(`document.querySelector("[data-tick=failed]")`)
	alice.do(chromedp.Reload())
	alice.online()
	alice.sees("hello", "are you cross?")
	alice.want(`document.querySelector("[data-tick=failed]") && document.querySelector(".pending .error")`)
	s.ask("bob", "DELETE", "/blocks/alice", nil)
	alice.click("[data-testid=again]")
	alice.want(`document.querySelectorAll("[data-tick=sent]").length === 2`)
	alice.do(chromedp.Reload())
	alice.online()
	alice.sees("hello", "are you cross?")
	if got := alice.texts(); len(got) != 2 {
		t.Errorf("alice has %q", got)
	}
}

// An edit that is begun, ended, left alone or refused costs no text.
func TestChatEditKeepsTexts(t *testing.T) {
	s := newSite(t, func(c *engine.Config) {
		unlimited(c)
		c.Edit.Window = time.Millisecond
	})
	s.tell("alice", map[string]any{"to": "carol", "content": "hi carol"})
	s.tell("alice", map[string]any{"to": "bob", "content": "hello"})
	alice := s.chats("alice", "single_alice:bob")
	alice.sees("hello")
	alice.typeInto("[data-testid=composer]", "a draft")
	alice.act("hello", "edit")
	alice.want(field + ` === "hello"`)
	alice.press(kb.Escape)
	alice.want(field + ` === "a draft"`)

	alice.act("hello", "edit")
	alice.press(" again")
	alice.click(lineOf("single_alice:carol"))
	alice.want(field + ` === ""`)
	alice.click(lineOf("single_alice:bob"))
	alice.want(field + ` === "hello again" && document.querySelector("[data-testid=about]")`)
	alice.press("\r")
	alice.want(`document.querySelector(".toast.error")`)
	alice.want(field + ` === "a draft" && !document.querySelector("[data-testid=about]")`)
	alice.press("\r") // nothing else is written now
	alice.want(field + ` === "hello again" && document.querySelector("[data-testid=about]")`)
	alice.sees("hello", "a draft")
}
