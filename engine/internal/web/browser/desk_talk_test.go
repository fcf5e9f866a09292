package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A visitor through the widget, two agents and a supervisor at the console: the whole
// way of a session.
func TestDeskSession(t *testing.T) {
	s := newDesk(t, nil)
	s.call("PUT", "/desk/skills/billing?uid=sue&role=supervisor", `{"name":"Billing"}`)
	s.call("POST", "/desk/replies?uid=sue&role=supervisor", `{"title":"hello","text":"Hello! How may I help you?","shared":true}`)
	amy := s.staff("amy", "agent", desktop)
	amy.shot("empty")

	// Nobody is online: the visitor waits, and is told where.
	vera := s.visitor("vera", desktop)
	vera.openChat()
	vera.shot("hello")
	vera.ask("where is my <script>alert(1)</script> parcel?")
	vera.see("[data-testid=queue]", "You are next.")
	vera.see("[data-testid=bubble]", "<script>alert(1)</script>")
	vera.shot("queued")
	walt := s.visitor("walt", phone)
	walt.openChat()
	walt.ask("a question about an invoice")
	walt.see("[data-testid=queue]", "You are number 2 in the queue.")
	walt.shot("queued")

	// Amy sees both wait and claims the first.
	amy.want(item("waiting", "parcel"))
	amy.want(item("waiting", "invoice"))
	amy.shot("queue")
	amy.do(clickIn(item("waiting", "parcel"), "[data-testid=claim]"))
	amy.want(item("mine", "parcel"))
	amy.says("<script>alert(1)</script>")
	vera.see("[data-testid=who]", "amy is here for you")
	walt.see("[data-testid=queue]", "You are next.")

	// They talk. A note is for the team.
	amy.typeInto(`[data-testid=composer]`, "/hel")
	amy.want(`document.querySelector("[data-testid=offer]")`)
	amy.shot("canned")
	amy.typeInto(`[data-testid=composer]`, "\r")
	amy.want(`document.querySelector("[data-testid=composer]").value === "Hello! How may I help you?"`)
	amy.typeInto(`[data-testid=composer]`, "\r")
	vera.see("[data-testid=bubble]", "Hello! How may I help you?")
	vera.type_("[data-testid=composer]", "It")
	amy.want(`document.querySelector("[data-testid=typing]").textContent.includes("typing")`)
	vera.type_("[data-testid=composer]", " is the blue one\r")
	amy.says("It is the blue one")
	amy.click(`[data-testid=mode-note]`)
	amy.write("has called twice already")
	amy.want(`document.querySelector("[data-key^=note-]")?.textContent.includes("called twice")`)
	amy.click(`[data-testid=mode-reply]`)
	amy.write("On its way: https://example.com/track/1")
	vera.see("[data-testid=bubble] a", "https://example.com/track/1")
	vera.want(in("[data-testid=tick][data-tick=read]"))
	amy.want(`document.querySelector("[data-testid=tick][data-tick=read]")`)
	vera.want(`!` + widgetFrame + `.contentDocument.body.textContent.includes("called twice")`)
	amy.typeInto(`[data-testid=add-tag]`, "parcel\r")
	amy.want(`document.querySelector("[data-testid=tag]")?.textContent.includes("parcel")`)
	amy.shot("talk")
	vera.shot("talk")
	amy.scheme("dark")
	vera.scheme("dark")
	amy.shot("talk-dark")
	vera.shot("talk-dark")

	// To Bea, with a note that Vera never sees.
	bea := s.staff("bea", "agent", phone)
	bea.goOnline()
	bea.want(item("mine", "invoice")) // who waited longest
	bea.shot("list")
	amy.click(`[data-testid=transfer]`)
	amy.want(`document.querySelector("[data-testid=to-bea]")`)
	amy.click(`[data-testid=to-bea]`)
	amy.typeInto(`[data-testid=transfer-note]`, "secret: be patient")
	amy.shot("transfer")
	amy.click(`[data-testid=do-transfer]`)
	amy.want(`!` + item("mine", "parcel"))
	vera.see("[data-testid=who]", "bea is here for you")
	bea.want(item("mine", "parcel"))
	bea.js(item("mine", "parcel") + `?.querySelector("a")`)
	bea.says("It is the blue one")
	bea.want(`[...document.querySelectorAll("[data-key^=note-]")].some(e => e.textContent.includes("be patient"))`)
	bea.shot("talk")
	bea.write("I am Bea")
	vera.see("[data-testid=bubble]", "I am Bea")
	vera.want(`!` + widgetFrame + `.contentDocument.body.textContent.includes("secret")`)

	// A reload loses nothing; neither does what is written while the page is away.
	vera.scheme("light")
	vera.do(chromedp.Reload())
	vera.see("[data-testid=bubble]", "I am Bea")
	vera.want(widgetButton + `.getAttribute("aria-expanded") === "true"`)

	// Closed with last words, rated, and counted.
	bea.click(`[data-testid=close]`)
	bea.want(`document.querySelector("[data-testid=close-text]")`)
	bea.typeInto(`[data-testid=close-text]`, "Goodbye, Vera")
	bea.shot("close")
	bea.click(`[data-testid=do-close]`)
	vera.see("[data-testid=bubble]", "Goodbye, Vera")
	vera.press("[data-testid=star-4]")
	vera.type_("[data-testid=comment]", "quick")
	vera.shot("rate")
	vera.press("[data-testid=send-rating]")
	vera.want(in("[data-testid=rated]"))
	vera.shot("rated")
	sue := s.staff("sue", "supervisor", desktop)
	sue.click(`[data-testid=go-stats]`)
	sue.want(`document.querySelector("[data-testid=stat-opened]")?.textContent === "2"`)
	sue.want(`document.querySelector("[data-testid=stat-rating]")?.textContent === "4.0"`)
	sue.shot("stats")

	// The next question is a session of its own.
	vera.press("[data-testid=new-chat]")
	vera.ask("one more thing")
	vera.see("[data-testid=who]", "bea is here for you")
	bea.want(item("mine", "one more thing"))
}
