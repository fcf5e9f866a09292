package engine

import (
	"context"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/hook"
	"gannet/engine/internal/metrics"
)

// buildHook makes what asks the operator's service before a message is stored. Its
// figures are there without it, too.
func (e *Engine) buildHook() *chat.Hook {
	figures := hook.NewFigures(e.metrics)
	c := &e.cfg.Hook
	if c.URL == "" {
		return nil
	}
	e.hook = hook.New(hook.Config{
		URL: c.URL, Secret: []byte(c.Secret), Timeout: c.Timeout, FailOpen: c.Fail == failOpen,
		Requests: c.Requests, MaxContent: e.cfg.Limits.MessageBytes, Figures: figures, Logger: e.logger,
	})
	return &chat.Hook{Ask: e.hook.Ask, Kinds: kinds(c.Kinds), Requests: c.Requests}
}

// kinds says of which conversations there is a question.
func kinds(words []string) (asked [4]bool) {
	for _, k := range []wire.Kind{wire.Single, wire.Group, wire.Service} {
		for _, word := range words {
			asked[k] = asked[k] || word == k.String()
		}
	}
	return asked
}

// hookStopTime is what the messages that wait for the hook get to be asked about
// when the server stops.
const hookStopTime = 2 * time.Second

// closeHook comes before the log is closed, for what is let through goes there.
func (e *Engine) closeHook(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, hookStopTime)
	defer cancel()
	e.chat.StopHook(ctx)
	if e.hook != nil {
		e.hook.Close()
	}
}

func (e *Engine) observeHook() {
	e.metrics.GaugeFunc(metrics.QueueDepth, func() float64 { return float64(e.chat.Stats().Held) }, "hook")
	e.metrics.CounterFunc(metrics.Busy, func() uint64 { return e.chat.Stats().BusyHook }, "hook")
}
