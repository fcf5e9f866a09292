package engine

import (
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"gannet/engine/internal/metrics"
	"gannet/engine/internal/reactor"
	"gannet/engine/internal/sequencer"
	"gannet/engine/internal/sse"
)

// observer counts what the syncer publishes. Its methods run on the syncer's
// goroutine.
type observer struct {
	singles, groups, services metrics.Counter
	events                    metrics.Counter
	duplicates                metrics.Counter
	batch, bytes, fsync, send metrics.Histogram
	rooms                     *metrics.TopRooms
}

func newObserver(m *metrics.Registry, rooms *metrics.TopRooms) *observer {
	return &observer{
		singles:    m.Counter(metrics.MessagesProcessed, "single"),
		groups:     m.Counter(metrics.MessagesProcessed, "group"),
		services:   m.Counter(metrics.MessagesProcessed, "service"),
		events:     m.Counter(metrics.MessagesProcessed, "event"),
		duplicates: m.Counter(metrics.Duplicates),
		batch:      m.Histogram(metrics.CommitBatch),
		bytes:      m.Histogram(metrics.CommitBytes),
		fsync:      m.Histogram(metrics.FsyncSeconds),
		send:       m.Histogram(metrics.SendSeconds),
		rooms:      rooms,
	}
}

func (o *observer) published(p *sequencer.Published) {
	o.singles.Add(p.Singles)
	o.groups.Add(p.Groups)
	o.services.Add(p.Services)
	o.events.Add(p.Events)
	o.duplicates.Add(p.Duplicates)
	if n := p.Singles + p.Groups + p.Services + p.Events; n > 0 {
		o.batch.Observe(float64(n))
		o.bytes.Observe(float64(p.Bytes))
		o.countRooms(p)
	}
	if p.Fsync > 0 {
		o.fsync.Observe(p.Fsync.Seconds())
	}
	now := time.Now()
	for _, t := range p.Arrivals() {
		o.send.Observe(now.Sub(t).Seconds())
	}
}

// countRooms notes which groups the batch is about, for the list of the busiest.
func (o *observer) countRooms(p *sequencer.Published) {
	o.rooms.Lock()
	defer o.rooms.Unlock()
	p.Rooms(func(head *sequencer.Head, entries, connections int) {
		if head.Kind == sequencer.Group {
			o.rooms.Add(head.Num, head.ID, entries, entries*connections)
		}
	})
}

// observe registers everything that is read at a scrape.
func (e *Engine) observe() {
	e.observeReactors()
	e.observeStreams()
	e.observeQueues()
	e.observeStorage()
	e.observeDesk()
	e.observeDrops()
	e.metrics.ObserveRuntime()
	e.metrics.ObserveProcess()
	e.observeHook()
	version, commit := build()
	e.metrics.GaugeFunc(metrics.BuildInfo, func() float64 { return 1 }, version, commit, runtime.Version())
}

func (e *Engine) observeReactors() {
	m := e.metrics
	var s reactor.Stats
	m.BeforeScrape(func() { s = e.reactors.Stats() })
	m.GaugeFunc(metrics.ConnectionsActive, func() float64 { return float64(s.Connections) })
	m.CounterFunc(metrics.ConnectionsAccepted, func() uint64 { return s.Accepted })
	for _, status := range []int{400, 401, 403, 404, 405, 426, 429, 431, 500, 503} {
		m.CounterFunc(metrics.ConnectionsRejected, func() uint64 { return s.Rejected[status] }, strconv.Itoa(status))
	}
	m.CounterFunc(metrics.ConnectionsRejected, func() uint64 { return s.Refused }, "overflow")
	m.CounterFunc(metrics.ConnectionsRejected, func() uint64 { return s.TimedOut }, "timeout")
	m.CounterFunc(metrics.ConnectionsRejected, func() uint64 { return s.Flooded }, "flood")
	m.CounterFunc(metrics.ConnectionsRejected, func() uint64 { return s.Postponed }, "logins")
	for _, code := range []uint16{1000, 1001, 1002, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4001, 4002, 4003, 4008, 4009} {
		m.CounterFunc(metrics.ConnectionsClosed, func() uint64 { return s.Closed[code] }, strconv.Itoa(int(code)))
	}
	m.CounterFunc(metrics.SlowConsumers, func() uint64 { return s.Slow })
	m.CounterFunc(metrics.FramesReceived, func() uint64 { return s.Messages })
	m.CounterFunc(metrics.FramesSent, func() uint64 { return s.Frames })
	m.CounterFunc(metrics.MessagesDelivered, func() uint64 { return s.Delivered })
	m.CounterFunc(metrics.BytesSent, func() uint64 { return s.BytesOut })
	m.GaugeFunc(metrics.OutboundBytes, func() float64 { return float64(s.Held) })
	m.GaugeFunc(metrics.QueueDepth, func() float64 { return float64(s.Inbox) }, "reactor")
	m.GaugeFunc(metrics.QueueDepth, func() float64 { return float64(s.FanOut) }, "fanout")
}

func (e *Engine) observeStreams() {
	m := e.metrics
	var s sse.Stats
	m.BeforeScrape(func() { s = e.streams.Stats() })
	m.GaugeFunc(metrics.StreamsActive, func() float64 { return float64(s.Streams) })
	m.CounterFunc(metrics.StreamEvents, func() uint64 { return s.Events })
	m.CounterFunc(metrics.SlowStreams, func() uint64 { return s.Slow })
	m.GaugeFunc(metrics.QueueDepth, func() float64 { return float64(s.Inbox) }, "streams")
	m.GaugeFunc(metrics.UsersOnline, func() float64 { return float64(e.seq.Online()) })
	m.CounterFunc(metrics.RateLimited, func() uint64 { return e.chat.Stats().RateLimited })
}

