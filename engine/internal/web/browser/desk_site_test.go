package browser_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gannet/engine"
)

// foreign is the site of somebody else: another origin, with a policy of its own that
// lets in what the widget needs and nothing besides, and a style that would spoil it.
type foreign struct {
	url        string
	gannet     string // origin of the engine
	attributes string // of the widget's tag
}

func newForeign(t *testing.T, attributes string) *foreign {
	f := &foreign{attributes: attributes}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

const foreignPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Foreign</title><link rel="stylesheet" href="/site.css">
<script src="%s/widget.js" %s async></script></head><body><h1>A site of its own</h1><input id="name"><button id="own">Own</button></body></html>`

const foreignStyle = "* { color: red !important; font-size: 30px; } div, iframe, button { display: inline; opacity: .9; } body { margin: 50px; }"

func (f *foreign) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; script-src "+f.gannet+"; frame-src "+f.gannet)
	switch r.URL.Path {
	case "/":
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, foreignPage, f.gannet, f.attributes)
	case "/site.css":
		h.Set("Content-Type", "text/css")
		_, _ = w.Write([]byte(foreignStyle))
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// The widget on a site of another origin, under a strict policy.
func TestDeskForeignSite(t *testing.T) {
	s := newDesk(t, nil)
	amy := s.staff("amy", "agent", desktop)
	amy.goOnline()
	shop := newForeign(t, `data-title="Help" data-color="gold" data-side="left" data-name="Vera"`)
	shop.gannet = s.url
	vera := s.open("vera", shop.url+"/", desktop)
	vera.want(widgetButton)
	vera.shot("button")
	vera.do(chromedp.Evaluate(`window.heard = []; Gannet.onUnread(n => heard.push(n))`, nil))
	vera.js(widgetButton)
	vera.want(widgetButton + `.getAttribute("aria-expanded") === "true" && document.activeElement?.shadowRoot?.activeElement?.tagName === "IFRAME"`)
	frame := vera.frame()
	frame.want(`document.activeElement?.dataset?.testid === "composer"`)
	vera.do(chromedp.KeyEvent("hello from elsewhere\r"))
	amy.js(item("mine", "Vera") + `?.querySelector("a")`)
	amy.says("hello from elsewhere")
	frame.want(`document.querySelector("[data-testid=who]").textContent === "amy is here for you"`)
	vera.shot("open")

	// What isn't of Gannet's origin says nothing to the loader, and what isn't of the site's
	// nothing to the frame.
	vera.do(chromedp.Evaluate(`new Promise(done => {
		addEventListener("message", e => { if (e.data.type === "close") done(); });
		postMessage({ gannet: 1, type: "unread", count: 99 }, "*");
		postMessage({ gannet: 1, type: "close" }, "*");
	})`, nil, awaited))
	if open := get[string](vera, widgetButton+`.getAttribute("aria-expanded")`); open != "true" {
		t.Error("the site's page closed the chat in the loader's name")
	}
	frame.hear(`{ gannet: 1, type: "identity", identity: null }`)
	frame.want(`document.querySelector("[data-testid=who]").textContent === "amy is here for you"`)

	// Esc closes; what comes then is counted at the button and told to the page.
	vera.do(chromedp.KeyEvent("\x1b"))
	vera.want(widgetButton + `.getAttribute("aria-expanded") === "false"`)
	amy.write("one")
	amy.write("two")
	vera.want(`document.querySelector("[data-gannet]").shadowRoot.querySelector(".badge").textContent === "2"`)
	vera.want(`heard.at(-1) === 2`)
	vera.shot("unread")

	if numbers := get[[]int](vera, `heard`); slices.Contains(numbers, 99) {
		t.Errorf("the page was told %v", numbers)
	}

	// After a reload what is unread is there again, without opening.
	vera.do(chromedp.Reload())
	vera.want(`window.Gannet && document.querySelector("[data-gannet]")?.shadowRoot.querySelector("iframe")`)
	vera.want(`document.querySelector("[data-gannet]").shadowRoot.querySelector(".badge").textContent === "2"`)
	vera.do(chromedp.Evaluate(`Gannet.open()`, nil))
	vera.want(`document.querySelector("[data-gannet]").shadowRoot.querySelector(".badge").hidden`)
	vera.frame().want(`[...document.querySelectorAll("[data-testid=bubble]")].some(e => e.textContent.includes("two"))`)
	amy.want(`document.querySelectorAll("[data-tick=read]").length === 2`)

	// The site has its own look, and one name more.
	if margin := get[string](vera, `getComputedStyle(document.body).margin`); margin != "50px" {
		t.Errorf("the site's margin is %s", margin)
	}
	if opacity := get[string](vera, `getComputedStyle(document.querySelector("[data-gannet]")).opacity`); opacity != "1" {
		t.Errorf("the site's style reaches into the widget: opacity %s", opacity)
	}
	if color := get[string](vera, `getComputedStyle(`+widgetButton+`).color`); color != "rgb(17, 17, 17)" {
		t.Errorf("the button's sign on gold is %s", color)
	}
	if names := get[[]string](vera, `Object.keys(window).filter(k => /gannet|widget/i.test(k))`); len(names) != 1 {
		t.Errorf("globals: %v", names)
	}
	vera.resize(phone)
	vera.shot("phone")
}

// A logged in customer: the site's backend signs who it is.
func TestDeskIdentified(t *testing.T) {
	secret := "a-shared-secret-of-32-bytes-or-more"
	s := newDesk(t, func(c *engine.Config) { c.Desk.IdentitySecret = secret })
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("alice"))
	signature := hex.EncodeToString(mac.Sum(nil))
	amy := s.staff("amy", "agent", desktop)
	amy.goOnline()
	vera := s.visitor("vera", desktop)
	vera.openChat()
	vera.ask("before the login")
	vera.see("[data-testid=who]", "amy is here for you")
	vera.do(chromedp.Evaluate(`Gannet.identify({ user: "alice", name: "Alice", signature: "`+signature+`" })`, nil))
	amy.js(`document.querySelector("[data-testid=part-mine] [data-testid=item] a")`)
	amy.want(`document.querySelector("[data-testid=details-pane] code")?.textContent === "alice"`)
	vera.see("[data-own=true] [data-testid=bubble]", "before the login")
	vera.ask("after the login")
	amy.says("after the login")
	amy.shot("identified")

	// The user goes, and with them what they wrote.
	vera.do(chromedp.Evaluate(`Gannet.identify(null)`, nil))
	vera.see(".hello", "Hello!")
	vera.ask("somebody else")
	amy.want(item("mine", "somebody else"))
	amy.want(`document.querySelectorAll("[data-testid=part-mine] [data-testid=item]").length === 2`)

	// A signature that isn't the site's identifies nobody, and keeps nobody from asking.
	walt := s.visitor("walt", phone)
	walt.do(chromedp.Navigate(s.url + "/widget/sample.html?user=alice&name=Walt&signature=" + hex.EncodeToString(make([]byte, 32))))
	walt.openChat()
	walt.ask("it is me, Alice")
	amy.js(item("mine", "it is me, Alice") + `?.querySelector("a")`)
	amy.want(`document.querySelector("[data-testid=details-pane] code")?.textContent.startsWith("visitor_")`)
}

// An agent goes away, and the session moves; the server is started anew, and nothing is
// lost or doubled on either side.
func TestDeskLost(t *testing.T) {
	s := newDesk(t, func(c *engine.Config) { c.Desk.AgentGrace = time.Second })
	amy := s.staff("amy", "agent", desktop)
	amy.goOnline()
	vera := s.visitor("vera", phone)
	vera.openChat()
	vera.ask("first")
	vera.see("[data-testid=who]", "amy is here for you")
	bea := s.staff("bea", "agent", phone)
	bea.goOnline()
	amy.do(chromedp.Navigate("about:blank"))
	vera.see("[data-testid=who]", "bea is here for you")
	bea.js(item("mine", "first") + `?.querySelector("a")`)
	bea.says("first")

	s.stop()
	vera.want(in("[data-testid=away]"))
	bea.want(`document.querySelector("[data-testid=connection]")`)
	vera.shot("away")
	bea.shot("away")
	vera.ask("while away")
	bea.write("me too")
	vera.want(in("[data-tick=queued]") + ` ?? ` + in("[data-tick=sending]"))
	s.start()
	vera.see("[data-testid=bubble]", "me too")
	bea.says("while away")
	vera.want(`!` + in("[data-testid=away]"))
	for _, text := range []string{"first", "while away", "me too"} {
		if n := get[int](vera.tab, `[...`+widgetFrame+`.contentDocument.querySelectorAll("[data-testid=bubble]")].filter(e => e.textContent.includes("`+text+`")).length`); n != 1 {
			t.Errorf("the visitor sees %q %d times", text, n)
		}
	}
}

// Where tokens are needed: agents log in by theirs, and a customer of the site by one
// that the site gives to its page.
func TestDeskTokens(t *testing.T) {
	secret := "a-shared-secret-of-32-bytes-or-more"
	shop := newForeign(t, "")
	s := newDesk(t, func(c *engine.Config) {
		c.Auth.Mode, c.Auth.JWT.Secret = "jwt", secret
		c.HTTP.AllowedOrigins = []string{shop.url}
	})
	shop.gannet = s.url
	amy := s.open("amy", "/desk", phone)
	amy.typeInto(`textarea[name=login]`, "no token")
	amy.click(`[data-testid=login]`)
	amy.want(`document.querySelector("[role=alert]")?.textContent === "The login was refused."`)
	amy.shot("login")
	amy.do(chromedp.Navigate("about:blank"), chromedp.Navigate(s.url+"/desk#token="+mint(secret, "amy", "agent")))
	amy.goOnline()
	amy.want(`!location.hash.includes("token")`)

	vera := s.open("vera", shop.url+"/", desktop)
	vera.want(widgetButton)
	vera.do(chromedp.Evaluate(`Gannet.identify({ name: "Alice", token: async () => "`+mint(secret, "alice", "")+`" })`, nil))
	vera.js(widgetButton)
	vera.frame().want(`document.activeElement?.dataset?.testid === "composer"`)
	vera.do(chromedp.KeyEvent("I am logged in\r"))
	amy.js(item("mine", "Alice") + `?.querySelector("a")`)
	amy.says("I am logged in")
	amy.write("I see")
	vera.frame().want(`[...document.querySelectorAll("[data-testid=bubble]")].some(e => e.textContent.includes("I see"))`)

	// An anonymous one has a token of the desk's own.
	walt := s.open("walt", shop.url+"/", phone)
	walt.js(widgetButton)
	walt.frame().want(`document.activeElement?.dataset?.testid === "composer"`)
	walt.do(chromedp.KeyEvent("I am nobody\r"))
	amy.want(`document.querySelector("[data-testid=back]")`)
	amy.click(`[data-testid=back]`)
	amy.want(item("mine", "I am nobody"))
	amy.want(item("mine", "Visitor"))
}

// mint signs a token of the site, RFC 7519.
func mint(secret, user, role string) string {
	encode := base64.RawURLEncoding.EncodeToString
	claims := fmt.Sprintf(`{"sub":%q,"role":%q,"exp":%d}`, user, role, time.Now().Add(time.Hour).Unix())
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}
