package chat_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing/synctest"

	"pgregory.net/rapid"

	"gannet/codec"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
)

// connect opens a connection, lets it say something and closes it when all is
// still. It returns what it was sent.
func (s *modelSite) connect(user string, tracked bool, say []byte) (got []map[string]any, err error) {
	c := &modelConn{reader: codec.NewReader(codec.ReaderConfig{Client: true})}
	s.loop.wait(func() {
		s.loop.serials++
		c.id.Serial, s.loop.conn = s.loop.serials, c
		c.session, err = s.Open(c, chat.Login{User: user, Device: "d", Tracked: tracked}, func(delivery.Conn) {})
	})
	if err != nil {
		return nil, err
	}
	synctest.Wait()
	s.loop.wait(func() {
		if say != nil {
			c.session.Message(say)
			c.session.TurnEnd()
		}
	})
	synctest.Wait()
	s.loop.wait(func() {
		c.session.Leaving()
		s.loop.conn = nil
	})
	synctest.Wait()
	return c.got, c.wrong
}

// sync asks for everything after some cursors.
func (r *modelRun) sync() {
	user, limit := r.user(), rapid.IntRange(1, 8).Draw(r.t, "limit")
	cursors := map[string]uint64{}
	for range rapid.IntRange(0, 3).Draw(r.t, "cursors") {
		conv := r.convID(user)
		cursors[conv] = r.seq(conv)
	}
	say, err := json.Marshal(map[string]any{"type": "sync", "cursors": cursors, "limit": limit})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Logf("%s: %s", user, say)
	got, err := r.site.connect(user, true, say)
	r.world.settle(user)
	if err != nil || len(got) == 0 {
		r.t.Fatalf("sync: %v %v", got, err)
	}
	want, synced := r.world.sync(user, cursors, uint64(limit))
	if end := got[len(got)-1]; !reflect.DeepEqual(end, synced) {
		r.t.Fatalf("%v\nwant %v", end, synced)
	}
	r.compareFrames(got[:len(got)-1], want)
}

// compareFrames compares what was sent of each conversation.
func (r *modelRun) compareFrames(got []map[string]any, want map[string][]any) {
	of := map[string][]any{}
	for _, o := range got {
		conv, _ := o["conv_id"].(string)
		of[conv] = append(of[conv], o)
	}
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if wrong := modelDiff(of[id], want[id]); wrong != "" {
			r.t.Fatalf("of %s: %s", id, wrong)
		}
		delete(of, id)
	}
	if len(of) > 0 {
		r.t.Fatalf("too much: %v", of)
	}
}

// sync is what a sync sends of each conversation, and how it ends.
func (w *modelWorld) sync(user string, cursors map[string]uint64, limit uint64) (sent map[string][]any, synced map[string]any) {
	sent, convs := map[string][]any{}, map[string]any{}
	for _, c := range w.sorted() {
		s, in := c.seat(user)
		if !in {
			continue
		}
		from, named := cursors[c.id]
		if !named {
			from = s.ack.written
		}
		from, to, more := max(min(from, c.last()), s.floor()), c.last(), false
		if from == to && !named {
			continue
		}
		if to-from > limit {
			to, more = from+limit, true
		}
		sent[c.id] = c.objects(w, from+1, to)
		convs[c.id] = map[string]any{"seq": float64(to), "has_more": more}
	}
	for id := range cursors {
		if convs[id] == nil {
			convs[id] = map[string]any{"seq": 0.0, "has_more": false, "gone": true}
		}
	}
	return sent, map[string]any{"type": "synced", "convs": convs}
}

// backlog opens a connection that is sent what its user has not been sent, but for
// the user's own messages. What it was sent counts as received.
func (r *modelRun) backlog() {
	user := r.user()
	r.t.Logf("%s comes", user)
	got, err := r.site.connect(user, false, nil)
	r.world.settle(user)
	if err != nil {
		r.t.Fatal(err)
	}
	r.compareFrames(got, r.world.backlog(user))
}

func (w *modelWorld) backlog(user string) map[string][]any {
	sent := map[string][]any{}
	for _, c := range w.sorted() {
		s, in := c.seat(user)
		if !in {
			continue
		}
		from := max(s.ack.written, s.floor())
		for seq := from + 1; seq <= c.last(); seq++ {
			if e := c.at(seq); e.event != "" || e.from != user {
				sent[c.id] = append(sent[c.id], c.object(w, seq))
			}
		}
		if c.group != nil || from < c.last() {
			s.ack.move(c.last())
		}
	}
	return sent
}
