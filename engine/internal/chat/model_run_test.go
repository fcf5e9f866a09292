package chat_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

var modelCtx = context.Background()

// modelRun is one history: the engine and what the model says of it.
type modelRun struct {
	t     *rapid.T
	site  *modelSite
	world *modelWorld
	texts []string // every content that was ever written
	cids  []modelMessage
	looks int

	focusUser, focusGroup string // what several operations at once are mostly about
}

// modelOp is something that a user asks for: how the engine is asked, and what
// the rules make of it. The reason is "" where it is done.
type modelOp struct {
	what  string
	do    func(*modelSite) (answer any, err error)
	rules func(*modelWorld) (answer any, reason string)
}

// modelSent is the answer to a send: the entry's id is the engine's to choose.
type modelSent struct {
	conv *modelConv
	seq  uint64
}

// modelResult is what the engine answered.
type modelResult struct {
	answer any
	reason string
}

func newModelRun(t *rapid.T) *modelRun {
	r := &modelRun{t: t, world: newModelWorld()}
	r.open(vfs.NewCrashableMem(), rapid.Bool().Draw(t, "few conversations in memory"))
	return r
}

func (r *modelRun) open(fs *vfs.MemFS, small bool) {
	site, err := openModelSite(fs, small)
	if err != nil {
		r.t.Fatal(err)
	}
	r.site = site
	synctest.Wait()
}

// ask asks the engine.
func (r *modelRun) ask(op modelOp) modelResult {
	answer, err := op.do(r.site)
	return modelResult{answer, modelReason(err)}
}

// modelReason is the reason word of a refusal, "" for none.
func modelReason(err error) string {
	var e *wire.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// one carries one operation out.
func (r *modelRun) one(op modelOp) { r.compare(op, r.ask(op)) }

// compare lets the rules say what the answer had to be.
func (r *modelRun) compare(op modelOp, got modelResult) {
	r.t.Logf("%s: %q %+v", op.what, got.reason, got.answer)
	want, reason := op.rules(r.world)
	if reason != got.reason {
		r.t.Fatalf("%s: answered %q, by the rules %q", op.what, got.reason, reason)
	}
	if reason != "" {
		return
	}
	switch want := want.(type) {
	case modelSent:
		r.compareSent(want, got.answer.(chat.Sent))
	case func(any) string:
		if wrong := want(got.answer); wrong != "" {
			r.t.Fatalf("%s: answered %v: %s", op.what, got.answer, wrong)
		}
	default:
		if !reflect.DeepEqual(want, got.answer) {
			r.t.Fatalf("%s: answered %+v, by the rules %+v", op.what, got.answer, want)
		}
	}
}

func (r *modelRun) compareSent(want modelSent, got chat.Sent) {
	e := want.conv.at(want.seq)
	if e.id == 0 {
		if got.ID <= r.world.lastID {
			r.t.Fatalf("id %d after %d", got.ID, r.world.lastID)
		}
		e.id, r.world.lastID = got.ID, got.ID
	}
	if (got != chat.Sent{ID: e.id, ConvID: want.conv.id, Seq: want.seq, Time: e.time}) {
		r.t.Fatalf("sent %+v, by the rules %d in %s, seq %d, time %d", got, e.id, want.conv.id, want.seq, e.time)
	}
}

// modelJSON shows what is behind pointers.
func modelJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// reopen goes on with what is on a disk.
func (r *modelRun) reopen(fs *vfs.MemFS) {
	small := rapid.Bool().Draw(r.t, "few conversations in memory")
	synctest.Wait()
	r.site.stop()
	r.healthy()
	r.open(fs, small)
}

func (r *modelRun) restart() {
	r.reopen(r.site.fs)
	r.world.settle(modelUsers...)
}

// crash is a power cut while nothing is under way.
func (r *modelRun) crash() {
	fs := r.site.cut(rapid.Uint64().Draw(r.t, "seed"), rapid.SampledFrom([]int{0, 50, 100}).Draw(r.t, "unsynced %"))
	r.reopen(fs)
	r.world.forget()
}

// wait lets time pass: long enough for cursors to be written and for what has
// expired to be erased.
func (r *modelRun) wait() {
	time.Sleep(rapid.SampledFrom([]time.Duration{2 * time.Second, 40 * time.Second}).Draw(r.t, "for"))
	synctest.Wait()
	r.world.now = time.Now().UnixMilli()
	r.world.settle(modelUsers...)
}

// healthy fails the history where the engine found something wrong itself.
func (r *modelRun) healthy() {
	if wrong := r.site.failures(); wrong != "" {
		r.t.Fatalf("the engine: %s", wrong)
	}
}

// look compares what is stored and what one user sees, each in turn.
func (r *modelRun) look() {
	if r.looks++; r.looks%modelLookEvery == 0 {
		r.lookFor(modelUsers[r.looks/modelLookEvery%len(modelUsers)])
	} else {
		r.lookFor()
	}
}

func (r *modelRun) lookFor(users ...string) {
	synctest.Wait()
	r.world.now = time.Now().UnixMilli()
	if wrong := r.difference(r.world, users); wrong != "" {
		r.t.Fatal(wrong)
	}
	r.healthy()
}

// end is the last look, at a log that was closed and opened.
func (r *modelRun) end() {
	r.restart()
	r.lookFor(modelUsers...)
}
