package browser_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// evaluateModule is the value of an expression for which names were imported from a
// module of the page.
func evaluateModule[T any](p *person, names, module, expression string) (value T) {
	p.t.Helper()
	script := fmt.Sprintf(`import(%q).then(({ %s }) => %s)`, module, names, expression)
	p.do(chromedp.Evaluate(script, &value, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	return value
}

// A text that was made to keep readers' pages busy is shown like any other, in a time
// that grows as it does: 4 MiB would take hours if it were its square.
func TestChatTextsThatWouldStall(t *testing.T) {
	s := newSite(t, unlimited)
	const brackets, stops = 65_000, 65_000
	s.tell("mallory", map[string]any{"to": "alice", "content": "https://a" + strings.Repeat(")", brackets)})
	s.tell("mallory", map[string]any{"to": "alice", "content": "https://b" + strings.Repeat(".", stops)})
	s.tell("mallory", map[string]any{"to": "alice", "content": "https://c" + strings.Repeat("(", brackets)})
	s.tell("mallory", map[string]any{"to": "alice", "content": "the end"})
	alice := s.chats("alice", "single_alice:mallory")
	alice.want(threadTexts + `.at(-1) === "the end" && ` + threadTexts + `.length === 4`)
	alice.want(`JSON.stringify([...document.querySelectorAll(".content a")].map(a => a.getAttribute("href"))) === '["https://a","https://b"]'`)

	for _, tail := range []string{")", ".", ".)", "(", "()", "https://", "@bob "} {
		n := evaluateModule[int](alice, "linkify", "/shared/text.js",
			`linkify("https://a" + `+strconv.Quote(tail)+`.repeat(`+strconv.Itoa((4<<20)/len(tail))+`)).length`)
		if n == 0 {
			t.Errorf("nothing is left of a text with %q", tail)
		}
	}
}

// An address ends where something stands that nobody sees.
func TestChatAddressesAreWhatTheyLook(t *testing.T) {
	s := newSite(t, unlimited)
	s.tell("bob", map[string]any{"to": "alice", "content": "https://example.com/\u202Egpj.exe"})
	s.tell("bob", map[string]any{"to": "alice", "content": "(see https://example.com/(a).)"})
	s.tell("bob", map[string]any{"to": "alice", "content": map[string]any{"img": "https://example.com/\u202Egpj.exe"}, "content_type": "image"})
	alice := s.chats("alice", "single_alice:bob")
	alice.want(`JSON.stringify([...document.querySelectorAll(".content a")].map(a => a.getAttribute("href"))) === '["https://example.com/","https://example.com/(a)"]'`)
	alice.want(`document.querySelector(".picture").innerText.includes("example.com")`)
}

// The hour after midnight is 00 in both languages.
func TestChatTimeAfterMidnight(t *testing.T) {
	s := newSite(t, nil)
	alice := s.chats("alice", "")
	for _, call := range []string{"clock", "moment"} {
		text := evaluateModule[string](alice, "clock, moment", "/shared/text.js", call+`(new Date(2026, 0, 5, 0, 7).getTime())`)
		if !strings.Contains(text, "00:07") {
			t.Errorf("%s: %q", call, text)
		}
	}
}
