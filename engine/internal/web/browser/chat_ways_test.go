package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gannet/engine"
	"gannet/engine/auth"
)

func evaluate(script string) chromedp.Action { return chromedp.Evaluate(script, nil) }

// setValue puts a value into a field or a choice, as if it had been typed.
func setValue(selector, value string) chromedp.Action {
	return evaluate(fmt.Sprintf(`(() => { const field = document.querySelector(%q); field.value = %q; field.dispatchEvent(new Event("input", { bubbles: true })); })()`, selector, value))
}

// keyDown presses a key and types nothing: chromedp's own Enter types a line break even
// where a page has dealt with the key.
func keyDown(key string) chromedp.Action {
	return input.DispatchKeyEvent(input.KeyRawDown).WithKey(key)
}

// A chat without touching the mouse.
func TestChatByKeyboard(t *testing.T) {
	s := newSite(t, unlimited)
	s.tell("bob", map[string]any{"to": "alice", "content": "from bob"})
	s.tell("carol", map[string]any{"to": "alice", "content": "from carol"})
	alice := &person{s.open("alice", "/", desktop), "alice"}
	alice.want(`document.activeElement?.name === "login"`)
	alice.press("alice\r")
	alice.online()

	control := chromedp.KeyModifiers(input.ModifierCtrl)
	alice.press("k", control)
	alice.want(`document.activeElement.dataset.testid === "search"`)
	alice.press(kb.ArrowDown)
	alice.press(kb.ArrowDown)
	alice.want(`document.activeElement.dataset.conv === "single_alice:bob"`)
	alice.press(kb.ArrowUp)
	alice.want(`document.activeElement.dataset.conv === "single_alice:carol"`)
	alice.press(kb.ArrowUp)
	alice.want(`document.activeElement.dataset.testid === "search"`)
	alice.press("bob")
	alice.want(`document.querySelectorAll("[data-testid=line]").length === 1`)
	alice.press("\r")
	alice.want(`document.activeElement.dataset.testid === "composer"`)
	alice.sees("from bob")

	alice.press("hello")
	alice.press("\r", chromedp.KeyModifiers(input.ModifierShift))
	alice.press("bob\r")
	alice.sees("from bob", "hello\nbob")
	alice.press(kb.ArrowUp)
	alice.want(`document.querySelector("[data-testid=about]")`)
	alice.press("!")
	alice.press("\r")
	alice.sees("from bob", "hello\nbob!")
	alice.press(kb.ArrowUp)
	alice.press(kb.Escape)
	alice.want(`!document.querySelector("[data-testid=about]") && document.querySelector("[data-testid=composer]").value === ""`)

	// From the field into the thread, to a message's menu, and back.
	alice.press(kb.Tab, chromedp.KeyModifiers(input.ModifierShift))
	alice.want(`document.activeElement.classList.contains("scroller")`)
	alice.press(kb.ArrowUp)
	alice.press(kb.ArrowUp)
	alice.want(`document.activeElement.innerText.includes("from bob")`)
	alice.do(keyDown("Enter"))
	alice.want(`document.querySelector(".menu:popover-open")`)
	alice.shot("menu")
	alice.press("\r") // the first of the quick reactions
	alice.want(`document.querySelector("[data-testid=reaction]")`)
	alice.press(kb.Escape)
	alice.want(`document.activeElement.dataset.testid === "composer"`)

	alice.press(kb.ArrowUp, chromedp.KeyModifiers(input.ModifierAlt))
	alice.want(`document.querySelector("[data-testid=title]").innerText === "bob"`)
	alice.press(kb.ArrowDown, chromedp.KeyModifiers(input.ModifierAlt))
	alice.want(`document.querySelector("[data-testid=title]").innerText === "carol"`)

	// Somebody new, found by the search field.
	alice.press("k", control)
	alice.press("dora")
	alice.want(`document.querySelector("[data-testid=new-user]")`)
	alice.press("\r")
	alice.want(`document.querySelector("[data-testid=title]").innerText === "dora"`)
	alice.press("nice to meet you\r")
	alice.sees("nice to meet you")
}

