package main

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gannet/engine"
)

// TestInvitation: what people are invited to is there.
func TestInvitation(t *testing.T) {
	p := startProcess(t, t.TempDir(), "desk.visitors=true")
	c := engine.DefaultConfig()
	c.Desk.Visitors = true
	var text strings.Builder
	invite(&text, c, p.ws, p.http, p.admin)
	pages := regexp.MustCompile(`http://[^ ,\n]+[a-z/]`).FindAllString(text.String(), -1)
	for _, page := range pages {
		resp, err := browser.Get(page)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s is answered %s, %s", page, resp.Status, resp.Header.Get("Content-Type"))
		}
	}
	if len(pages) != 4 {
		t.Errorf("%d pages in\n%s", len(pages), &text)
	}
	line := regexp.MustCompile(`In a terminal: gannet (.*)\n`).FindStringSubmatch(text.String())
	if line == nil {
		t.Fatal(text.String())
	}
	terminal := startPTY(t, 80, 24, nil, append([]string{"gannet"}, strings.Fields(line[1])...)...)
	terminal.see("── bob")
	terminal.enter("/groups create team")
	terminal.see("you created the group")
}

// What a configuration hasn't nobody is invited to.
func TestInvitationWithout(t *testing.T) {
	c := engine.DefaultConfig()
	invited := func() []string {
		var text strings.Builder
		invite(&text, c, c.Listen.WS, c.Listen.HTTP, c.Listen.Admin)
		return strings.Split(strings.TrimSpace(text.String()), "\n")
	}
	usual := invited()
	if len(usual) != 3 || strings.Contains(usual[0], "widget") || usual[1] != "In a terminal: gannet chat --user alice --to bob" {
		t.Errorf("%q", usual)
	}
	c.HTTP.Pages = false
	if bare := invited(); !slices.Equal(bare, usual[1:]) {
		t.Errorf("%q", bare)
	}
}
