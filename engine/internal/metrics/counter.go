package metrics

import vm "github.com/VictoriaMetrics/metrics"

// Counter is a rising number. Safe for use by any goroutine.
type Counter struct{ c *vm.Counter }

// Inc adds one.
func (c Counter) Inc() { c.c.Inc() }

// Add adds n, which must not be negative.
func (c Counter) Add(n int) { c.c.Add(n) }

// Value is the current count.
func (c Counter) Value() uint64 { return c.c.Get() }
