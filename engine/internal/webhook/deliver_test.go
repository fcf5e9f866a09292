package webhook

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// A receiver that fails at random is told everything at least once, and of each
// conversation in order.
func TestFailsAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", func(n *New) { n.MaxBatch = 7 }, "message.created", "message.recalled")
		rng := rand.New(rand.NewPCG(1, 2))
		r.answers(func(batch) (int, string) {
			return []int{204, 200, 500, 503, 429, 0, -1, 302}[rng.IntN(8)], ""
		})
		const n = 400
		for i := range n {
			sent := s.send("a", wire.Request{To: fmt.Sprint("b", i%20), Content: fmt.Append(nil, i)})
			if i%10 == 0 {
				s.must(s.chat.Recall(t.Context(), "a", sent.ID))
			}
			if i%50 == 0 {
				time.Sleep(time.Minute)
			}
		}
		time.Sleep(24 * time.Hour)
		seen, last := make(map[string]bool), make(map[any]float64)
		for _, e := range r.told(t) {
			if seen[e.ID] {
				continue // again
			}
			seen[e.ID] = true
			seq, conv := e.Data["event_seq"], e.Data["conv_id"]
			if seq == nil {
				seq = e.Data["seq"]
			}
			if got := seq.(float64); got != last[conv]+1 {
				t.Errorf("%v: %v after %v", conv, got, last[conv])
			}
			last[conv] = seq.(float64)
		}
		if len(seen) != n+n/10 || len(last) != 20 {
			t.Errorf("%d events in %d conversations", len(seen), len(last))
		}
		if st := s.status("h"); st.State != StateOK || st.LagEntries != 0 || st.Dead != 0 || st.Delivered < n {
			t.Errorf("%+v", st)
		}
	})
}

// Three quick tries, then ever longer delays with ever less; the state tells.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", func(n *New) { n.MaxBatch = 8 }, "message.created")
		r.says(500)
		for range 8 {
			s.send("a", wire.Request{To: "b"})
		}
		synctest.Wait()
		r.requests() // of fewer
		s.settle()
		for _, want := range []string{StateRetrying, StateRetrying} {
			if st := s.status("h"); st.State != want || st.NextTryAt == 0 || st.LastError != "500 Internal Server Error: says the receiver" || st.LagEntries != 8 {
				t.Errorf("%+v", st)
			}
			time.Sleep(1300 * time.Millisecond)
		}
		time.Sleep(1200 * time.Millisecond)
		if st := s.status("h"); st.State != StateOpen || st.Failures != 3 {
			t.Errorf("%+v", st)
		}
		time.Sleep(time.Hour)
		list := r.requests()
		for i, b := range list {
			if want := []int{8, 8, 4, 2}[min(i, 3)]; i < 4 && len(b.Events) != want || i >= 5 && len(b.Events) != 1 {
				t.Errorf("request %d has %d events", i, len(b.Events))
			}
			if i > 0 {
				least := min(time.Second<<i*3/4, 5*time.Minute*3/4)
				if gap := b.at.Sub(list[i-1].at); gap < least || gap > min(2*least, 5*time.Minute) {
					t.Errorf("request %d comes %v later", i, gap)
				}
			}
			if b.attempt != i+2 {
				t.Errorf("attempt %d of request %d", b.attempt, i)
			}
		}
		st := s.status("h")
		if len(list) < 12 || st.State != StateOpen || st.Failures != len(list)+1 || st.LagTime < time.Hour {
			t.Errorf("%d requests, %+v", len(list), st)
		}
		r.says(204)
		time.Sleep(6 * time.Minute)
		if got := r.told(t); len(got) != 8 {
			t.Errorf("told %d", len(got))
		}
		for i, b := range r.requests() { // ever more again
			if want := []int{1, 2, 4, 1}[i]; len(b.Events) != want {
				t.Errorf("request %d after all has %d events", i, len(b.Events))
			}
		}
		if st := s.status("h"); st.State != StateOK || st.Failures != 0 || st.LagEntries != 0 || st.NextTryAt != 0 || st.LastOKAt == 0 {
			t.Errorf("%+v", st)
		}
	})
}

