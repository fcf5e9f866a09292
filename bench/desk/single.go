package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"gannet/bench"
)

// single is the throughput of single chats on the server that the crowd is
// connected to: the bench's own scenario.
func (m *meter) single(ctx context.Context) (*bench.Result, error) {
	var out bytes.Buffer
	err := bench.Run(ctx, bench.Options{
		Scenario: "single-closed", URL: "ws://" + m.server.at.ws, HTTP: "http://" + m.server.at.http, Secret: m.secret,
		ServerPID: m.server.cmd.Process.Pid, Duration: m.o.Duration, NoEcho: true, JSON: true,
	}, &out, io.Discard)
	var d document
	if decodeErr := json.Unmarshal(out.Bytes(), &d); decodeErr != nil || len(d.Results) != 1 {
		return nil, errors.Join(err, decodeErr, fmt.Errorf("%d results of single chats", len(d.Results)))
	}
	d.Results[0].Targets = nil // they are those of a server that has nothing else to do
	return d.Results[0], nil
}

// idle measures single chats while the desk's agents have nothing to do.
func (m *meter) idle(ctx context.Context) (*bench.Result, error) {
	r, err := m.single(ctx)
	if err == nil {
		r.Scenario, r.Setting = "single, desk idle", r.Setting+fmt.Sprintf(", %d agents online", m.o.Agents)
	}
	return r, err
}

// keptShare is what the desk must serve of the sessions that the schedule wants, or
// it was not the busy desk that the single chats are compared beside.
const keptShare = 0.9

// kept is the target that the schedule was kept.
func kept(rate float64, wanted int) bench.Target {
	want := keptShare * float64(wanted)
	return bench.Target{Name: "schedule kept", Want: want, Got: rate, Unit: "assignments/s", Met: rate >= want}
}

// busy measures single chats while sessions are opened and closed beside them.
func (m *meter) busy(ctx context.Context) (*bench.Result, error) {
	l := newLoad(m.crowd, &m.number)
	pacing, stop := context.WithCancel(ctx)
	defer stop()
	paced := make(chan time.Duration)
	go func() {
		began := time.Now()
		l.pace(pacing, m.o.Rate)
		paced <- time.Since(began)
	}()
	r, err := m.single(ctx)
	stop()
	took := <-paced
	if err != nil {
		return nil, err
	}
	r.Scenario, r.Setting = "single, desk busy", r.Setting+fmt.Sprintf(", %d agents online, %d sessions/s", m.o.Agents, m.o.Rate)
	desk := &bench.Result{}
	l.report(desk, took)
	r.Targets = []bench.Target{kept(desk.MessageRate, m.o.Rate)}
	r.Figures = append(r.Figures, bench.Figure{Name: "assignments", Value: desk.MessageRate, Unit: "/s"})
	if t := desk.Latency; t != nil {
		r.Figures = append(r.Figures,
			bench.Figure{Name: "request → agent, p50", Value: t.P50, Unit: "ms"},
			bench.Figure{Name: "request → agent, p99", Value: t.P99, Unit: "ms"})
	}
	if l.late > 0 {
		r.Figures = append(r.Figures, bench.Figure{Name: "sessions left out", Value: float64(l.late), Unit: ""})
	}
	r.Faults = append(r.Faults, desk.Faults...)
	return r, nil
}
