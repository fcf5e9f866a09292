package engine

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"gannet/engine/auth"
)

// Risk is a setting that a server can run with, and that hardly anybody wants where
// others depend on it.
type Risk struct {
	Key  string
	Text string // what may happen, and what to do about it
}

// Risks lists what is risky about a valid configuration.
func (c Config) Risks() []Risk {
	var r risks
	c.riskyLogins(&r)
	c.riskyListeners(&r)
	c.riskyLimits(&r)
	c.Hook.risky(&r)
	r.when(c.Storage.MinFreeBytes == 0, "storage.min_free_bytes", "0 lets the disk run full: what Gannet and others on it then do is not what you want; leave some room")
	return r
}

type risks []Risk

func (r *risks) when(risky bool, key, text string) {
	if risky {
		*r = append(*r, Risk{key, text})
	}
}

func (c Config) riskyLogins(r *risks) {
	if c.Auth.Mode == auth.ModeDev {
		r.when(true, "auth.mode", "dev believes everybody who they say they are: for trying things out only")
		return
	}
	jwt := c.Auth.JWT
	r.when(jwt.MaxTTL == 0, "auth.jwt.max_ttl", "0s accepts tokens of any life and keeps revocations for ever; set it to what your tokens live")
	r.when(jwt.Issuer == "" && jwt.Audience == "", "auth.jwt.audience", "neither iss nor aud of a token is looked at: one that was made for another service with the same key is good here, too")
}

func (c Config) riskyListeners(r *risks) {
	for _, l := range [][2]string{{"listen.ws", c.Listen.WS}, {"listen.http", c.Listen.HTTP}} {
		r.when(!isLoopback(l[1]), l[0], fmt.Sprintf("%s can be reached from other machines, in the clear: have TLS in front of it, or use listen.tls", l[1]))
	}
	r.when(!isLoopback(c.Listen.Admin), "listen.admin", c.Listen.Admin+" can be reached from other machines: metrics and health ask for no login; keep it to a network of your own")
	for _, proxy := range c.Listen.TrustedProxies {
		p, err := netip.ParsePrefix(proxy)
		r.when(err == nil && !p.Addr().IsPrivate() && !p.IsSingleIP() && p.Bits() < 24, "listen.trusted_proxies",
			proxy+" believes very many about the addresses of clients; name your proxies alone")
	}
}

func (c Config) riskyLimits(r *risks) {
	l := c.Limits
	for _, limit := range []struct {
		key   string
		value int
		what  string
	}{
		{"limits.messages_per_second", l.MessagesPerSecond, "one connection may take the whole server"},
		{"limits.http_per_second", l.HTTPPerSecond, "one user may take the whole HTTP listener"},
		{"limits.logins_per_second", l.LoginsPerSecond, "after a restart all clients come back at once"},
		{"limits.connections_per_user", l.ConnectionsPerUser, "one user may take all connections"},
	} {
		r.when(limit.value == 0, limit.key, "0 sets no bound: "+limit.what)
	}
	r.when(c.Desk.Visitors && c.Desk.VisitorsPerMinute == 0, "desk.visitors_per_minute", "0 sets no bound: each visitor is a row on the disk, for ever")
}

func (h HookConfig) risky(r *risks) {
	if h.URL == "" {
		return
	}
	r.when(h.Secret == "", "hook.secret", "empty: the service can't tell who asks it")
	r.when(h.Fail == failOpen, "hook.fail", "open lets messages through unchecked while the service doesn't answer")
	u, err := url.Parse(h.URL)
	r.when(err == nil && u.Scheme == "http" && !localHost(u.Hostname()), "hook.url", "messages go to another machine in the clear; use https")
}

func localHost(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