// A receiver says when it wants to be asked again.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		for header, want := range map[string]time.Duration{
			"Retry-After: 90": 90 * time.Second, "Retry-After: 999999": time.Hour,
			"Retry-After: " + time.Now().Add(40*time.Second).UTC().Format(http.TimeFormat): 0, // it may be past by then
			"Retry-After: soon": time.Second,
		} {
			asked := 0
			r.answers(func(batch) (int, string) {
				if asked++; asked == 1 {
					return 503, header
				}
				return 204, ""
			})
			s.send("a", wire.Request{To: "b"})
			time.Sleep(2 * time.Hour)
			list := r.requests()
			if len(list) != 2 {
				t.Fatalf("%s: %d requests", header, len(list))
			}
			if gap := list[1].at.Sub(list[0].at); want > time.Second && gap != want || gap > time.Hour {
				t.Errorf("%s: %v", header, gap)
			}
		}
	})
}

// An event that a receiver refuses becomes a dead letter, it alone, after three
// tries; the others go on in order. Sent again it comes.
func TestPoison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		poisoned := func(b batch) (int, string) {
			if slices.ContainsFunc(b.Events, func(e event) bool { return e.Data["content"] == "poison" }) {
				return 422, ""
			}
			return 204, ""
		}
		r.says(0) // so that all come together
		var ids []string
		for i := range 100 {
			content := fmt.Appendf(nil, "%d", i)
			if i == 37 {
				content = []byte(`"poison"`)
			}
			ids = append(ids, fmt.Sprint(s.send("a", wire.Request{To: "b", Content: content}).ID))
		}
		s.settle()
		r.requests()
		r.answers(poisoned)
		time.Sleep(time.Minute)
		var told []string
		for _, e := range r.told(t) {
			told = append(told, e.ID)
		}
		if want := slices.Delete(slices.Clone(ids), 37, 38); !slices.Equal(told, want) {
			t.Errorf("told %v", told)
		}
		tries := 0
		for _, b := range r.requests() {
			if b.Batch == ids[37] {
				tries++
			}
		}
		dead := s.dead("h")
		if tries != quickTries || len(dead) != 1 || fmt.Sprint(dead[0].Entry) != ids[37] || dead[0].Type != eventCreated || dead[0].Reason != "422 Unprocessable Entity" {
			t.Fatalf("%d tries, %+v", tries, dead)
		}
		if st := s.status("h"); st.State != StateOK || st.Delivered != 99 {
			t.Errorf("%+v", st)
		}

		again := func(want int) {
			t.Helper()
			if n, err := s.Replay(t.Context(), "h", 0, 0); err != nil || n != want {
				t.Errorf("%d, %v", n, err)
			}
			time.Sleep(10 * time.Second)
		}
		again(1)
		if dead := s.dead("h"); len(dead) != 1 || dead[0].Again {
			t.Errorf("%+v", dead)
		}
		r.says(204)
		r.requests()
		again(1)
		list := r.requests()
		if got := r.told(t); len(got) != 1 || got[0].ID != ids[37] || len(list) != 1 || !list[0].Again {
			t.Errorf("told %v by %v", got, list)
		}
		if dead := s.dead("h"); len(dead) != 0 {
			t.Errorf("%+v", dead)
		}
		again(0)
	})
}

