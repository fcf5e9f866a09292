package desk

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/storage"
)

func TestSpread(t *testing.T) {
	second := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	for _, c := range []struct {
		times []int64
		want  Spread
	}{
		{nil, Spread{}},
		{[]int64{3000}, Spread{1, second(3), second(3), second(3)}},
		{[]int64{4000, 1000}, Spread{2, second(2.5), second(1), second(4)}},
		{[]int64{5000, 1000, 3000}, Spread{3, second(3), second(3), second(5)}},
		{[]int64{10_000, 9000, 8000, 7000, 6000, 5000, 4000, 3000, 2000, 1000}, Spread{10, second(5.5), second(5), second(9)}},
		{slices.Repeat([]int64{100 * 365 * 24 * 3600 * 1000}, 3000), Spread{3000, 100 * 365 * 24 * time.Hour, 100 * 365 * 24 * time.Hour, 100 * 365 * 24 * time.Hour}},
	} {
		if got := spread(c.times); got != c.want {
			t.Errorf("%v: %+v, want %+v", c.times[:min(len(c.times), 10)], got, c.want)
		}
	}
}

func TestSpreadIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 200).Draw(t, "times")
		s := spread(slices.Clone(times))
		least := time.Duration(slices.Min(times)) * time.Millisecond
		most := time.Duration(slices.Max(times)) * time.Millisecond
		if s.Median < least || s.P90 < s.Median || most < s.P90 || s.Average < least || most < s.Average || s.Count != len(times) {
			t.Fatalf("%+v", s)
		}
		above := 0
		for _, ms := range times {
			if time.Duration(ms)*time.Millisecond > s.P90 {
				above++
			}
		}
		if above*10 > len(times) {
			t.Fatalf("%d of %d are above %v", above, len(times), s.P90)
		}
	})
}

// TestStats: a day at the desk.
func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ctx := start(t, func(c *Config) { c.MaxWait = time.Minute }), context.Background()
		defer s.close()
		s.put("amy", AgentPatch{Name: ptr("Amy")})
		s.agent("amy")
		one := s.visit("vera", "")
		time.Sleep(30 * time.Second)
		s.talk("amy", one.ID)
		time.Sleep(90 * time.Second)
		s.end(amy, one.ID)
		s.must(s.Rate(ctx, vera, one.ID, 4, ""))
		s.put("amy", AgentPatch{Status: ptr(wire.AgentBusy)})
		two := s.visit("vic", "")
		s.end(Actor{User: "vic"}, two.ID)
		three := s.visit("walt", "")
		time.Sleep(20 * time.Second)
		s.put("amy", AgentPatch{Status: ptr(wire.AgentOnline)})
		s.has(three.ID, "amy")
		s.put("amy", AgentPatch{Status: ptr(wire.AgentBusy)})
		s.visit("will", "")
		time.Sleep(2 * time.Minute)
		s.visit("wendy", "")
		time.Sleep(10 * time.Second)

		got, err := s.Stats(ctx, sue, 0, 0)
		s.must(err)
		if got.To-got.From != usualRange.Milliseconds() || got.Truncated || got.Opened != 5 {
			t.Errorf("%d sessions from %d to %d, truncated: %t", got.Opened, got.From, got.To, got.Truncated)
		}
		if l := got.Live; l.Queue != 1 || l.OldestWait != 10*time.Second || l.Busy != 1 || l.Online+l.Away+l.Offline != 0 || len(l.Agents) != 1 || l.Agents[0].Sessions != 1 {
			t.Errorf("%+v", l)
		}
		half := Spread{1, 30 * time.Second, 30 * time.Second, 30 * time.Second}
		stars := Ratings{1, 4, [5]int{0, 0, 0, 1, 0}}
		want := Tally{
			Closed: map[string]int{ReasonAgent: 1, ReasonAbandoned: 1}, Abandoned: 1,
			Wait: Spread{2, 10 * time.Second, 0, 20 * time.Second}, FirstResponse: half,
			Handling: Spread{1, 2 * time.Minute, 2 * time.Minute, 2 * time.Minute}, Ratings: stars,
		}
		want.States[storage.DeskClosed], want.States[storage.DeskOffline], want.States[storage.DeskQueued] = 2, 1, 1
		want.States[storage.DeskAssigned] = 1
		if !reflect.DeepEqual(got.Tally, want) {
			t.Errorf("%+v\nwant\n%+v", got.Tally, want)
		}
		if len(got.Agents) != 1 || got.Agents[0].User != "amy" || got.Agents[0].Name != "Amy" || got.Agents[0].Sessions != 2 ||
			got.Agents[0].FirstResponse != half || got.Agents[0].Ratings != stars || got.Agents[0].Closed[ReasonAgent] != 1 || got.Agents[0].Abandoned != 0 {
			t.Errorf("%+v", got.Agents)
		}
		if got, err = s.Stats(ctx, backend, one.CreatedAt, two.CreatedAt); err != nil || got.Opened != 1 {
			t.Errorf("%d sessions before the second: %v", got.Opened, err)
		}
		if got, err = s.Stats(ctx, backend, one.CreatedAt+1, two.CreatedAt+1); err != nil || got.Opened != 2 { // three is of that moment, too
			t.Errorf("%d sessions after the first: %v", got.Opened, err)
		}
	})
}

