package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestTerminalEditing: wide characters are typed, moved over and deleted, also
// while something comes in above.
func TestTerminalEditing(t *testing.T) {
	p := startProcess(t, t.TempDir())
	c := chatAt(t, p, "--user", "alice", "--to", "bob")
	c.see("nothing has been said here yet")
	c.at("bob › |")
	c.keys("你好世界")
	c.at("bob › 你好世界|")
	c.keys("\x1b[D\x7f")
	c.at("bob › 你好|界")
	p.api("POST", "/api/v1/messages/send?uid=bob", `{"to":"alice","content":"嗨，在吗？"}`, &struct{}{})
	c.see("bob  嗨，在吗？")
	c.at("bob › 你好|界")
	c.keys("世\r")
	c.see("you  你好世界")
	c.keys("\x1b[A")
	c.at("bob › 你好世界|")
	c.keys("\x15" + strings.Repeat("长", 40))
	c.at("长长长|")
	c.resize(60, 20)
	c.at(strings.Repeat("长", 13) + "|")
	c.keys(strings.Repeat("\x7f", 30))
	c.at("bob › " + strings.Repeat("长", 10) + "|")
	c.resize(100, 20)
	c.keys("\x1b[200~two\rlines\x1b[201~")
	c.at("bob › " + strings.Repeat("长", 10) + "two⏎lines|")
	c.keys("\x15one\x1b\rmore\r")
	c.see("you  one\n    │ more\n")
	if n := strings.Count(c.screen.text(), "bob ›"); n != 1 {
		t.Errorf("%d prompts are on the screen\n%s", n, c.screen.text())
	}
}

