package engine

import (
	"log/slog"

	"gannet/storage"
)

// NewOn is New with a disk of the test's own: change, which may be nil, changes how
// storage is opened, free, likewise, says how much room there is.
func NewOn(cfg Config, logger *slog.Logger, change func(*storage.Options), free func() (uint64, error)) (*Engine, error) {
	return newEngine(cfg, logger, parts{storage: change, free: free})
}

// Unregistered lists the documented metrics that no scrape would show.
func (e *Engine) Unregistered() []string { return e.metrics.Unregistered() }
