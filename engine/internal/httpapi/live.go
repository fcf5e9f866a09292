package httpapi

import (
	"encoding/json"
	"math"
	"runtime"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
)

// Live is what the operator's dashboard shows.
type Live struct {
	History *metrics.History
	Started time.Time // the server
	Version string
	Commit  string
}

func liveRoutes() []route {
	return []route{{
		method: "GET", path: "/api/v1/live", do: dashboard, level: levelOperator,
		about: about{
			id: "getLive", tag: tagServer, summary: "See the figures of the last seconds",
			params: list(dashboardParams{}), data: dashboardView{},
		},
	}}
}

type dashboardParams struct {
	Since int64 `query:"since" doc:"samples after this time, in Unix milliseconds of the server's clock"`
	Last  int   `query:"last" minimum:"1" maximum:"3600" default:"300" doc:"at most so many samples, the latest"`
}

type dashboardView struct {
	Time      int64         `json:"time" doc:"of the server's clock, Unix milliseconds"`
	StartedAt int64         `json:"started_at"`
	Version   string        `json:"version"`
	Commit    string        `json:"commit"`
	Go        string        `json:"go"`
	CPUs      int           `json:"cpus" doc:"threads that run Go code at the same time"`
	Warnings  []warningView `json:"warnings"`
	Levels    []levelView   `json:"levels" doc:"of the database, from the one that memory is flushed to"`
	Groups    []busyView    `json:"groups" doc:"the busiest of the last ten seconds"`
	StepMS    int64         `json:"step_ms" doc:"between two samples"`
	Columns   []string      `json:"columns" doc:"names of the figures of a sample, in their order"`
	Samples   []sampleView  `json:"samples" doc:"the oldest first"`
}

type warningView struct {
	Reason string  `json:"reason"`
	Count  float64 `json:"count" doc:"how often in the last minute, or since the start; 1 while it lasts"`
}

type levelView struct {
	Files uint64  `json:"files"`
	Bytes uint64  `json:"bytes"`
	Score float64 `json:"score"`
}

type busyView struct {
	ConvID     string  `json:"conv_id"`
	Messages   float64 `json:"messages" doc:"a second"`
	Deliveries float64 `json:"deliveries" doc:"a second"`
}

type sampleView struct {
	Time   int64    `json:"time"`
	Values []figure `json:"values"`
}

// figure is a number, or NaN, which JSON has no word for but null.
type figure float32

// MarshalJSON implements json.Marshaler.
func (f figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float32(f))
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *figure) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*f = figure(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float32)(f))
}

func dashboard(s *Server, x *exchange) *wire.Error {
	since, err := x.query.number("since", math.MaxInt64)
	if err != nil {
		return err
	}
	last, err := x.query.number("last", metrics.HistoryLength)
	if err != nil {
		return err
	}
	if last == 0 {
		last = 300
	}
	h := s.live.History
	rooms, seconds := h.Busiest()
	return s.put(x, dashboardView{
		Time: time.Now().UnixMilli(), StartedAt: s.live.Started.UnixMilli(),
		Version: s.live.Version, Commit: s.live.Commit, Go: runtime.Version(), CPUs: runtime.GOMAXPROCS(0),
		Warnings: views(h.Warnings(), func(w *metrics.Warning) warningView { return warningView(*w) }),
		Levels:   views(h.Levels(), func(l *metrics.Level) levelView { return levelView(*l) }),
		Groups: views(rooms, func(r *metrics.Room) busyView {
			return busyView{r.ID, float64(r.Messages) / seconds, float64(r.Deliveries) / seconds}
		}),
		StepMS: metrics.HistoryStep.Milliseconds(), Columns: h.Columns(),
		Samples: views(h.Samples(int64(since), int(last)), viewOfSample),
	})
}

func viewOfSample(m *metrics.Sample) sampleView {
	v := sampleView{Time: m.Time, Values: make([]figure, len(m.Values))}
	for i := range m.Values {
		v.Values[i] = figure(m.Values[i])
	}
	return v
}
