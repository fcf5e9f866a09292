package engine

import (
	"context"

	"gannet/engine/internal/sequencer"
	"gannet/engine/internal/webhook"
)

// buildWebhooks makes what tells endpoints of what happens. It comes before the
// sequencer's start.
func (e *Engine) buildWebhooks() (err error) {
	c := &e.cfg.Webhooks
	e.webhooks, err = webhook.Open(webhook.Config{
		Timeout: c.Timeout, GiveUp: c.GiveUp, MaxDelay: c.MaxDelay, MaxDead: c.MaxDead, Deliver: c.Deliver,
		System: e.cfg.System.User, Metrics: e.metrics, Logger: e.logger,
	}, e.db, e.seq, e.chat)
	return err
}

// present tells who minds that a user has come or gone.
func (e *Engine) present(user string, online bool) {
	e.chat.Changed(user, online)
	e.desk.Present(user, online)
	e.webhooks.Present(user, online)
}

// ringWebhooks says what is on disk.
func (e *Engine) ringWebhooks(p *sequencer.Published) {
	e.webhooks.Ring(p.Singles + p.Groups + p.Services + p.Events)
}

// closeWebhooks ends deliveries. What wasn't acknowledged is told after the next
// start.
func (e *Engine) closeWebhooks(ctx context.Context) {
	e.webhooks.Stop()
	e.cut("closing webhooks", e.webhooks.Close(ctx))
}
