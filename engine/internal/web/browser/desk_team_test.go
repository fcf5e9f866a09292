package browser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gannet/engine"
)

// A supervisor looks in, joins and takes over; what each step tells the visitor.
func TestDeskSupervisor(t *testing.T) {
	s := newDesk(t, nil)
	amy := s.staff("amy", "agent", desktop)
	amy.goOnline()
	vera := s.visitor("vera", phone)
	vera.openChat()
	vera.ask("is anybody there?")
	vera.see("[data-testid=who]", "amy is here for you")
	amy.js(item("mine", "anybody") + `?.querySelector("a")`)
	amy.says("is anybody there?")

	sue := s.staff("sue", "supervisor", desktop)
	sue.js(item("others", "anybody") + `?.querySelector("a")`)
	sue.says("is anybody there?")
	sue.want(`document.querySelector("[data-testid=status-bar]").textContent.includes("amy has this session.")`)
	sue.shot("others")
	sue.click(`[data-testid=look]`)
	sue.want(`document.querySelector("[data-testid=status-bar]").textContent.includes("You look in.")`)
	amy.want(`document.querySelector(".toast")?.textContent.includes("sue looks in")`)
	amy.write("Yes, I am")
	sue.says("Yes, I am")
	sue.shot("looking")
	sue.write("be kind to her")
	amy.want(`[...document.querySelectorAll("[data-key^=note-]")].some(e => e.textContent.includes("be kind"))`)

	sue.click(`[data-testid=join]`)
	vera.see(".event", "sue joined")
	sue.want(`document.querySelector("[data-testid=mode-reply]")`)
	sue.click(`[data-testid=mode-reply]`)
	sue.write("I am the supervisor")
	vera.see("[data-testid=bubble]", "I am the supervisor")
	sue.click(`[data-testid=takeOver]`)
	vera.see("[data-testid=who]", "sue is here for you")
	amy.want(`document.querySelector("[data-testid=room]").dataset.state === "gone"`)
	amy.want(`document.querySelector(".room-head p").textContent.startsWith("handed over")`)
	amy.want(`!document.querySelector("[data-testid=details-pane]").textContent.includes("In charge")`)
	amy.shot("gone")
	sue.want(item("mine", "anybody"))
	vera.want(`!` + widgetFrame + `.contentDocument.body.textContent.includes("be kind")`)
	vera.shot("talk")
}

