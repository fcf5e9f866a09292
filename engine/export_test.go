package engine

// Unregistered lists the documented metrics that no scrape would show.
func (e *Engine) Unregistered() []string { return e.metrics.Unregistered() }
