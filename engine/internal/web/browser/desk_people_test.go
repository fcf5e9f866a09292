package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"gannet/engine"
)

// newDesk is a site whose desk lets visitors in.
func newDesk(t *testing.T, change func(*engine.Config)) *site {
	t.Helper()
	return newSite(t, func(c *engine.Config) {
		c.Desk.Visitors = true
		if change != nil {
			change(c)
		}
	})
}

// call asks the engine as somebody who needs no page.
func (s *site) call(method, path, body string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %s", method, path, answer.Status)
	}
}

// staff logs somebody in at the console, by the login page.
func (s *site) staff(name, role string, at size) *tab {
	s.t.Helper()
	b := s.open(name, "/desk", at)
	b.typeInto(`input[name=login]`, name)
	b.do(chromedp.Click(`input[value=`+role+`] + span`, chromedp.ByQuery))
	b.click(`[data-testid=login]`)
	b.want(`document.querySelector("[data-testid=part-mine]")`)
	return b
}

// goOnline makes an agent one who gets sessions.
func (b *tab) goOnline() {
	b.t.Helper()
	b.click(`[data-testid=go-online]`)
	b.want(`document.querySelector("[data-testid=me]").textContent.match(/Online|在线/)`)
}

// item is the line of a visitor in the list of sessions.
func item(part, visitor string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("[data-testid=part-%s] [data-testid=item]")].find(e => e.textContent.includes(%q))`, part, visitor)
}

// js clicks what an expression gives.
func (b *tab) js(element string) {
	b.t.Helper()
	b.want(element)
	b.do(chromedp.Click(element, chromedp.ByJSPath))
}

// says waits for a text in the thread.
func (b *tab) says(text string) {
	b.t.Helper()
	b.want(`[...document.querySelectorAll("[data-testid=bubble]")].some(e => e.textContent.includes(` + strconv.Quote(text) + `))`)
}

// write types into the composer and sends.
func (b *tab) write(text string) {
	b.t.Helper()
	b.typeInto(`[data-testid=composer]`, text+"\r")
}

// visitor is somebody on the sample page. Their chat is in a frame, of the same
// origin here, below a shadow root.
type visitor struct{ *tab }

const (
	widgetButton = `document.querySelector("[data-gannet]").shadowRoot.querySelector("button")`
	widgetFrame  = `document.querySelector("[data-gannet]").shadowRoot.querySelector("iframe")`
)

func (s *site) visitor(name string, at size) visitor {
	s.t.Helper()
	return visitor{s.open(name, "/widget/sample.html", at)}
}

func in(selector string) string {
	return widgetFrame + `.contentDocument?.querySelector(` + strconv.Quote(selector) + `)`
}

// openChat clicks the button at the corner.
func (v visitor) openChat() {
	v.t.Helper()
	v.js(widgetButton)
	v.want(in("[data-testid=composer]"))
}

func (v visitor) press(selector string) { v.t.Helper(); v.js(in(selector)) }

// see waits for an element of the chat that has a text.
func (v visitor) see(selector, text string) {
	v.t.Helper()
	v.want(`[...(` + widgetFrame + `?.contentDocument?.querySelectorAll(` + strconv.Quote(selector) + `) ?? [])].some(e => e.textContent.includes(` + strconv.Quote(text) + `))`)
}

func (v visitor) type_(selector, text string) {
	v.t.Helper()
	v.want(in(selector))
	v.do(chromedp.SendKeys(in(selector), text, chromedp.ByJSPath))
}

func (v visitor) ask(text string) { v.t.Helper(); v.type_("[data-testid=composer]", text+"\r") }

// clickIn clicks what is inside of an element.
func clickIn(element, selector string) chromedp.Action {
	return chromedp.Click(element+`.querySelector(`+strconv.Quote(selector)+`)`, chromedp.ByJSPath)
}

// frame is the chat of a page of another origin, which that page can't look into: the
// browser can.
type frame struct {
	*tab
	id cdp.FrameID
}

func (b *tab) frame() frame {
	b.t.Helper()
	b.want(widgetFrame)
	var f frame
	b.do(chromedp.ActionFunc(func(ctx context.Context) error {
		tree, err := page.GetFrameTree().Do(ctx)
		if err == nil && len(tree.ChildFrames) != 1 {
			err = fmt.Errorf("%d frames", len(tree.ChildFrames))
		}
		if err == nil {
			f = frame{b, tree.ChildFrames[0].Frame.ID}
		}
		return err
	}))
	return f
}

// hear posts a message to the frame that doesn't come from the site's page.
func (f frame) hear(message string) {
	f.t.Helper()
	f.want(`(postMessage(` + message + `, "*"), true)`)
}

// want waits until an expression is true in the frame, also while it is loading:
// then its world goes, and the next one is asked.
func (f frame) want(expression string) {
	f.t.Helper()
	wait := "new Promise(done => { const look = () => { if (" + expression + ") done(true); else setTimeout(look, 50); }; look(); })"
	f.do(chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			world, err := page.CreateIsolatedWorld(f.id).Do(ctx)
			if err != nil {
				return err
			}
			answer, _, err := runtime.Evaluate(wait).WithContextID(world).WithAwaitPromise(true).Do(ctx)
			switch {
			case err == nil && string(answer.Value) == "true":
				return nil
			case ctx.Err() != nil:
				return fmt.Errorf("never true: %s: %w", expression, ctx.Err())
			}
		}
	}))
}
