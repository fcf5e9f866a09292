package browser_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const (
	composerHas = `document.querySelector("[data-testid=composer]")?.value === `
	toasted     = `[...document.querySelectorAll(".toast.error")].length > 0`
)

// served is a session of Vera's that Amy has before her.
func (s *site) served(question string) (amy *tab, vera visitor) {
	s.t.Helper()
	amy = s.staff("amy", "agent", desktop)
	amy.goOnline()
	vera = s.visitor("vera", phone)
	vera.openChat()
	vera.ask(question)
	amy.js(item("mine", question) + `?.querySelector("a")`)
	amy.says(question)
	return amy, vera
}

// bubbles counts the messages of the visitor's chat that have a text.
func (v visitor) bubbles(text string) int {
	v.t.Helper()
	return get[int](v.tab, `[...`+widgetFrame+`.contentDocument.querySelectorAll("[data-testid=bubble]")].filter(e => e.textContent.includes(`+strconv.Quote(text)+`)).length`)
}

// A note that isn't taken never stands where one Enter sends it to the visitor, and
// isn't lost either.
func TestDeskNoteFails(t *testing.T) {
	s := newDesk(t, nil)
	amy, vera := s.served("is it me?")
	amy.click(`[data-testid=mode-note]`)
	amy.hold("POST", "/notes$")
	amy.write("she is rude")
	amy.want(`held === 1`)
	amy.click(`[data-testid=mode-reply]`)
	amy.refuse()
	amy.want(toasted)
	amy.want(composerHas + `""`)
	amy.write("good evening")
	vera.see("[data-testid=bubble]", "good evening")
	if n := vera.bubbles("rude"); n != 0 {
		t.Error("the visitor sees the note")
	}
	amy.click(`[data-testid=mode-note]`)
	amy.want(composerHas + `"she is rude"`)

	// Who looks at something else meanwhile finds it in its session.
	amy.hold("POST", "/notes$")
	amy.typeInto(`[data-testid=composer]`, "\r")
	amy.want(`held === 1`)
	amy.do(chromedp.Evaluate(`location.hash = "inbox"`, nil))
	amy.want(`!document.querySelector("[data-testid=room]")`)
	amy.do(chromedp.Evaluate(`document.querySelectorAll(".toast").forEach(e => e.remove())`, nil))
	amy.refuse()
	amy.want(toasted)
	amy.js(item("mine", "is it me?") + `?.querySelector("a")`)
	amy.click(`[data-testid=mode-note]`)
	amy.want(composerHas + `"she is rude"`)
	amy.typeInto(`[data-testid=composer]`, "\r")
	amy.want(`document.querySelectorAll("[data-key^=note-]").length === 1`)
}

// What a supervisor has begun to write as a note is there after a look elsewhere.
func TestDeskNoteDraft(t *testing.T) {
	s := newDesk(t, nil)
	s.served("one of amy's")
	sue := s.staff("sue", "supervisor", desktop)
	for range 2 {
		sue.js(item("others", "one of amy's") + `?.querySelector("a")`)
		sue.says("one of amy's")
		sue.want(`document.querySelector("[data-testid=mode-note]")`)
		if get[string](sue, `document.querySelector("[data-testid=composer]").value`) == "" {
			sue.typeInto(`[data-testid=composer]`, "a thought")
		}
		sue.do(chromedp.Evaluate(`location.hash = "inbox"`, nil))
		sue.want(`!document.querySelector("[data-testid=room]")`)
	}
	sue.js(item("others", "one of amy's") + `?.querySelector("a")`)
	sue.want(composerHas + `"a thought"`)
}

// The last words are said once, however often closing is tried, and who goes back
// hasn't closed anything.
func TestDeskCloseFails(t *testing.T) {
	s := newDesk(t, nil)
	amy, vera := s.served("a short question")

	// Without a connection, and not after all.
	s.stop()
	amy.want(`document.querySelector("[data-testid=connection]")`)
	amy.click(`[data-testid=close]`)
	amy.typeInto(`[data-testid=close-text]`, "farewell")
	amy.click(`[data-testid=do-close]`)
	amy.want(`document.querySelector("[data-testid=do-close]").disabled`)
	amy.do(chromedp.KeyEvent("\x1b"))
	amy.want(`!document.querySelector("dialog[open]")`)
	s.start()
	amy.want(`!document.querySelector("[data-testid=connection]")`)
	amy.write("still here")
	vera.see("[data-testid=bubble]", "still here")
	if n := vera.bubbles("farewell"); n != 0 {
		t.Error("the words went out, though the dialog was left")
	}
	amy.want(`document.querySelector("[data-testid=room]").dataset.state === "active"`)

	// A second click and a second try.
	amy.click(`[data-testid=close]`)
	amy.typeInto(`[data-testid=close-text]`, "goodbye")
	amy.hold("POST", "/close$")
	submit := chromedp.Evaluate(`document.querySelector("dialog form").requestSubmit()`, nil)
	amy.do(submit)
	amy.want(`held === 1`)
	amy.do(submit)
	amy.refuse()
	amy.want(toasted)
	amy.want(`!document.querySelector("[data-testid=do-close]").disabled`)
	amy.click(`[data-testid=do-close]`)
	amy.want(`document.querySelector("[data-testid=room]").dataset.state === "closed"`)
	vera.want(in("[data-testid=over]"))
	if n := vera.bubbles("goodbye"); n != 1 {
		t.Errorf("the last words were said %d times", n)
	}

	// Nothing is left to close or to hand over, by keys neither.
	amy.do(chromedp.KeyEvent("t"), chromedp.KeyEvent("c"), chromedp.KeyEvent("r"))
	amy.do(chromedp.KeyEvent("?"))
	amy.want(`document.querySelector("dialog[open] .keys")`)
	if n := get[int](amy, `document.querySelectorAll("dialog").length`); n != 1 {
		t.Errorf("%d dialogs are open", n)
	}
}

