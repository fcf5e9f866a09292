package metrics

// Warning is something that an operator should look at.
type Warning struct {
	Reason string
	Count  float64 // how often it came in the last minute, or since the start; 1 while it lasts
}

// watch is what there may be a warning of.
type watch struct {
	reason string
	read   func() float64
	minute bool      // what read counts is forgotten after a minute
	past   []float64 // of a minute, the oldest first
	now    float64
}

// watches are all of them.
func (r *Registry) watches() []*watch {
	state := func(reason, name string) *watch {
		f := r.byName[name]
		return &watch{reason: reason, read: func() float64 { return f.sum() }}
	}
	count := func(reason string, n CounterName, values ...string) *watch {
		f := r.byName[string(n)]
		return &watch{reason: reason, minute: true, read: func() float64 { return f.sum(values...) }}
	}
	return []*watch{
		state("log_stalled", string(LogStalled)),
		state("storage_full", string(StorageFull)),
		state("corruption", string(StorageCorruptions)),
		count("background_errors", StorageFailures),
		count("disk_stalls", StorageDiskStalls),
		count("write_stalls", StorageStalls),
		state("webhooks_down", string(WebhookOpen)),
		count("busy", Drops, "busy"),
		count("logins", Drops, "logins"),
		count("overflow", Drops, "overflow"),
		count("slow_consumers", Drops, "slow_consumer"),
		count("slow_streams", Drops, "slow_stream"),
	}
}

// look reads it anew, once a second.
func (w *watch) look() {
	now := w.read()
	if !w.minute {
		w.now = now
		return
	}
	w.past = append(w.past, now)
	w.now = now - w.past[0]
	if len(w.past) > 60 {
		w.past = append(w.past[:0], w.past[1:]...)
	}
}
