package sequencer

import (
	"sync"
	"sync/atomic"
	"time"

	"gannet/engine/internal/failpoint"
	"gannet/storage"
)

// maxApplied is how many applied batches may wait for the syncer.
const maxApplied = 4

// syncer makes applied batches durable and publishes them. Its goroutine is the
// only one that moves heads and the watermark and the only one that posts.
type syncer struct {
	db      *storage.DB
	cfg     *Config
	applied chan *batch // from the sequencer, in order
	empty   chan *batch // back to it
	flying  atomic.Int32
	start   time.Time // what the two clocks count from
	since   clockMark // when the running fsync began
	apply   clockMark // when the running apply began: storage makes writers wait
	durable atomic.Uint64
	ring    func() // tells the sequencer that the disk is free

	unsynced *unsynced
	sealer   *sealer
	done     chan struct{}

	once   sync.Once
	broken chan struct{} // closed when the log can't be written
}

// fail ends all writing. Both goroutines may find that it has to.
func (y *syncer) fail(err error) {
	y.cfg.Fatal(err)
	y.once.Do(func() { close(y.broken) })
}

func (y *syncer) run() {
	defer close(y.done)
	defer y.sealer.stop()
	group := make([]*batch, 0, maxApplied+1)
	for b := range y.applied {
		group = append(group[:0], b)
		for len(y.applied) > 0 {
			group = append(group, <-y.applied)
		}
		took, err := y.sync(group)
		if err != nil {
			y.fail(err)
			y.discard(group)
			return
		}
		for _, b := range group {
			b.stats.Fsync = took
			y.publish(b)
			b.reset()
			y.empty <- b
		}
		y.flying.Add(-int32(len(group)))
		y.ring()
	}
}

// discard drops batches that will never be answered, until the sequencer stops.
func (y *syncer) discard(group []*batch) {
	for _, b := range group {
		b.reset()
		y.empty <- b
	}
	for b := range y.applied {
		b.reset()
		y.empty <- b
	}
}

// sync makes a group of batches durable. Where none of them wrote anything, all
// they speak of is durable already: it was in batches before them.
func (y *syncer) sync(group []*batch) (time.Duration, error) {
	wrote := false
	for _, b := range group {
		wrote = wrote || b.stats.wrote
	}
	if !wrote {
		return 0, nil
	}
	start := time.Now()
	y.since.set(start.Sub(y.start))
	failpoint.Hit(failpoint.BeforeSync)
	err := y.db.Sync()
	y.since.clear()
	failpoint.Hit(failpoint.AfterSync)
	if err == nil {
		y.sealer.synced()
	}
	return time.Since(start), err
}

// publish tells everybody, and readers first: whoever hears of a message finds it.
func (y *syncer) publish(b *batch) {
	for _, p := range b.heads {
		p.head.published.Store(p.last)
	}
	if b.lastID != 0 {
		y.durable.Store(b.lastID)
	}
	y.unsynced.synced(b.rewrites)
	if y.cfg.Rewritten != nil {
		for _, r := range b.rewrites {
			y.cfg.Rewritten(r.conv, r.seq)
		}
	}
	for r, posts := range b.posts {
		if len(posts) > 0 {
			failpoint.Hit(failpoint.BeforeAnswer)
			y.cfg.Post(r, posts)
		}
	}
	for _, fn := range b.told {
		failpoint.Hit(failpoint.BeforeAnswer)
		fn()
	}
	for _, fn := range b.done {
		failpoint.Hit(failpoint.BeforeAnswer)
		fn()
	}
	if y.cfg.Observe != nil {
		b.stats.heads = b.heads
		y.cfg.Observe(&b.stats)
	}
}
