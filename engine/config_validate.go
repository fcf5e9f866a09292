package engine

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gannet/engine/auth"
)

// MaxNodeID is the largest node_id: a message id has 10 bits for it.
const MaxNodeID = 1<<10 - 1

// MaxGroupMembers is the most that limits.group_members may be set to.
const MaxGroupMembers = 100_000

// envelopeBytes is room for the fields around a message's content, so that a
// message of the largest size still fits into an empty outbound buffer.
const envelopeBytes = 4 << 10

// maxTextBytes keeps the texts of the configuration small enough to be one short
// frame each.
const maxTextBytes = 1 << 10

// year is the longest time that the windows of the configuration may span.
const year = 366 * 24 * time.Hour

// Validate returns every problem at once, joined, or nil. Each names the key,
// its value and what is allowed. It touches neither files nor the network.
func (c Config) Validate() error {
	var p problems
	c.Listen.validate(&p)
	c.TLS.validate(&p, c.Listen.TLS)
	p.unless(c.DataDir != "", "data_dir", c.DataDir, "the name of a directory")
	c.Storage.validate(&p)
	p.between("node_id", c.NodeID, 0, MaxNodeID)
	c.Auth.validate(&p)
	p.add(c.devModeStaysHome())
	c.Heartbeat.validate(&p)
	c.Delivery.validate(&p)
	p.duration("dedupe.window", c.Dedupe.Window, time.Second, year)
	p.duration("recall.window", c.Recall.Window, shortestTimer, year)
	p.text("recall.text", c.Recall.Text)
	p.duration("edit.window", c.Edit.Window, shortestTimer, year)
	p.text("welcome.text", c.Welcome.Text)
	c.Limits.validate(&p)
	c.Groups.validate(&p, c.Limits.GroupMembers)
	p.unless(auth.ValidUser(c.System.User), "system.user", c.System.User, "1 to 64 of A-Z a-z 0-9 . _ @ -")
	c.Desk.validate(&p)
	c.Webhooks.validate(&p)
	c.Hook.validate(&p)
	for _, origin := range c.HTTP.AllowedOrigins {
		p.unless(isOrigin(origin), "http.allowed_origins", origin, "scheme://host or scheme://host:port")
	}
	p.unless(c.WebSocket.PublicURL == "" || isSocketURL(c.WebSocket.PublicURL), "websocket.public_url", c.WebSocket.PublicURL, "ws:// or wss://, host and path, such as wss://chat.example.com/ws")
	p.between("reactors", c.Reactors, 0, 1024)
	p.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	p.oneOf("log.format", c.Log.Format, "text", "json")
	return errors.Join(p...)
}

func (l ListenConfig) validate(p *problems) {
	_, err := l.proxies()
	p.add(err)
	keys := []string{"listen.ws", "listen.http", "listen.admin", "listen.tls"}
	addrs := []string{l.WS, l.HTTP, l.Admin, l.TLS}
	for i, addr := range addrs {
		if addr == "" && keys[i] == "listen.tls" {
			continue
		}
		if !isListenAddress(addr) {
			p.unless(false, keys[i], addr, "host:port with a port from 0 to 65535, such as 127.0.0.1:9502")
			continue
		}
		if j := slices.Index(addrs, addr); j < i && !strings.HasSuffix(addr, ":0") {
			p.add(fmt.Errorf("%s: %q is the address of %s too; each listener needs its own", keys[i], addr, keys[j]))
		}
	}
}

func (a AuthConfig) validate(p *problems) {
	p.add(a.Keys().Validate())
	_, err := auth.NewAPIKeys(a.APIKeys)
	p.add(err)
	p.add(a.adminToken())
}

func (h HeartbeatConfig) validate(p *problems) {
	p.duration("heartbeat.idle", h.Idle, shortestTimer, 24*time.Hour)
	p.duration("heartbeat.check", h.Check, shortestTimer, 24*time.Hour)
}

func (d DeliveryConfig) validate(p *problems) {
	p.duration("delivery.retry_after", d.RetryAfter, shortestTimer, 24*time.Hour)
	p.duration("delivery.retry_check", d.RetryCheck, shortestTimer, 24*time.Hour)
	p.between("delivery.retries", d.Retries, 0, 100)
	p.between("delivery.backlog", d.Backlog, 0, 10_000)
}

