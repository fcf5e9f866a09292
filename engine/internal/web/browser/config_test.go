package browser_test

import (
	"testing"

	"gannet/engine"
)

// A server that is to show no pages shows none, but for what others embed.
func TestNoPages(t *testing.T) {
	s := newSite(t, func(c *engine.Config) { c.HTTP.Pages = false })
	b := s.open("nobody", "/", desktop)
	b.want(`document.body.textContent.includes("no such path")`)
	b = s.open("widget", "/gannet.js", desktop)
	b.want(`document.body.textContent.includes("export class Client")`)
}