// TestTerminalHostile: what others write can't control the terminal, nor look like
// what it isn't.
func TestTerminalHostile(t *testing.T) {
	p := startProcess(t, t.TempDir())
	p.api("POST", "/api/v1/groups?uid=bob", `{"group_id":"g","name":"\u001b[5mname","members":["alice"]}`, &struct{}{})
	texts := []string{
		`\u001b[2J\u001b]0;title\u0007gone`, `\u009b31mred`, `over\rwritten`, `pay \u202e001 now`,
		`line\n#9   10:00 alice  I owe you`, `a` + strings.Repeat(" ", 90) + `#8   10:00 alice  and more`,
	}
	for _, text := range texts {
		p.api("POST", "/api/v1/messages/send?uid=bob", `{"to":"alice","content":"`+text+`"}`, &struct{}{})
	}
	c := chatAt(t, p, "--user", "alice", "--to", "bob")
	for _, want := range []string{
		"␛[2J␛]0;title␇gone", "<U+009B>31mred", "over␍written", "pay <U+202E>001 now",
		"line\n    │ #9   10:00 alice  I owe you", "    │ #8   10:00 alice  and more",
	} {
		c.see(want)
	}
	p.api("POST", "/api/v1/messages/send?uid=bob", `{"group_id":"g","content":"\u001b[2Jsecond\nline"}`, &struct{}{})
	c.see("#g bob: ␛[2Jsecond⏎line (1 unread, /o #g)")
	c.enter("/o #g")
	c.see("#g (␛[5mname)")
	p.api("POST", "/api/v1/messages/react?uid=bob", `{"id":"`+lastID(p, "to=alice")+`","emoji":"👍"}`, &struct{}{})
	c.keys("\x03\x04")
	if code := c.ends(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	raw := string(c.raw)
	for _, bad := range []string{"\x1b[2J", "\x1b]", "\u009b", "\u202e", "\x07", "\x1b[5m"} {
		if strings.Contains(raw, bad) {
			t.Errorf("%q reached the terminal", bad)
		}
	}
	if strange := c.screen.unfamiliar(); len(strange) > 0 {
		t.Errorf("strange sequences: %q", strange)
	}
}

// lastID is the id of bob's last message in a conversation.
func lastID(p *process, query string) string {
	var page struct{ Messages []struct{ ID string } }
	p.api("GET", "/api/v1/messages/history?uid=bob&limit=1&"+query, "", &page)
	return page.Messages[0].ID
}

// TestTerminalCommands: each command does what its help says, on both sides.
func TestTerminalCommands(t *testing.T) {
	p := startProcess(t, t.TempDir())
	alice, bob := chatAt(t, p, "--user", "alice"), chatAt(t, p, "--user", "bob")
	alice.see("/open NAME")
	bob.see("/open NAME")
	alice.enter("/o bob")
	alice.see("nothing has been said here yet")
	alice.enter("hello")
	bob.see("alice: hello (1 unread, /o alice)")
	bob.see("1 unread: alice 1")
	alice.see("✓ #1 sent")
	bob.enter("/l")
	bob.see("  1  alice             1 unread")
	bob.enter("/o 1")
	bob.see("#1   ")
	alice.see("✓✓ #1 read")
	alice.see("bob online")
	bob.enter("/reply 1 hi there")
	alice.see("↳ #1 you: hello\n#2 ")
	bob.enter("/react 1 +1")
	alice.see("bob put 👍 on #1 hello")
	bob.enter("/unreact 1 👍")
	alice.see("bob took 👍 off #1 hello")
	bob.keys("/edit 2 \t")
	bob.at("alice › /edit 2 hi there |")
	bob.enter("\x17\x17hey you")
	alice.see("bob edited #2: hey you")
	bob.enter("/recall 2")
	alice.see("bob recalled #2")
	bob.enter("/recall 7")
	bob.see("! no message #7 was shown here")
	bob.enter("/reacted 1 x")
	bob.see("! there is no command /reacted")
	bob.enter("//slash")
	alice.see("bob  /slash")
	bob.keys("typing")
	alice.see("bob is typing…")
	bob.keys("\x03")
	alice.enter("/close")
	alice.enter("nobody hears this")
	alice.see("! no conversation is open")
	bob.enter("still here?")
	alice.see("bob: still here? (1 unread, /o bob)")
	alice.enter("/read all")
	bob.see("✓✓ #8 read")
	alice.keys("\x04")
	if code := alice.ends(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	bob.see("alice last seen")
}

// TestTerminalGroups: a group is made, joined, managed and left.
func TestTerminalGroups(t *testing.T) {
	p := startProcess(t, t.TempDir())
	alice, bob, carol := chatAt(t, p, "--user", "alice"), chatAt(t, p, "--user", "bob"), chatAt(t, p, "--user", "carol")
	for _, c := range []*ptyProcess{alice, bob, carol} {
		c.see("/open NAME")
	}
	alice.enter("/groups create team bob")
	alice.see("you created the group with bob")
	bob.see("#team: alice created the group with you")
	bob.keys("/o #t\t\r")
	bob.see("── #team ──")
	alice.enter("welcome @bob, and @all")
	bob.see("alice  welcome @bob, and @all")
	alice.see("✓✓ #2 read by 1")
	alice.enter("/groups door approval")
	alice.see("you changed the group: join \"approval\"")
	carol.enter("/groups join team let me in")
	carol.see("asked to come into #team")
	alice.see("carol asks to come into #team")
	alice.enter("/groups requests")
	alice.see("carol: let me in")
	alice.enter("/groups accept carol")
	bob.see("took in carol")
	carol.see("#team")
	alice.enter("/who")
	alice.see("● carol             online")
	alice.see("● you               online, owner")
	alice.enter("/groups rename The team")
	bob.see(`alice changed the group: name "The team"`)
	bob.enter("/groups")
	bob.see("1  #team (The team)")
	alice.enter("/groups kick bob")
	bob.see("removed you")
	carol.enter("/o #team")
	carol.see("── #team")
	carol.enter("/groups leave")
	carol.see("you are no member of #team")
	alice.see("carol left")
	alice.enter("/groups dissolve")
	alice.see("! /groups dissolve ID: end it for everybody")
	alice.enter("/groups dissolve team")
	alice.see("you dissolved the group")
	alice.see("you are no member of #team")
	alice.enter("/groups rename x")
	alice.see("! /groups rename is about the open group, and none is")
}

// TestTerminalHistory: older messages come by the page, each once.
func TestTerminalHistory(t *testing.T) {
	p := startProcess(t, t.TempDir())
	for i := range 50 {
		p.api("POST", "/api/v1/messages/send?uid=bob", fmt.Sprintf(`{"to":"alice","content":"text %d"}`, i+1), &struct{}{})
	}
	c := chatAt(t, p, "--user", "alice", "--to", "bob")
	c.see("bob  text 50")
	c.enter("/history 10")
	c.see("bob  text 21\n")
	c.enter("/history")
	c.see("bob  text 1\n")
	c.enter("/history")
	c.see("there is nothing older")
	seen := map[string]int{}
	for _, line := range said(c.screen) {
		seen[line]++
	}
	for i := range 50 {
		if line := fmt.Sprintf("#%d bob text %d", i+1, i+1); seen[line] != 1 {
			t.Errorf("%q is there %d times", line, seen[line])
		}
	}
}

// TestTerminalColours: they are for terminals that want them.
func TestTerminalColours(t *testing.T) {
	p := startProcess(t, t.TempDir())
	for name, test := range map[string]struct {
		env  []string
		args []string
		want bool
	}{
		"wanted":     {nil, nil, true},
		"NO_COLOR":   {[]string{"NO_COLOR=1"}, nil, false},
		"a flag":     {nil, []string{"--no-color"}, false},
		"a dumb one": {[]string{"TERM=dumb"}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"gannet", "chat", "--user", "alice", "--url", "ws://" + p.ws + "/ws"}, test.args...)
			c := startPTY(t, 80, 24, test.env, args...)
			c.see("/open NAME")
			c.keys("\x04")
			c.ends()
			if got := strings.Contains(string(c.raw), "m"+"·"); got != test.want {
				t.Errorf("colours: %t", got)
			}
		})
	}
}
