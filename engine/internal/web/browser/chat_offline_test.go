package browser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// retry doesn't wait for the next try, unless that has come by itself.
var retry = evaluate(`document.querySelector("[data-testid=retry]")?.click()`)

// One loses the network, both write, it comes back: both have everything once, in one order.
func TestChatOneIsOffline(t *testing.T) {
	s, line := newRelayedSite(t)
	alice := s.chats("alice", "single_alice:bob")
	bob := s.chats("bob", "single_alice:bob")
	alice.say("before")
	bob.sees("before")

	line.cut("bob")
	bob.want(`document.querySelector("[data-testid=banner]")?.dataset.state === "waiting"`)
	for i := range 5 {
		alice.say(fmt.Sprintf("from alice %d", i))
		bob.say(fmt.Sprintf("from bob %d", i))
	}
	alice.stored()
	bob.want(`document.querySelectorAll("[data-tick=queued]").length === 5`)

	line.join()
	bob.do(retry)
	bob.online()
	bob.stored()
	for _, p := range []*person{alice, bob} {
		p.want(threadTexts + `.length === 11`)
	}
	one, other := alice.texts(), bob.texts()
	if !slices.Equal(one, other) {
		t.Fatalf("alice has %q, bob %q", one, other)
	}
	checkOrder(t, one, "from alice", 5)
	checkOrder(t, one, "from bob", 5)
}

// checkOrder wants the texts that begin so to be numbered from 0, each once.
func checkOrder(t *testing.T, texts []string, begin string, count int) {
	t.Helper()
	n := 0
	for _, text := range texts {
		if strings.HasPrefix(text, begin) {
			if text != fmt.Sprintf("%s %d", begin, n) {
				t.Fatalf("%q in the place of number %d of %q", text, n, texts)
			}
			n++
		}
	}
	if n != count {
		t.Fatalf("%d of %q in %q", n, begin, texts)
	}
}

// The server stops, both write, it comes back.
func TestChatServerStops(t *testing.T) {
	s := newSite(t, nil)
	alice := s.chats("alice", "single_alice:bob")
	bob := s.chats("bob", "single_alice:bob")
	alice.say("before")
	bob.sees("before")
	s.stop()
	alice.want(`document.querySelector("[data-testid=banner]")?.dataset.state === "waiting"`)
	for i := range 3 {
		alice.say(fmt.Sprintf("from alice %d", i))
		bob.say(fmt.Sprintf("from bob %d", i))
	}
	s.start()
	for _, p := range []*person{alice, bob} {
		p.online()
		p.stored()
		p.want(threadTexts + `.length === 7`)
	}
	one, other := alice.texts(), bob.texts()
	if !slices.Equal(one, other) {
		t.Fatalf("alice has %q, bob %q", one, other)
	}
	checkOrder(t, one, "from alice", 3)
	checkOrder(t, one, "from bob", 3)
}

// What waits to be sent outlives a reload, and what was called off doesn't go out.
func TestChatOutboxSurvivesReload(t *testing.T) {
	s, line := newRelayedSite(t)
	alice := s.chats("alice", "single_alice:bob")
	alice.say("before")
	alice.stored()
	line.cut("alice")
	alice.want(`document.querySelector("[data-testid=banner]")?.dataset.state === "waiting"`)
	alice.say("one")
	alice.say("two")
	alice.say("three")
	alice.click(alice.message("two", "[data-testid=cancel-send]"))
	alice.want(`JSON.stringify(` + threadTexts + `) === '["before","one","three"]'`)
	alice.want(`document.querySelector("[data-testid=composer]").value === "two"`) // to be changed, perhaps

	alice.do(chromedp.Reload())
	alice.want(`JSON.stringify(` + threadTexts + `) === '["one","three"]'`)
	alice.shot("reloaded")
	line.join()
	alice.do(retry)
	alice.online()
	alice.sees("before", "one", "three")
	alice.stored()

	bob := s.chats("bob", "single_alice:bob")
	bob.sees("before", "one", "three")
	if got := bob.texts(); len(got) != 3 {
		t.Fatalf("bob has %q", got)
	}
}

// A line that breaks again and again while both write loses and doubles nothing.
func TestChatBrokenLine(t *testing.T) {
	s, line := newRelayedSite(t)
	alice := s.chats("alice", "single_alice:bob")
	bob := s.chats("bob", "single_alice:bob")
	const rounds, each = 4, 3
	for round := range rounds {
		for i := range each {
			alice.say(fmt.Sprintf("from alice %d", round*each+i))
			bob.say(fmt.Sprintf("from bob %d", round*each+i))
			if i == 1 {
				line.cut("alice", "bob")
			}
		}
		line.join()
		alice.online()
		bob.online()
	}
	for _, p := range []*person{alice, bob} {
		p.stored()
		p.want(fmt.Sprintf(threadTexts+`.length === %d`, 2*rounds*each))
	}
	one, other := alice.texts(), bob.texts()
	if !slices.Equal(one, other) {
		t.Fatalf("alice has %q, bob %q", one, other)
	}
	checkOrder(t, one, "from alice", rounds*each)
	checkOrder(t, one, "from bob", rounds*each)
}