// What couldn't be loaded is loaded with the next look.
func TestDeskLoadFails(t *testing.T) {
	s := newDesk(t, nil)
	amy := s.staff("amy", "agent", desktop)
	amy.goOnline()
	vera := s.visitor("vera", phone)
	vera.openChat()
	vera.ask("can you read me?")
	amy.want(item("mine", "can you read me?"))
	amy.failing("history", 1)
	amy.js(item("mine", "can you read me?") + `?.querySelector("a")`)
	amy.want(`document.querySelector(".thread .empty")?.textContent === "Couldn't be loaded."`)
	amy.do(chromedp.Evaluate(`location.hash = "inbox"`, nil))
	amy.want(`!document.querySelector("[data-testid=room]")`)
	amy.js(item("mine", "can you read me?") + `?.querySelector("a")`)
	amy.says("can you read me?")
	amy.want(`!document.querySelector(".thread .empty")`)

	// Who reads along goes on after a failure.
	sue := s.staff("sue", "supervisor", desktop)
	sue.js(item("others", "can you read me?") + `?.querySelector("a")`)
	sue.says("can you read me?")
	sue.hold("GET", "/transcript$")
	sue.want(`held > 0`)
	vera.ask("and now?")
	sue.refuse()
	sue.says("and now?")
}

// A message that was written before a reload and isn't taken says so, wherever the
// agent looks.
func TestDeskUnsentAfterReload(t *testing.T) {
	s := newDesk(t, nil)
	amy, _ := s.served("one more thing")
	id := get[string](amy, `document.querySelector("[data-testid=room]").dataset.session`)
	amy.click(`[data-testid=close]`)
	amy.click(`[data-testid=do-close]`)
	amy.want(`document.querySelector("[data-testid=room]").dataset.state === "closed"`)
	amy.do(chromedp.Navigate(s.url+"/widget/sample.html"), chromedp.Evaluate(`localStorage.setItem("gannet.desk.amy:amy:out:7:late",
		JSON.stringify({ request: { type: "send", cid: "late", conv_id: "service_`+id+`", content: "too late" }, time: Date.now(), order: 0, tried: false }))`, nil))
	amy.keepToasts()
	amy.do(chromedp.Navigate(s.url + "/desk#team"))
	amy.want(`toasts.some(text => text.includes("was not sent. "))`)
	amy.do(chromedp.Evaluate(`location.hash = "sessions/`+id+`"`, nil))
	amy.says("too late")
	amy.want(`document.querySelector("[data-tick=failed]")`)
	amy.says("one more thing")
}

// keepToasts writes down what the next pages say at their edge: it is there for seconds
// only.
func (b *tab) keepToasts() {
	b.t.Helper()
	b.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`window.toasts = [];
			new MutationObserver(list => list.flatMap(change => [...change.addedNodes]).filter(node => node.classList?.contains("toast"))
				.forEach(node => toasts.push(node.textContent))).observe(document, { childList: true, subtree: true })`).Do(ctx)
		return err
	}))
}

// Who logs out leaves no message on the machine.
func TestDeskLogOut(t *testing.T) {
	s := newDesk(t, nil)
	amy, _ := s.served("who are you?")
	s.stop()
	amy.want(`document.querySelector("[data-testid=connection]")`)
	amy.write("a secret word")
	amy.want(`Object.values(localStorage).some(v => v.includes("a secret word"))`)
	amy.click(`[data-testid=me]`)
	amy.click(`[data-testid=log-out]`)
	amy.click(`[data-testid=sure]`)
	amy.want(`document.querySelector("[data-testid=login]")`)
	amy.want(`!Object.values(localStorage).some(v => v.includes("a secret word"))`)
	s.start()
}

// What comes while an agent is away is there when they are back.
func TestDeskOpenedWhileAway(t *testing.T) {
	s := newDesk(t, nil)
	amy, vera := s.served("the first of them")
	amy.do(chromedp.Navigate("about:blank"))
	vera.ask("are you gone?")
	walt := s.visitor("walt", phone)
	walt.openChat()
	walt.ask("the second of them")
	walt.want(in("[data-testid=tick][data-tick=sent]"))
	amy.do(chromedp.Navigate(s.url + "/desk"))
	for _, told := range []struct{ session, text string }{{"the first of them", "are you gone?"}, {"the second of them", "the second of them"}} {
		amy.js(`[...document.querySelectorAll("[data-testid=item]")].find(e => e.textContent.includes("` + told.session + `"))?.querySelector("a")`)
		amy.says(told.text)
	}
}