func (e *Engine) observeQueues() {
	m := e.metrics
	m.GaugeFunc(metrics.QueueDepth, func() float64 { return float64(e.seq.Waiting()) }, "sequencer")
	m.GaugeFunc(metrics.QueueDepth, func() float64 { return float64(e.seq.WaitingCommands()) }, "commands")
	m.GaugeFunc(metrics.QueueDepth, func() float64 { return float64(e.chat.Stats().WaitingReads) }, "readers")
	m.GaugeFunc(metrics.LogStalled, func() float64 { return float64(zeroOrOne(e.seq.Stalled(time.Now()))) })
	m.CounterFunc(metrics.Busy, func() uint64 { return e.chat.Stats().BusySends }, "sequencer")
	m.CounterFunc(metrics.Busy, func() uint64 { return e.chat.Stats().BusyReads }, "readers")
	m.CounterFunc(metrics.MessagesRedelivered, func() uint64 { return e.chat.Stats().Redelivered })
}

// observeDrops sums up what was refused or cut off for load.
func (e *Engine) observeDrops() {
	m := e.metrics
	var s reactor.Stats
	m.BeforeScrape(func() { s = e.reactors.Stats() })
	for reason, fn := range map[string]func() uint64{
		"busy":          func() uint64 { now := e.chat.Stats(); return now.BusySends + now.BusyReads },
		"rate_limited":  func() uint64 { return e.chat.Stats().RateLimited },
		"storage_full":  e.seq.RefusedFull,
		"logins":        func() uint64 { return s.Postponed },
		"overflow":      func() uint64 { return s.Refused },
		"slow_consumer": func() uint64 { return s.Slow },
		"slow_stream":   func() uint64 { return e.streams.Stats().Slow },
	} {
		m.CounterFunc(metrics.Drops, fn, reason)
	}
}

func (e *Engine) observeStorage() {
	m := e.metrics
	s := e.db.Metrics()
	m.BeforeScrape(func() { s = e.db.Metrics() })
	gauge := func(n metrics.GaugeName, fn func() uint64) {
		m.GaugeFunc(n, func() float64 { return float64(fn()) })
	}
	gauge(metrics.StorageDiskBytes, func() uint64 { return s.DiskBytes })
	gauge(metrics.StorageWALBytes, func() uint64 { return s.WALBytes })
	m.CounterFunc(metrics.StorageWALWritten, func() uint64 { return s.WALBytesWritten })
	gauge(metrics.StorageMemtableBytes, func() uint64 { return s.MemTableBytes })
	gauge(metrics.StorageCompactionDebt, func() uint64 { return s.CompactionDebt })
	gauge(metrics.StorageReadAmp, func() uint64 { return uint64(s.L0Sublevels) })
	for i := range s.Levels {
		level := strconv.Itoa(i)
		m.GaugeFunc(metrics.StorageLevelFiles, func() float64 { return float64(s.Levels[i].Files) }, level)
		m.GaugeFunc(metrics.StorageLevelBytes, func() float64 { return float64(s.Levels[i].Bytes) }, level)
		m.GaugeFunc(metrics.StorageLevelScore, func() float64 { return s.Levels[i].Score }, level)
	}
	m.CounterFunc(metrics.StorageFlushes, func() uint64 { return uint64(s.Flushes) })
	m.CounterFunc(metrics.StorageFlushBytes, func() uint64 { return s.FlushedBytes })
	gauge(metrics.StorageCompacting, func() uint64 { return uint64(s.CompactionsRunning) })
	m.CounterFunc(metrics.StorageCompactions, func() uint64 { return uint64(s.Compactions) })
	m.CounterFunc(metrics.StorageCompactionBytes, func() uint64 { return s.CompactedBytes })
	m.CounterFunc(metrics.StorageStalls, func() uint64 { return uint64(s.WriteStalls) })
	m.CounterFunc(metrics.StorageDiskStalls, func() uint64 { return uint64(s.DiskStalls) })
	m.CounterFunc(metrics.StorageFailures, func() uint64 { return uint64(s.BackgroundErrors) })
	m.CounterFunc(metrics.StorageCorruptions, func() uint64 { return uint64(s.Corruptions) })
	gauge(metrics.StorageFreeBytes, e.space.left.Load)
	gauge(metrics.StorageFull, func() uint64 { return zeroOrOne(e.space.full.Load()) })
	m.CounterFunc(metrics.StorageFullRefusals, e.seq.RefusedFull)
	gauge(metrics.StorageCacheBytes, func() uint64 { return uint64(s.CacheBytes) })
	m.CounterFunc(metrics.StorageCacheHits, func() uint64 { return uint64(s.CacheHits) })
	m.CounterFunc(metrics.StorageCacheMisses, func() uint64 { return uint64(s.CacheMisses) })
}

func zeroOrOne(on bool) uint64 {
	if on {
		return 1
	}
	return 0
}

// build tells which build this is.
func build() (version, commit string) {
	version, commit = "(devel)", "unknown"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, commit
	}
	if info.Main.Version != "" {
		version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			commit = s.Value
		}
	}
	return version, commit
}