// At the width of a phone the list and the thread are two screens.
func TestChatOnPhone(t *testing.T) {
	s := newSite(t, unlimited)
	s.tell("bob", map[string]any{"to": "alice", "content": "from bob"})
	alice := s.chatsAt("alice", "", phone)
	alice.want(`document.querySelector(".side").checkVisibility() && !document.querySelector(".main").checkVisibility()`)
	alice.click(lineOf("single_alice:bob"))
	alice.want(`!document.querySelector(".side").checkVisibility() && document.querySelector(".main").checkVisibility()`)
	alice.say("hello")
	alice.sees("from bob", "hello")
	alice.click("[data-testid=back]")
	alice.want(`document.querySelector(".side").checkVisibility() && document.querySelector("[data-testid=line]").innerText.includes("You: hello")`)
	alice.click(lineOf("single_alice:bob"))
	alice.sees("from bob", "hello")
	alice.do(chromedp.NavigateBack())
	alice.want(`document.querySelector(".side").checkVisibility()`)
	if wide := get[bool](alice.tab, `document.documentElement.scrollWidth > innerWidth`); wide {
		t.Error("the page is wider than the phone")
	}
}

// The language and the colours can be chosen, and stay so.
func TestChatLanguageAndTheme(t *testing.T) {
	s := town(t)
	s.talk()
	alice := s.chats("alice", "group_harbour")
	alice.tells("You created the group")
	alice.click("[data-testid=menu]")
	alice.click("[data-testid=language-zh]")
	alice.tells("你创建了群")
	alice.want(`document.documentElement.lang === "zh-CN" && document.querySelector("[data-testid=composer]").placeholder === "发消息给 Harbour crew"`)
	alice.click("[data-testid=menu]")
	alice.click("[data-testid=theme-dark]")
	alice.want(`document.documentElement.dataset.theme === "dark"`)
	alice.do(chromedp.Reload())
	alice.online()
	alice.tells("你创建了群")
	alice.want(`getComputedStyle(document.body).colorScheme === "dark"`)
	alice.everyLook("chinese")
	alice.click("[data-testid=group]")
	alice.want(`document.querySelectorAll("[data-testid=member]").length === 5`)
	alice.shot("chinese-group")
}

// A login in the address is taken over; leaving forgets it.
func TestChatLogin(t *testing.T) {
	s := newSite(t, nil)
	alice := s.chats("alice", "single_alice:bob")
	alice.do(chromedp.Reload())
	alice.want(`document.querySelector("[data-testid=title]")?.innerText === "bob"`)
	alice.click("[data-testid=menu]")
	alice.click("[data-testid=logout]")
	alice.want(`document.querySelector("input[name=login]") && location.search === "" && location.hash === ""`)
	alice.do(chromedp.Reload())
	alice.want(`document.querySelector("input[name=login]")`)
	alice.typeInto("input[name=login]", "carol\r")
	alice.want(`document.querySelector("[data-testid=me]")?.innerText === "carol"`)
}

// Without dev mode a token is asked for; one in the address doesn't stay there.
func TestChatToken(t *testing.T) {
	const secret = "a secret of at least thirty-two bytes"
	s := newSite(t, func(c *engine.Config) {
		c.Auth.Mode = "jwt"
		c.Auth.JWT.Secret = secret
	})
	signer, err := auth.NewSigner(auth.Config{Secret: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.Mint("alice", "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	alice := &person{s.open("alice", "/#token="+token, desktop), "alice"}
	alice.online()
	alice.want(`document.querySelector("[data-testid=me]").innerText === "alice" && !location.href.includes("token")`)

	bob := &person{s.open("bob", "/", desktop), "bob"}
	bob.typeInto("textarea[name=login]", "not.a.token")
	bob.click("[data-testid=login]")
	bob.want(`document.querySelector("[role=alert]")?.innerText.includes("refused") && document.querySelector("textarea[name=login]")`)
	bob.shot("refused")
}
