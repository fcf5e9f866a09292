package metrics

// columns is what a sample of the history has, in this order.
func (r *Registry) columns() []column {
	return []column{
		r.gauge("connections", ConnectionsActive),
		r.gauge("streams", StreamsActive),
		r.gauge("users", UsersOnline),
		r.rate("messages", MessagesProcessed, "single"),
		r.rate("group_messages", MessagesProcessed, "group"),
		r.rate("service_messages", MessagesProcessed, "service"),
		r.rate("events", MessagesProcessed, "event"),
		r.rate("deliveries", MessagesDelivered),
		r.rate("stream_events", StreamEvents),
		r.rate("redelivered", MessagesRedelivered),
		r.rate("duplicates", Duplicates),
		r.rate("frames_in", FramesReceived),
		r.rate("bytes_out", BytesSent),
		r.gauge("outbound_bytes", OutboundBytes),
		r.rate("logins", ConnectionsAccepted),

		r.histogram(CommitBatch, "batches", "batch_mean"),
		r.histogram(FsyncSeconds, "fsyncs", "fsync_mean", quantile{"fsync_p50", 0.5}, quantile{"fsync_p99", 0.99}),
		r.histogram(SendSeconds, "sends", "", quantile{"send_p50", 0.5}, quantile{"send_p95", 0.95}, quantile{"send_p99", 0.99}),
		r.histogram(DeliverySeconds, "", "", quantile{"delivery_p50", 0.5}, quantile{"delivery_p95", 0.95}, quantile{"delivery_p99", 0.99}),

		r.gauge("queue_sequencer", QueueDepth, "sequencer"),
		r.gauge("queue_commands", QueueDepth, "commands"),
		r.gauge("queue_reactor", QueueDepth, "reactor"),
		r.gauge("queue_fanout", QueueDepth, "fanout"),
		r.gauge("queue_readers", QueueDepth, "readers"),
		r.gauge("queue_streams", QueueDepth, "streams"),
		r.rate("drops", Drops),
		r.rate("slow", Drops, "slow_consumer"),

		r.rate("cpu", ProcessCPU),
		r.gauge("memory", ProcessMemory),
		r.gauge("heap", GoHeapObjects),
		r.gauge("goroutines", GoGoroutines),
		r.histogram(GoGCPauses, "gc_pauses", "", quantile{"gc_pause_max", 1}),
		r.histogram(GoSchedLatency, "", "", quantile{"sched_p99", 0.99}),

		r.gauge("disk_bytes", StorageDiskBytes),
		r.gauge("disk_free", StorageFreeBytes),
		r.gauge("wal_bytes", StorageWALBytes),
		r.gauge("memtable_bytes", StorageMemtableBytes),
		r.gauge("compaction_debt", StorageCompactionDebt),
		r.gauge("read_amplification", StorageReadAmp),
		r.rate("disk_written", ProcessBytesWritten),
		r.rate("cache_hits", StorageCacheHits),
		r.rate("cache_misses", StorageCacheMisses),

		r.rate("http", HTTPRequests),
		r.histogram(HTTPSeconds, "", "", quantile{"http_p99", 0.99}),

		r.gauge("desk_queue", DeskQueueLength),
		r.gauge("desk_wait", DeskOldestWait),
		r.gauge("desk_active", DeskSessions, "active"),
		r.gauge("desk_agents", DeskAgents, "online"),

		r.rate("webhook_requests", WebhookRequests),
		r.histogram(WebhookSeconds, "", "", quantile{"webhook_p99", 0.99}),
		r.gauge("webhook_lag", WebhookLag),
		r.gauge("webhook_dead", WebhookDead),
		r.histogram(HookSeconds, "hook_requests", "", quantile{"hook_p99", 0.99}),
	}
}

// column is one or some figures of a sample.
type column struct {
	names []string
	// read appends the figures of the time since the last read, in seconds. The
	// registry is locked.
	read func(dst []float32, elapsed float64) []float32
}

// gauge is a figure as it is.
func (r *Registry) gauge(name string, n GaugeName, values ...string) column {
	f := r.byName[string(n)]
	return column{[]string{name}, func(dst []float32, _ float64) []float32 {
		return append(dst, float32(f.sum(values...)))
	}}
}

// rate is by how much a counter rises a second.
func (r *Registry) rate(name string, n CounterName, values ...string) column {
	f := r.byName[string(n)]
	last := 0.0
	return column{[]string{name}, func(dst []float32, elapsed float64) []float32 {
		now := f.sum(values...)
		rise := max(now-last, 0)
		last = now
		return append(dst, float32(rise/elapsed))
	}}
}

// quantile names one of a histogram.
type quantile struct {
	name string
	q    float64
}

// histogram is how many observations came a second, their mean, and quantiles of
// them; "" leaves out the first two.
func (r *Registry) histogram(n HistogramName, rate, mean string, quantiles ...quantile) column {
	f := r.byName[string(n)]
	var last Buckets
	c := column{}
	for _, name := range []string{rate, mean} {
		if name != "" {
			c.names = append(c.names, name)
		}
	}
	for _, q := range quantiles {
		c.names = append(c.names, q.name)
	}
	c.read = func(dst []float32, elapsed float64) []float32 {
		all := f.all()
		now := all.since(last)
		last = all
		if rate != "" {
			dst = append(dst, float32(float64(now.total())/elapsed))
		}
		if mean != "" {
			dst = append(dst, float32(now.mean()))
		}
		for _, q := range quantiles {
			dst = append(dst, float32(now.quantile(q.q)))
		}
		return dst
	}
	return c
}