// What isn't taken for long is given up, a little at a time, and the endpoint goes
// on.
func TestGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		r.answers(func(b batch) (int, string) {
			if strings.Contains(fmt.Sprint(b.Events), "poison") {
				return 500, ""
			}
			return 204, ""
		})
		s.send("a", wire.Request{To: "b", Content: []byte(`"poison"`)})
		for range 9 {
			s.send("a", wire.Request{To: "b"})
		}
		time.Sleep(23 * time.Hour)
		if got := r.told(t); len(got) > 0 {
			t.Errorf("told %v", got)
		}
		time.Sleep(2 * time.Hour)
		if got := r.told(t); len(got) != 9 {
			t.Errorf("told %d", len(got))
		}
		dead := s.dead("h")
		if len(dead) != 1 || dead[0].At-dead[0].FirstAt < (24*time.Hour).Milliseconds() {
			t.Errorf("%+v", dead)
		}
	})
}

// What is given up at once has a dead letter each.
func TestGiveUpSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, func(c *Config) { c.GiveUp = 500 * time.Millisecond })
		r := s.endpoint("h", func(n *New) { n.MaxBatch = 4 }, "message.created")
		r.says(-1)
		for range 10 {
			s.send("a", wire.Request{To: "b"})
		}
		time.Sleep(time.Hour)
		if dead := s.dead("h"); len(dead) != 10 || dead[9].Number != 10 {
			t.Errorf("%+v", dead)
		}
		if st := s.status("h"); st.LagEntries != 0 || st.LagTime != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// What isn't wanted is passed over, however much it is, and nothing behind it is
// missed.
func TestFewAmongMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		for i := range 700 {
			if i%300 == 299 {
				s.group(fmt.Sprint("g", i), "a")
			}
			s.send("a", wire.Request{To: "b"})
		}
		r := s.endpoint("h", func(n *New) { n.FromBeginning = true }, "group.*")
		all := s.endpoint("all", func(n *New) { n.FromBeginning, n.MaxBatch = true, MaxBatch }, "message.created", "group.*")
		s.settle()
		if got := r.told(t); len(got) != 2 || got[0].Data["group_id"] != "g299" || got[1].Data["group_id"] != "g599" {
			t.Errorf("told %v", got)
		}
		if got := all.told(t); len(got) != 702 {
			t.Errorf("told %d", len(got))
		}
	})
}

// A receiver that hangs, or has much to take, holds nobody up.
func TestSlowEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		slow, quick := s.endpoint("slow", nil, "*"), s.endpoint("quick", nil, "message.created")
		slow.says(-1)
		for range 50 {
			s.send("a", wire.Request{To: "b"})
		}
		s.settle()
		if got := quick.told(t); len(got) != 50 {
			t.Errorf("told %d", len(got))
		}
		if st := s.status("quick"); st.LagEntries != 0 {
			t.Errorf("%+v", st)
		}
		if st := s.status("slow"); st.LagEntries != 50 || st.State != StateOK {
			t.Errorf("%+v", st)
		}
		time.Sleep(11 * time.Second)
		if st := s.status("slow"); st.LastError != "no answer in time" || st.LagTime < 11*time.Second {
			t.Errorf("%+v", st)
		}
	})
}

// A request has at most as many events as the endpoint wants, and hardly more
// than 1 MiB.
func TestParcels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		few := s.endpoint("few", func(n *New) { n.MaxBatch = 3 }, "message.*")
		large := s.endpoint("large", func(n *New) { n.MaxBatch = MaxBatch }, "message.created")
		few.says(-1)
		large.says(-1)
		content := fmt.Appendf(nil, "%q", strings.Repeat("x", 60<<10))
		for range 40 {
			s.send("a", wire.Request{To: "b", Content: content})
		}
		few.says(204)
		large.says(204)
		time.Sleep(time.Minute)
		for _, b := range few.requests() {
			if len(b.Events) > 4 { // a message, and that somebody is away, are of one entry
				t.Errorf("%d events", len(b.Events))
			}
		}
		most := 0
		for _, b := range large.requests() {
			most = max(most, len(b.Events))
		}
		if most != 18 {
			t.Errorf("%d events of 60 KiB", most)
		}
		if got := large.told(t); len(got) != 40 {
			t.Errorf("told %d", len(got))
		}
	})
}
