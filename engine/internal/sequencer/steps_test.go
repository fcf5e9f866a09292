package sequencer

// The functions here do the work of the two goroutines step by step, for tests
// that choose what meets in a batch and how far the disk has come.

// publishOne syncs and publishes the oldest applied batch.
func (r *rig) publishOne() bool {
	select {
	case b := <-r.syncer.applied:
		if _, err := r.syncer.sync([]*batch{b}); err != nil {
			r.t.Fatal(err)
		}
		r.syncer.publish(b)
		b.reset()
		r.syncer.empty <- b
		r.syncer.flying.Add(-1)
		return true
	default:
		return false
	}
}

// step lets the sequencer take in what waits; it commits only where it must.
func (r *rig) step() {
	items, _ := r.inbox.take()
	for i := range items {
		for len(r.syncer.applied) > 1 { // it would wait for the syncer otherwise
			r.publishOne()
		}
		r.Sequencer.take(&items[i])
	}
}

// commitAll commits and publishes all there is.
func (r *rig) commitAll() {
	r.step()
	r.commit()
	r.evict()
	for r.publishOne() {
	}
}
