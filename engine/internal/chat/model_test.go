package chat_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// TestModel plays random histories against the engine and against a model of the
// rules in plain maps and slices, and compares what every user sees after each
// step. The clock is the bubble's: it moves only where a history lets it.
//
// For more: go test -run TestModel -rapid.checks=1000 -rapid.steps=60
func TestModel(t *testing.T) {
	for shard := range modelShards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				modelBubble(t, rt)
			})
		})
	}
}

// modelBubble plays a history in a bubble. What ends it is carried out of it: a
// failure, or that rapid has no use for what it has drawn.
func modelBubble(t *testing.T, rt *rapid.T) {
	var end any
	synctest.Test(t, func(*testing.T) {
		defer func() { end = recover() }()
		modelPlay(rt)
	})
	switch {
	case end == nil:
	case fmt.Sprintf("%T", end) == "rapid.invalidData":
		panic(end)
	default:
		rt.Fatal(end)
	}
}

// modelPlay plays one history.
func modelPlay(t *rapid.T) {
	time.Sleep(time.Until(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
	r := newModelRun(t)
	defer func() { r.site.stop() }()
	actions := map[string]func(*rapid.T){"": func(*rapid.T) { r.look() }}
	for name, draw := range modelOps {
		actions[name] = func(*rapid.T) { r.one(draw(r)) }
	}
	for name, do := range map[string]func(){
		"burst": r.burst, "crash amid": r.crashAmid, "restart": r.restart, "crash": r.crash, "wait": r.wait,
		"sync": r.sync, "backlog": r.backlog,
	} {
		actions[name] = func(*rapid.T) { do() }
	}
	r.begin()
	t.Repeat(actions)
	r.end()
}
