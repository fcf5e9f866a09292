package httpapi

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
)

// liveScene serves the history of a few figures, some seconds old.
type liveScene struct {
	*Server
	t *testing.T
}

// newLiveScene must be called in a bubble.
func newLiveScene(t *testing.T, seconds int) liveScene {
	r := metrics.New()
	messages := r.Counter(metrics.MessagesProcessed, "group")
	r.GaugeFunc(metrics.StorageFull, func() float64 { return 1 })
	r.GaugeFunc(metrics.StorageLevelFiles, func() float64 { return 12 }, "0")
	r.GaugeFunc(metrics.StorageLevelBytes, func() float64 { return 3 << 40 }, "0")
	r.GaugeFunc(metrics.StorageLevelScore, func() float64 { return 1.25 }, "0")
	h := metrics.NewHistory(r)
	h.Start()
	for range seconds {
		messages.Add(20)
		h.Rooms().Lock()
		h.Rooms().Add(5, "group_7", 20, 400)
		h.Rooms().Unlock()
		time.Sleep(metrics.HistoryStep)
		synctest.Wait()
	}
	h.Stop()
	return liveScene{NewAdmin(AdminConfig{
		Local: true, Live: Live{History: h, Started: time.Now(), Version: "v1", Commit: "c0ffee"},
		Ready: func() *wire.Error { return nil }, Metrics: r, Logger: slog.New(slog.DiscardHandler),
	}), t}
}

// ask is the answer to a question with this query.
func (s liveScene) ask(query string) dashboardView {
	s.t.Helper()
	status, _, body := do(s.Server, request("GET", "/api/v1/live"+query, ""))
	expect(s.t, query, status, 200)
	var answer struct{ Data dashboardView }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		s.t.Fatal(err)
	}
	return answer.Data
}

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newLiveScene(t, 5)
		v := s.ask("")
		now := time.Now().UnixMilli()
		expect(t, "time", v.Time, now)
		expect(t, "step", v.StepMS, int64(1000))
		expect(t, "version", v.Version+" "+v.Commit, "v1 c0ffee")
		expect(t, "warnings", fmt.Sprint(v.Warnings), "[{storage_full 1}]")
		expect(t, "levels", fmt.Sprint(v.Levels), "[{12 3298534883328 1.25}]")
		if len(v.Groups) != 1 || v.Groups[0].ConvID != "group_7" || v.Groups[0].Deliveries < 300 {
			t.Errorf("groups %+v", v.Groups)
		}
		expect(t, "samples", len(v.Samples), 5)
		last := v.Samples[4]
		expect(t, "time of the last", last.Time, now)
		expect(t, "figures", len(last.Values), len(v.Columns))
		got := make(map[string]figure)
		for i, name := range v.Columns {
			got[name] = last.Values[i]
		}
		expect(t, "rate", got["group_messages"], figure(20))
		if !math.IsNaN(float64(got["fsync_p99"])) {
			t.Errorf("the fsync that never was took %v s", got["fsync_p99"])
		}
	})
}

func TestLiveSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newLiveScene(t, 9)
		all := s.ask("?last=3600").Samples
		expect(t, "all", len(all), 9)
		expect(t, "last", len(s.ask("?last=4").Samples), 4)
		since := s.ask("?since=" + strconv.FormatInt(all[5].Time, 10)).Samples
		expect(t, "since", len(since), 3)
		expect(t, "since", since[0].Time, all[6].Time)
		expect(t, "nothing new", len(s.ask("?since="+strconv.FormatInt(all[8].Time, 10)).Samples), 0)
		for _, bad := range []string{"?last=0", "?last=3601", "?since=-1", "?since=x", "?last=1&last=2"} {
			status, _, body := do(s.Server, request("GET", "/api/v1/live"+bad, ""))
			if status != 400 || !strings.Contains(body, `"reason":"bad_request"`) {
				t.Errorf("%s: %d %s", bad, status, body)
			}
		}
	})
}