func (l LimitsConfig) validate(p *problems) {
	p.between("limits.messages_per_second", l.MessagesPerSecond, 0, 1_000_000)
	p.between("limits.burst", l.Burst, 1, 1_000_000)
	p.between("limits.http_per_second", l.HTTPPerSecond, 0, 1_000_000)
	p.between("limits.http_burst", l.HTTPBurst, 1, 1_000_000)
	p.between("limits.logins_per_second", l.LoginsPerSecond, 0, 1_000_000)
	p.between("limits.connections", l.Connections, 0, 10_000_000)
	p.between("limits.connections_per_user", l.ConnectionsPerUser, 0, 10_000_000)
	p.between("limits.connections_per_address", l.ConnectionsPerAddress, 0, 10_000_000)
	p.between("limits.group_members", l.GroupMembers, 2, MaxGroupMembers)
	p.between("limits.message_bytes", l.MessageBytes, 256, 16<<20)
	const key = "limits.outbound_bytes"
	if least := l.MessageBytes + envelopeBytes; 0 < l.OutboundBytes && l.OutboundBytes < least {
		p.add(fmt.Errorf("%s: %d is too little for one message of limits.message_bytes (%d); allowed is %d or more",
			key, l.OutboundBytes, l.MessageBytes, least))
		return
	}
	p.between(key, l.OutboundBytes, 1, 1<<30)
}

// validate holds the groups against limits.group_members too.
func (g GroupsConfig) validate(p *problems, most int) {
	p.between("groups.receipt_members", g.ReceiptMembers, 0, MaxGroupMembers)
	const key = "groups.max_members"
	if 2 <= most && most < g.MaxMembers && g.MaxMembers <= MaxGroupMembers {
		p.add(fmt.Errorf("%s: %d is more than limits.group_members (%d); allowed is a number from 2 to %d",
			key, g.MaxMembers, most, most))
		return
	}
	p.between(key, g.MaxMembers, 2, MaxGroupMembers)
}

// devModeStaysHome refuses the mode in which everybody is believed wherever
// other machines could reach the server.
func (c Config) devModeStaysHome() error {
	if c.Auth.Mode != auth.ModeDev {
		return nil
	}
	var p problems
	for _, l := range [][2]string{{"listen.ws", c.Listen.WS}, {"listen.http", c.Listen.HTTP}, {"listen.tls", c.Listen.TLS}} {
		key, addr := l[0], l[1]
		if isListenAddress(addr) && !isLoopback(addr) {
			p.add(fmt.Errorf("%s: %q can be reached from other machines, and with auth.mode dev anybody could be anyone; "+
				"set auth.mode to jwt and auth.jwt.secret or auth.jwt.public_key_file, or listen on 127.0.0.1", key, addr))
		}
	}
	return errors.Join(p...)
}

// shortestTimer is the finest grain at which the engine looks at the clock.
const shortestTimer = 10 * time.Millisecond

// problems gathers what is wrong with a configuration.
type problems []error

func (p *problems) add(err error) {
	if err != nil {
		*p = append(*p, err)
	}
}

func (p *problems) unless(ok bool, key, value, allowed string) {
	if !ok {
		*p = append(*p, fmt.Errorf("%s: %q is not allowed; allowed is %s", key, value, allowed))
	}
}

func (p *problems) text(key, value string) {
	p.unless(utf8.ValidString(value) && len(value) <= maxTextBytes,
		key, value, fmt.Sprintf("UTF-8 text of at most %d bytes", maxTextBytes))
}

func (p *problems) oneOf(key, value string, allowed ...string) {
	p.unless(slices.Contains(allowed, value), key, value, strings.Join(allowed, " or "))
}

func (p *problems) between(key string, value, least, most int) {
	p.unless(least <= value && value <= most, key, strconv.Itoa(value), fmt.Sprintf("a number from %d to %d", least, most))
}

func (p *problems) duration(key string, value, least, most time.Duration) {
	p.unless(least <= value && value <= most, key, formatDuration(value),
		fmt.Sprintf("a duration from %s to %s, with its unit, such as 30s", formatDuration(least), formatDuration(most)))
}

func isListenAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// isLoopback reports whether a listener on addr is out of reach for other
// machines. A name other than localhost could point anywhere.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// isOrigin reports whether s is a serialised origin as a browser sends it
// (RFC 6454 section 6.2). What would end a source of a Content-Security-Policy is
// none.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && s == u.Scheme+"://"+u.Host && !strings.ContainsAny(s, ";,'*")
}

// isSocketURL reports whether browsers could open a WebSocket there.
func isSocketURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "ws" || u.Scheme == "wss") && isOrigin(u.Scheme+"://"+u.Host) && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}
