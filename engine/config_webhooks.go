package engine

import (
	"time"

	"gannet/engine/internal/webhook"
)

// WebhooksConfig says how webhooks are delivered; which there are is told to the
// operator's listener: docs/webhooks.md.
type WebhooksConfig struct {
	Deliver  bool          `koanf:"deliver" doc:"post events to webhooks; false = all of them pause, for a copy of the data that is to disturb nobody"`
	Timeout  time.Duration `koanf:"timeout" doc:"how long the receiver of a webhook may take to answer"`
	MaxDelay time.Duration `koanf:"max_delay" doc:"longest time between two tries of a webhook that doesn't answer"`
	GiveUp   time.Duration `koanf:"give_up" doc:"events that a webhook hasn't taken for this long become dead letters, and it goes on with the next ones"`
	MaxDead  int           `koanf:"max_dead" doc:"dead letters that are kept of each webhook; beyond it the oldest go"`
}

func defaultWebhooks() WebhooksConfig {
	return WebhooksConfig{Deliver: true, Timeout: 10 * time.Second, MaxDelay: 5 * time.Minute, GiveUp: 24 * time.Hour, MaxDead: 10_000}
}

func (w WebhooksConfig) validate(p *problems) {
	p.duration("webhooks.timeout", w.Timeout, shortestTimer, 5*time.Minute)
	p.duration("webhooks.max_delay", w.MaxDelay, shortestTimer, 24*time.Hour)
	p.duration("webhooks.give_up", w.GiveUp, shortestTimer, year)
	p.between("webhooks.max_dead", w.MaxDead, webhook.MaxBatch, 1_000_000)
}
