package chat_test

import (
	"runtime"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// crashAmid cuts the power while operations are under way. What was answered
// before is there afterwards; of the others the first few may be.
func (r *modelRun) crashAmid() {
	ops := r.drawSeveral()
	seed, patience := rapid.Uint64().Draw(r.t, "seed"), rapid.IntRange(0, 50).Draw(r.t, "patience")
	percent := rapid.SampledFrom([]int{0, 50, 100}).Draw(r.t, "unsynced %")
	var disk *vfs.MemFS
	known := 0
	results := r.atOnce(ops, func(answered func() int) {
		for range patience {
			runtime.Gosched()
		}
		known = answered()
		disk = r.site.cut(seed, percent)
	})
	worlds := []*modelWorld{r.world.clone()}
	for i, op := range ops {
		r.compare(op, results[i])
		worlds = append(worlds, r.world.clone())
	}
	r.reopen(disk)
	r.world = r.survivor(worlds[known:])
}

// survivor finds the world that is on the disk.
func (r *modelRun) survivor(worlds []*modelWorld) *modelWorld {
	var wrong []string
	for _, w := range worlds {
		w.forget()
		trial := w.clone()
		d := r.difference(trial, modelUsers)
		if d == "" {
			return trial
		}
		wrong = append(wrong, d)
	}
	r.t.Fatalf("after the crash, by how many operations survived: %q", wrong)
	return nil
}
