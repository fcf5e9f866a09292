package engine

import (
	"fmt"
	"time"

	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/desk"
)

// DeskConfig is about the customer-service desk: docs/desk.md.
type DeskConfig struct {
	Visitors          bool          `koanf:"visitors" doc:"let anonymous visitors in: POST /api/v1/desk/visitors gives anybody a token that is good for sessions of the desk and nothing else; false refuses the tokens that were given before, too"`
	VisitorTTL        time.Duration `koanf:"visitor_ttl" doc:"life of a visitor's token, in whole seconds; it can be renewed as long as it lasts"`
	VisitorsPerMinute int           `koanf:"visitors_per_minute" doc:"visitors who may come from one IP address (of IPv6: one /64) each minute, and as many at once after a pause; 0 = any number"`
	IdentitySecret    string        `koanf:"identity_secret" secret:"true" doc:"shared secret by which the site says who a visitor is (the HMAC-SHA256 of a user id), at least 32 bytes; empty = by a token of the site only"`
	MaxSessions       int           `koanf:"max_sessions" doc:"sessions that an agent may have at a time who asks for no other number; 0 = any number"`
	MaxQueue          int           `koanf:"max_queue" doc:"sessions that may wait for an agent; one more is refused (503 busy)"`
	MaxOffline        int           `koanf:"max_offline" doc:"open sessions that may be offline messages; outside of desk.hours one more is refused (503 busy), and a session that no agent came to within desk.max_wait is closed (unserved)"`
	MaxWait           time.Duration `koanf:"max_wait" doc:"a session that waited for an agent this long becomes an offline message; 0s = never"`
	AgentGrace        time.Duration `koanf:"agent_grace" doc:"how long an agent may be away before the sessions go to others"`
	FirstReply        time.Duration `koanf:"first_reply" doc:"an agent who hasn't written to a new session for this long loses it to another one; 0s = never"`
	VisitorSilent     time.Duration `koanf:"visitor_silent" doc:"a visitor who hasn't answered an agent for this long is warned; 0s = never"`
	VisitorClose      time.Duration `koanf:"visitor_close" doc:"how long after the warning the session is closed"`
	Hours             string        `koanf:"hours" doc:"when the desk is open, such as mon-fri 09:00-18:00; sat 10:00-14:00; closed 2026-12-25; outside of it a session becomes an offline message; empty = always"`
	TimeZone          string        `koanf:"time_zone" doc:"time zone of desk.hours and of the days of the figures, a name of the IANA database, such as Asia/Shanghai"`
	ClosedText        string        `koanf:"closed_text" doc:"told to a visitor who comes outside of desk.hours; {opens} stands for when the desk opens next"`
	OfflineText       string        `koanf:"offline_text" doc:"told to a visitor for whom no agent came within desk.max_wait"`
	WarnText          string        `koanf:"warn_text" doc:"told to a silent visitor before the session is closed"`
}

func defaultDesk() DeskConfig {
	return DeskConfig{
		VisitorTTL: 24 * time.Hour, VisitorsPerMinute: 30,
		MaxSessions: 5, MaxQueue: 10_000, MaxOffline: 10_000, MaxWait: 10 * time.Minute,
		AgentGrace: 60 * time.Second, FirstReply: 2 * time.Minute, VisitorSilent: 5 * time.Minute, VisitorClose: 5 * time.Minute,
		TimeZone:    "UTC",
		ClosedText:  "现在是非工作时间,{opens} 恢复服务,您可以先留言 · We are closed until {opens}; please leave a message",
		OfflineText: "客服暂时繁忙,请留言,我们会尽快回复 · No one is free at the moment; please leave a message and we will answer it",
		WarnText:    "您很久没有回复,会话即将关闭 · You have been silent for a while; the session will be closed soon",
	}
}

// The bounds of desk.visitor_ttl: below, a page would do nothing but renew; above,
// a token that was lost would be good for too long.
const (
	shortestVisitorTTL = time.Minute
	longestVisitorTTL  = 30 * 24 * time.Hour
)

func (d DeskConfig) validate(p *problems) {
	p.add(d.visitorTTL())
	p.between("desk.visitors_per_minute", d.VisitorsPerMinute, 0, 1_000_000)
	p.add(d.identitySecret())
	p.between("desk.max_sessions", d.MaxSessions, 0, wire.MaxAgentSessions)
	p.between("desk.max_queue", d.MaxQueue, 1, 1_000_000)
	p.between("desk.max_offline", d.MaxOffline, 1, 1_000_000)
	p.durationOrNever("desk.max_wait", d.MaxWait)
	p.duration("desk.agent_grace", d.AgentGrace, time.Second, 24*time.Hour)
	p.durationOrNever("desk.first_reply", d.FirstReply)
	p.durationOrNever("desk.visitor_silent", d.VisitorSilent)
	p.duration("desk.visitor_close", d.VisitorClose, time.Second, 24*time.Hour)
	p.add(d.checkHours())
	p.text("desk.closed_text", d.ClosedText)
	p.text("desk.offline_text", d.OfflineText)
	p.text("desk.warn_text", d.WarnText)
}

// visitorTTL wants whole seconds because the times in a token have them.
func (d DeskConfig) visitorTTL() error {
	if ttl := d.VisitorTTL; ttl < shortestVisitorTTL || ttl > longestVisitorTTL || ttl%time.Second != 0 {
		return fmt.Errorf("desk.visitor_ttl: %q is not allowed; allowed is a duration of whole seconds from %s to %s, such as 24h",
			formatDuration(ttl), formatDuration(shortestVisitorTTL), formatDuration(longestVisitorTTL))
	}
	return nil
}

// durationOrNever is duration for what 0s turns off.
func (p *problems) durationOrNever(key string, value time.Duration) {
	if value != 0 {
		p.duration(key, value, time.Second, 30*24*time.Hour)
	}
}

// identitySecret judges desk.identity_secret without showing it.
func (d DeskConfig) identitySecret() error {
	if n := len(d.IdentitySecret); 0 < n && n < auth.MinSecretBytes {
		return fmt.Errorf("desk.identity_secret: %d bytes are too few; allowed is %d or more, such as the output of: openssl rand -hex 32",
			n, auth.MinSecretBytes)
	}
	return nil
}

// checkHours tells apart which of the two settings is wrong.
func (d DeskConfig) checkHours() error {
	if _, err := desk.ParseHours("", d.TimeZone); err != nil || d.TimeZone == "" {
		return fmt.Errorf("desk.time_zone: %q is not allowed; allowed is a name of the IANA database, such as UTC or Asia/Shanghai", d.TimeZone)
	}
	if _, err := desk.ParseHours(d.Hours, d.TimeZone); err != nil {
		return fmt.Errorf("desk.hours: %w; allowed is such as mon-fri 09:00-18:00; sat 10:00-14:00; closed 2026-12-25", err)
	}
	return nil
}
