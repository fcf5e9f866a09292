package browser_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gannet/engine"
)

// alone is the visitor's chat without a page around it.
func (s *site) alone(name string) *tab {
	s.t.Helper()
	b := s.open(name, "/widget", phone)
	b.want(`document.querySelector("[data-testid=composer]")`)
	return b
}

// Of what was written before there was a session nothing is lost, if the client
// doesn't take it all at once.
func TestDeskFirstMessages(t *testing.T) {
	s := newDesk(t, nil)
	amy := s.staff("amy", "agent", desktop)
	amy.goOnline()
	vera := s.alone("vera")
	vera.failing("send", 2)
	vera.hold("POST", "/desk/sessions$")
	for _, text := range []string{"first", "second", "third"} {
		vera.write(text)
		vera.says(text)
	}
	vera.want(`held === 1`)
	vera.pass()
	amy.js(item("mine", "first") + `?.querySelector("a")`)
	for _, text := range []string{"first", "second", "third"} {
		amy.says(text)
	}
	vera.want(`document.querySelectorAll("[data-testid=bubble]").length === 3`)
	vera.want(`localStorage.getItem("gannet.widget.first") === null`)
}

// In a session that follows another one by itself, what is read is told as well.
func TestDeskReadInNextSession(t *testing.T) {
	s := newDesk(t, nil)
	amy := s.staff("amy", "agent", desktop)
	amy.goOnline()
	vera := s.alone("vera")
	vera.write("hello")
	amy.js(item("mine", "hello") + `?.querySelector("a")`)
	amy.says("hello")
	for _, text := range []string{"one", "two", "three", "four", "five", "six"} {
		amy.write(text)
		vera.says(text)
	}
	amy.want(`document.querySelectorAll("[data-tick=read]").length === 6`)

	// Vera's page doesn't know yet that the session is over.
	vera.hold("GET", "/desk/sessions/")
	amy.click(`[data-testid=close]`)
	amy.click(`[data-testid=do-close]`)
	vera.want(`held > 0`)
	vera.write("wait")
	amy.js(item("mine", "wait") + `?.querySelector("a")`)
	amy.says("wait")
	amy.write("I am listening")
	vera.says("I am listening")
	amy.want(`document.querySelectorAll("[data-tick=read]").length === 1`)
	vera.pass()
}

// What the page says last of who is here counts, and nobody gets another one's
// session.
func TestDeskIdentifiedInOneBreath(t *testing.T) {
	secret := "a-shared-secret-of-32-bytes-or-more"
	s := newDesk(t, func(c *engine.Config) { c.Desk.IdentitySecret = secret })
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("alice"))
	alice := `{ user: "alice", name: "Alice", signature: "` + hex.EncodeToString(mac.Sum(nil)) + `" }`
	amy, vera := s.served("who was here before")
	vera.do(chromedp.Evaluate(`Gannet.identify(null); Gannet.identify(`+alice+`)`, nil))
	vera.see(".hello", "Hello!")
	vera.ask("I am Alice")
	amy.js(item("mine", "I am Alice") + `?.querySelector("a")`)
	amy.want(`document.querySelector("[data-testid=details-pane] code")?.textContent === "alice"`)
	amy.js(item("mine", "who was here before") + `?.querySelector("a")`)
	amy.want(`document.querySelector("[data-testid=details-pane] code")?.textContent.startsWith("visitor_")`)

	vera.do(chromedp.Evaluate(`Gannet.identify(`+alice+`); Gannet.identify(null); Gannet.identify(`+alice+`); Gannet.identify(null)`, nil))
	vera.see(".hello", "Hello!")
	vera.ask("somebody else")
	amy.js(item("mine", "somebody else") + `?.querySelector("a")`)
	amy.want(`document.querySelector("[data-testid=details-pane] code")?.textContent.startsWith("visitor_")`)
	s.connections(2)
}

// connections waits until the server has so many.
func (s *site) connections(n int) {
	s.t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	deadline := time.After(patience)
	for line := fmt.Sprintf("\nchat_connections_active %d\n", n); !strings.Contains(s.metrics(), line); {
		select {
		case <-look.C:
		case <-deadline:
			s.t.Fatalf("there never are %d connections", n)
		}
	}
}

func (s *site) metrics() string {
	s.t.Helper()
	answer, err := http.Get(s.admin + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// A page that never says the token of its user keeps nobody else from asking.
func TestDeskTokenThatNeverComes(t *testing.T) {
	s := newDesk(t, nil)
	amy := s.staff("amy", "agent", desktop)
	amy.goOnline()
	vera := s.visitor("vera", phone)
	vera.openChat()
	vera.do(chromedp.Evaluate(`window.asked = 0; Gannet.identify({ name: "Alice", token: () => { asked++; return new Promise(() => {}); } })`, nil))
	vera.ask("nobody hears this")
	vera.want(`asked > 0`)
	vera.do(chromedp.Evaluate(`Gannet.identify(null)`, nil))
	vera.see(".hello", "Hello!")
	vera.ask("not logged in")
	amy.want(item("mine", "not logged in"))
}
