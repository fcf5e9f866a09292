package browser_test

import (
	"testing"

	"gannet/engine"
)

// talkSecurely has two people chat whose pages come over TLS; a page that did could
// open no WebSocket but a wss:// one.
func (s *site) talkSecurely(addr string) {
	s.t.Helper()
	s.url = "https://" + addr
	alice, bob := s.chats("alice", "single_alice:bob"), s.chats("bob", "single_alice:bob")
	alice.want(`location.protocol === "https:" && isSecureContext`)
	alice.say("is this line safe?")
	bob.sees("is this line safe?")
	bob.say("it is")
	alice.sees("is this line safe?", "it is")
	alice.want(`document.querySelector("[data-testid=tick]")?.dataset.tick === "read"`)
	alice.shot("secure")
}

// TestPageThroughNginx: the chat page through nginx, with the sample that we give away.
func TestPageThroughNginx(t *testing.T) {
	s := newSite(t, func(c *engine.Config) { c.Listen.TrustedProxies = []string{"loopback"} })
	s.talkSecurely(s.nginx(t, false).addr)
}

// TestPageThroughHAProxy: likewise.
func TestPageThroughHAProxy(t *testing.T) {
	s := newSite(t, func(c *engine.Config) { c.Listen.TrustedProxies = []string{"loopback"} })
	s.talkSecurely(s.haproxy(t, false).addr)
}

// TestPageOverTLS: the chat page from the server's own listener for TLS.
func TestPageOverTLS(t *testing.T) {
	s := newSite(t, func(c *engine.Config) {
		c.Listen.TLS = "127.0.0.1:0"
		c.TLS.CertFile, c.TLS.KeyFile = writeCertificate(t, t.TempDir())
	})
	s.talkSecurely(s.engine.TLSAddr())
}