// The team's pages: status, groups, agents, replies, and the search.
func TestDeskPages(t *testing.T) {
	s := newDesk(t, nil)
	sue := s.staff("sue", "supervisor", desktop)
	sue.click(`[data-testid=go-team]`)
	sue.click(`[data-testid=add-skill]`)
	sue.typeInto(`[data-testid=skill-id]`, "billing")
	sue.typeInto(`[data-testid=skill-name]`, "Billing")
	sue.click(`[data-testid=save-skill]`)
	sue.want(`document.querySelector("[data-testid=skill]")?.textContent.includes("Billing")`)
	sue.click(`[data-testid=add-agent]`)
	sue.typeInto(`[data-testid=agent-id]`, "amy")
	sue.click(`dialog input[name=skill]`)
	sue.shot("agent")
	sue.click(`[data-testid=save-agent]`)
	sue.want(`document.querySelector("[data-agent=amy]")?.textContent.includes("Billing")`)
	sue.shot("team")

	sue.click(`[data-testid=go-replies]`)
	sue.click(`[data-testid=add-reply]`)
	sue.typeInto(`[data-testid=reply-title]`, "refund")
	sue.typeInto(`[data-testid=reply-text]`, "Your refund takes up to five days.")
	sue.click(`input[name=shared]`)
	sue.click(`[data-testid=save-reply]`)
	sue.want(`document.querySelector("[data-testid=canned]")?.textContent.includes("/refund")`)
	sue.shot("replies")

	// One's own status, and the keys.
	sue.click(`[data-testid=me]`)
	sue.click(`[data-testid=status-online]`)
	sue.want(`document.querySelector("[data-testid=status-online]").getAttribute("aria-checked") === "true"`)
	sue.do(chromedp.KeyEvent(kb.ArrowDown))
	sue.want(`document.querySelector("[data-testid=status-busy]").getAttribute("aria-checked") === "true"`)
	sue.do(chromedp.KeyEvent(kb.ArrowUp))
	sue.want(`document.querySelector("[data-testid=status-online]").getAttribute("aria-checked") === "true"`)
	sue.shot("me")
	sue.do(chromedp.KeyEvent("\x1b"))
	sue.want(`!document.querySelector("dialog[open]")`)
	sue.do(chromedp.KeyEvent("?"))
	sue.want(`document.querySelector(".keys")`)
	sue.shot("keys")
	sue.do(chromedp.KeyEvent("\x1b"))

	// Nobody of the group is there: the visitor waits, and who is at work hears of it.
	sue.click(`[data-testid=go-inbox]`)
	walt := visitor{s.open("walt", "/widget/sample.html?skill=billing", phone)}
	walt.openChat()
	walt.ask("about an invoice")
	sue.want(item("waiting", "invoice") + `?.textContent.includes("Billing")`)

	vera := s.visitor("vera", desktop)
	vera.openChat()
	vera.ask("I want my money back")
	sue.js(item("mine", "money") + `?.querySelector("a")`)
	sue.typeInto(`[data-testid=composer]`, "/ref")
	sue.want(`document.activeElement.getAttribute("aria-activedescendant") === document.querySelector("[data-testid=offer]")?.id`)
	sue.js(`document.querySelector("[data-testid=offer]")`)
	sue.want(`document.querySelector("[data-testid=composer]").value === "Your refund takes up to five days."`)
	sue.typeInto(`[data-testid=composer]`, "\r")
	vera.see("[data-testid=bubble]", "five days")
	sue.click(`[data-testid=close]`)
	sue.click(`[data-testid=do-close]`)
	sue.want(`document.querySelector("[data-testid=room]").dataset.state === "closed"`)

	// It is found, and read again.
	sue.click(`[data-testid=go-sessions]`)
	sue.click(`[data-testid=find]`)
	sue.want(`document.querySelectorAll("[data-testid=found]").length === 2`)
	sue.js(`[...document.querySelectorAll("[data-testid=found]")].find(e => e.textContent.includes("money"))`)
	sue.says("five days")
	sue.want(`document.querySelector("[data-testid=transcript-text]")`)
	sue.shot("read")
	sue.do(chromedp.NavigateBack())
	sue.want(`document.querySelector("[data-testid=found]")`)
	sue.shot("found")
	sue.resize(phone)
	sue.shot("found-phone")
	for _, page := range []string{"team", "stats", "replies"} {
		sue.click(`[data-testid=go-` + page + `]`)
		sue.want(`document.querySelector("[data-testid=` + page + `-page]")`)
		sue.shot(page + "-phone")
	}
	sue.want(`document.querySelector(".plain-page").scrollWidth <= innerWidth`)
}

// Outside of business hours a visitor leaves a message, and an agent claims it. All
// of it in Chinese.
func TestDeskMessageInChinese(t *testing.T) {
	s := newDesk(t, func(c *engine.Config) {
		day := strings.ToLower(time.Now().UTC().AddDate(0, 0, 3).Format("Mon"))
		c.Desk.Hours = day + " 00:00-00:01" // not now
	})
	vera := s.visitor("vera", phone)
	vera.do(chromedp.Navigate(s.url + "/widget/sample.html?lang=zh"))
	vera.openChat()
	vera.shot("hello")
	vera.ask("我的包裹在哪里?")
	vera.see("[data-testid=who]", "当前没有客服")
	vera.see(".event", "您可以先留言")
	vera.shot("message")
	amy := s.open("amy", "/desk?uid=amy&role=agent&lang=zh", phone)
	amy.want(item("leftMessages", "我的包裹"))
	amy.shot("message")
	amy.do(clickIn(item("leftMessages", "我的包裹"), "[data-testid=claim]"))
	amy.want(`document.querySelector("[data-testid=room]")?.dataset.state === "assigned"`)
	amy.says("我的包裹在哪里?")
	amy.write("明天送到")
	vera.see("[data-testid=bubble]", "明天送到")
	vera.see("[data-testid=who]", "amy 为您服务")
	amy.shot("talk")
	vera.shot("talk")
	amy.click(`[data-testid=details]`)
	amy.want(`document.querySelector("[data-testid=details-pane]")`)
	amy.shot("details")
	for _, b := range []*tab{amy, vera.tab} {
		b.want(`document.documentElement.scrollWidth <= innerWidth`)
	}
	amy.want(`!/\bundefined\b|\[object/.test(document.body.innerText)`)

	// The reason is the same for colleagues who read English.
	amy.click(`[data-testid=close]`)
	amy.click(`dialog .chip`)
	amy.click(`[data-testid=do-close]`)
	amy.want(`document.querySelector("[data-testid=tag]")?.textContent.includes("已解决")`)
	amy.do(chromedp.Evaluate(`fetch("/api/v1/desk/sessions?uid=amy&role=agent&agent=me&tag=solved").then(a => a.json())
		.then(({ data }) => { window.solved = data.sessions.length; })`, nil, awaited))
	amy.want(`solved === 1`)
}
