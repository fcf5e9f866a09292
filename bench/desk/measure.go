package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"gannet/bench"
)

// A meter measures a server.
type meter struct {
	*world
	o      *Options
	server *server
	crowd  *crowd
	number atomic.Int64 // of sessions
}

// atOnce is how many sessions are under way when as many as possible are.
const atOnce = 64

// wantedRatio is what single chats must keep of their throughput beside a busy desk.
const wantedRatio = 0.95

// measure starts a server, measures it and prints the figures.
func measure(ctx context.Context, o *Options, stdout, stderr io.Writer) (err error) {
	w, err := newWorld()
	if err != nil {
		return err
	}
	defer w.close()
	dir, err := os.MkdirTemp(o.Dir, "gannet-desk-")
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	defer os.RemoveAll(dir)
	s, err := startServer(ctx, o.Program, filepath.Join(dir, "data"), nil, w.env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.terminate()) }()
	w.at.Store(&s.at)
	m := &meter{world: w, o: o, server: s}
	results, err := m.run(ctx, stderr)
	if err != nil {
		return err
	}
	if err := writeMeasure(stdout, results, o.JSON); err != nil {
		return err
	}
	return verdict(results)
}

// run measures assignments, and then single chats in turn with the desk idle and
// busy. Which of the two is first changes from round to round, so that what slows
// down as the data grows slows both.
func (m *meter) run(ctx context.Context, progress io.Writer) ([]*bench.Result, error) {
	fmt.Fprintf(progress, "desk: %d agents …\n", m.o.Agents)
	began := time.Now()
	var err error
	if m.crowd, err = gather(ctx, m.world, m.o.Agents); err != nil {
		return nil, err
	}
	defer m.crowd.disperse()
	fmt.Fprintf(progress, "desk: online in %s; assignments for %s …\n", time.Since(began).Round(time.Millisecond), m.o.Duration)
	results := []*bench.Result{m.assignments(ctx)}
	for round := range m.o.Rounds {
		parts := []func(context.Context) (*bench.Result, error){m.idle, m.busy}
		if round%2 == 1 {
			parts[0], parts[1] = parts[1], parts[0]
		}
		for _, part := range parts {
			r, err := part(ctx)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(progress, "desk: %s: %.0f messages/s\n", r.Scenario, r.MessageRate)
			results = append(results, r)
		}
	}
	return append(results, compare(results)), ctx.Err()
}

// assignments measures how many there can be.
func (m *meter) assignments(ctx context.Context) *bench.Result {
	warm := newLoad(m.crowd, &m.number)
	warm.saturate(ctx, atOnce, min(time.Second, m.o.Duration/4))
	l := newLoad(m.crowd, &m.number)
	took := l.saturate(ctx, atOnce, m.o.Duration)
	r := &bench.Result{Scenario: "assign", Setting: fmt.Sprintf("%d agents, %d sessions at a time", m.o.Agents, atOnce)}
	l.report(r, took)
	return r
}

// compare relates single chats beside a busy desk to those beside an idle one.
func compare(results []*bench.Result) *bench.Result {
	sum, n := make(map[string]float64), make(map[string]float64)
	for _, r := range results {
		sum[r.Scenario] += r.MessageRate
		n[r.Scenario]++
	}
	const idle, busy = "single, desk idle", "single, desk busy"
	r := &bench.Result{Scenario: "single, busy ÷ idle"}
	if sum[idle] > 0 {
		r.MessageRatio = sum[busy] / n[busy] / (sum[idle] / n[idle])
		r.Setting = fmt.Sprintf("%.0f rounds, averages", n[idle])
		r.Targets = []bench.Target{{
			Name: "ratio", Want: wantedRatio, Got: r.MessageRatio, Unit: "", Met: r.MessageRatio >= wantedRatio,
		}}
	}
	return r
}

// verdict is an error if anything was wrong. A missed target is none, as with all
// scenarios of the bench: the output shows it.
func verdict(results []*bench.Result) error {
	for _, r := range results {
		if len(r.Faults) > 0 {
			return fmt.Errorf("%s: %s, for example: %v", r.Scenario, r.Faults[0].Kind, r.Faults[0].Examples)
		}
	}
	return nil
}
