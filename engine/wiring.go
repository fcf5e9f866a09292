package engine

import (
	"time"

	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// sequencerConfig and chatConfig say what the two that know nothing of the
// configuration need to know, and whom they call.
func (e *Engine) sequencerConfig() sequencer.Config {
	observer := newObserver(e.metrics, e.history.Rooms())
	delivered := e.metrics.Histogram(metrics.DeliverySeconds)
	return sequencer.Config{
		Reactors:           e.cfg.Reactors + 1, // with the streams
		Node:               e.cfg.NodeID,
		DedupeWindow:       e.cfg.Dedupe.Window,
		MaxMembers:         e.cfg.Groups.MaxMembers,
		MaxUserGroups:      maxUserGroups,
		MaxUserConnections: e.cfg.Limits.ConnectionsPerUser,
		OpenGroups:         e.cfg.Auth.Mode == auth.ModeDev,
		Congested:          func() bool { return e.reactors.Backlogged() || e.streams.Backlogged() },
		Encoder:            chat.Encoder{Refusal: func(err error) *wire.Error { return e.chat.Refusal(err) }},
		Post:               e.post,
		Presence:           func(user string, online bool) { e.present(user, online) },
		Staff:              func(user string, now sequencer.Staff) { e.desk.Present(user, now != sequencer.StaffNone) },
		Spoken:             func(tx *sequencer.Tx, head *sequencer.Head, from string) { e.desk.Spoken(tx, head, from) },
		Rewritten:          func(conv, seq uint64) { e.chat.Rewritten(conv, seq) },
		Observe:            func(p *sequencer.Published) { observer.published(p); e.ringWebhooks(p) },
		Arrived:            delivered.ObserveDuration,
		Fatal:              e.fatal,
		Logger:             e.logger,
	}
}

func (e *Engine) chatConfig() chat.Config {
	revoked := e.verifier.Revocations()
	return chat.Config{
		Reactors:    e.cfg.Reactors + 1,
		Readers:     max(2, e.cfg.Reactors),
		Backlog:     e.cfg.Delivery.Backlog,
		RetryAfter:  e.cfg.Delivery.RetryAfter,
		Retries:     e.cfg.Delivery.Retries,
		MaxOutbound: e.cfg.Limits.OutboundBytes,
		Crowded:     func() bool { return e.reactors.Crowded() },
		Logger:      e.logger,

		RecallWindow: e.cfg.Recall.Window,
		RecallText:   e.cfg.Recall.Text,
		EditWindow:   e.cfg.Edit.Window,

		MaxMembers:     e.cfg.Groups.MaxMembers,
		GroupMembers:   e.cfg.Limits.GroupMembers,
		ReceiptMembers: e.cfg.Groups.ReceiptMembers,

		MessagesPerSecond: e.cfg.Limits.MessagesPerSecond,
		Burst:             e.cfg.Limits.Burst,

		Hook:        e.buildHook(),
		Renew:       e.door.Renew,
		Agent:       e.agentRequest,
		Staff:       e.staffCame,
		Revoke:      func(r storage.Revocation) { revoked.Revoke(revocation(r)); revoked.Forget(time.Now()) },
		Revoked:     func(user string, t chat.Token) bool { return revoked.Revoked(identity(user, t)) },
		Revocations: revoked.Epoch,
		Outlived:    e.verifier.Outlived,
	}
}

// post hands the posts of a batch to a reactor, or to the streams.
func (e *Engine) post(r int, posts []delivery.Post) {
	if r == e.cfg.Reactors {
		e.streams.Post(posts)
		return
	}
	e.reactors.Post(r, posts)
}

// revocation is a stored record as auth has it, identity a session's token.
func revocation(r storage.Revocation) auth.Revocation {
	v := auth.Revocation{User: r.User, TokenID: r.TokenID, Before: time.Unix(r.Before, 0)}
	if r.Until != 0 {
		v.Until = time.Unix(r.Until, 0)
	}
	return v
}

func identity(user string, t chat.Token) auth.Identity {
	return auth.Identity{User: user, ID: t.ID, Issued: t.Issued, Expires: t.Expires}
}