func TestStatsRefuse(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	for _, by := range []Actor{amy, vera, {User: "carl"}} {
		_, err := s.Stats(ctx, by, 0, 0)
		s.refused(err, wire.ReasonForbidden)
	}
	for _, r := range [][2]int64{{5, 5}, {6, 5}, {-1, 5}, {1 << 52, 0}} {
		_, err := s.Stats(ctx, sue, r[0], r[1])
		s.refused(err, wire.ReasonBadRequest)
	}
	if st, err := s.Stats(ctx, sue, 0, 5); err != nil || st.From != 0 || st.To != 5 {
		t.Errorf("%+v %v", st, err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err := s.Stats(gone, sue, 0, 0)
	s.refused(err, wire.ReasonBusy)
}

// A session that waits once more isn't counted with an assignment of before.
func TestCountOfOneThatWaitsAgain(t *testing.T) {
	c := newCounting()
	c.add(&storage.DeskSession{State: storage.DeskQueued, CreatedAt: 1000, QueuedAt: 9000, AssignedAt: 2000, Reassigned: 2})
	if got := c.all.tally(); got.Wait.Count != 0 || got.Reassigned != 2 || len(c.agents) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestGauges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, func(c *Config) { c.MaxSessions = 2 })
		if got := s.Gauges(); got != (Gauges{}) {
			t.Errorf("%+v", got)
		}
		for i := range 4 {
			s.agent(fmt.Sprint("a", i))
		}
		s.put("a0", AgentPatch{Status: ptr(wire.AgentOffline)})
		s.put("a1", AgentPatch{Status: ptr(wire.AgentBusy)})
		for i := range 4 {
			one := s.visit(fmt.Sprint("v", i), "")
			if i == 0 {
				s.talk(one.Agent, one.ID)
			}
		}
		s.disconnect("a2")
		s.visit("v4", "")
		time.Sleep(3 * time.Second)
		want := Gauges{Queue: 1, OldestWait: 3 * time.Second, Online: 1, Away: 1, Busy: 1, Offline: 1, LoadAverage: 2, LoadMax: 2}
		want.Sessions[storage.DeskQueued], want.Sessions[storage.DeskAssigned], want.Sessions[storage.DeskActive] = 1, 3, 1
		if got := s.Gauges(); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		s.close()
		if got := s.Gauges(); got != want { // the last that was seen
			t.Errorf("after the end: %+v", got)
		}
	})
}

// times notes what was observed.
type times []float64

func (h *times) Observe(v float64) { *h = append(*h, v) }

func TestFiguresAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wait, first, handling times
		s, ctx := start(t, func(c *Config) {
			c.Times = Times{Wait: &wait, FirstResponse: &first, Handling: &handling}
			c.MaxWait = time.Minute
		}), context.Background()
		one := s.visit("vera", "")
		time.Sleep(20 * time.Second)
		s.agent("amy")
		time.Sleep(10 * time.Second)
		s.talk("amy", one.ID)
		time.Sleep(time.Minute)
		s.end(amy, one.ID)
		s.must(s.Rate(ctx, vera, one.ID, 5, ""))
		s.put("amy", AgentPatch{Status: ptr(wire.AgentBusy)})
		two := s.visit("vic", "")
		s.end(Actor{User: "vic"}, two.ID)
		s.visit("walt", "")
		time.Sleep(2 * time.Minute)
		s.put("amy", AgentPatch{Status: ptr(wire.AgentOnline)})
		s.visit("will", "")
		s.disconnect("amy")
		time.Sleep(2 * time.Minute)
		s.close()
		want := Counts{Opened: 4, Assigned: 2, Lost: 1, Offline: 2, Abandoned: 1, Closed: map[string]uint64{}, Ratings: [5]uint64{4: 1}}
		for _, reason := range Reasons() {
			want.Closed[reason] = 0
		}
		want.Closed[ReasonAgent], want.Closed[ReasonAbandoned] = 1, 1
		if got := s.Counts(); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if !slices.Equal(wait, times{20, 0}) || !slices.Equal(first, times{30}) || !slices.Equal(handling, times{70}) {
			t.Errorf("waits %v, first responses %v, handling %v", wait, first, handling)
		}
	})
}
