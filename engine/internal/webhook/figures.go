package webhook

import "gannet/engine/internal/metrics"

// maxSeries bounds the endpoints that have series of their own, also of names that
// were removed: others are counted together, as those of all others.
const (
	maxSeries   = 2 * MaxEndpoints
	otherSeries = "others"
)

// figures are the series of an endpoint.
type figures struct {
	delivered, dead, dropped metrics.Counter
	taken, refused, failed   metrics.Counter
	seconds                  metrics.Histogram
}

// requests counts a request by its outcome.
func (f *figures) requests(a answer) {
	f.seconds.ObserveDuration(a.took)
	switch a.verdict {
	case taken:
		f.taken.Inc()
	case refused:
		f.refused.Inc()
	default:
		f.failed.Inc()
	}
}

// figuresOf returns the series of a name, which are registered when it is met for
// the first time.
func (h *Hub) figuresOf(name string) *figures {
	if f := h.series[name]; f != nil {
		return f
	}
	if len(h.series) >= maxSeries && name != otherSeries {
		return h.figuresOf(otherSeries)
	}
	m := h.cfg.Metrics
	f := &figures{
		delivered: m.Counter(metrics.WebhookEvents, name, "delivered"),
		dead:      m.Counter(metrics.WebhookEvents, name, "dead"),
		dropped:   m.Counter(metrics.WebhookEvents, name, "dropped"),
		taken:     m.Counter(metrics.WebhookRequests, name, "ok"),
		refused:   m.Counter(metrics.WebhookRequests, name, "refused"),
		failed:    m.Counter(metrics.WebhookRequests, name, "failed"),
		seconds:   h.seconds,
	}
	gauge := func(n metrics.GaugeName, read func(*courier) float64) {
		m.GaugeFunc(n, func() float64 {
			if c := h.find(name); c != nil {
				return read(c)
			}
			return 0
		}, name)
	}
	gauge(metrics.WebhookLag, func(c *courier) float64 { return float64(c.lag.Load()) })
	gauge(metrics.WebhookLagSeconds, func(c *courier) float64 { return c.lagTime().Seconds() })
	gauge(metrics.WebhookDead, func(c *courier) float64 { return float64(c.letters.n.Load()) })
	gauge(metrics.WebhookOpen, func(c *courier) float64 {
		if c.stateWord() == StateOpen {
			return 1
		}
		return 0
	})
	h.series[name] = f
	return f
}
