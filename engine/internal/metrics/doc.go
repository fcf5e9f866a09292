// Package metrics is the engine's one register of figures for Prometheus.
//
// Every name the engine shows stands once, in names.go or names_process.go, with its kind, its
// labels and what it means; docs/metrics.md is made from that table. A kind is
// a Go type, so that a counter can't be registered as a gauge.
//
// Hot paths don't touch this package: they count in plain fields of their own
// shard, and give the registry a function which sums the shards when somebody
// scrapes. Counters and histograms handed out here are safe for use by any
// goroutine and meant for what happens per batch, per request or less often.
//
// A History takes a sample of some figures each second and keeps those of an hour,
// for the operator's dashboard. TopRooms finds the busiest groups.
package metrics
