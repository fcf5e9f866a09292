package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// ErrWrong says that the desk did something that it must not.
var ErrWrong = errors.New("the desk did something wrong")

// Run simulates or measures, as the options say, prints what came of it to stdout
// and what is under way to stderr. Of a simulation in which something was wrong it
// leaves the data behind and returns ErrWrong.
func Run(ctx context.Context, o Options, stdout, stderr io.Writer) error {
	if err := o.complete(); err != nil {
		return err
	}
	if !o.Simulate {
		return measure(ctx, &o, stdout, stderr)
	}
	r, err := simulate(ctx, &o, stderr)
	if err != nil {
		return err
	}
	if err := r.write(stdout, o.JSON); err != nil {
		return err
	}
	if !r.OK() {
		return fmt.Errorf("%w (seed %d)", ErrWrong, o.Seed)
	}
	return nil
}

// simulate plays once and judges that.
func simulate(ctx context.Context, o *Options, progress io.Writer) (*Result, error) {
	fmt.Fprintf(progress, "desk: %d visits to %d agents, seed %d\n", o.Visitors, o.Agents, o.Seed)
	s, err := newSimulation(o)
	if err != nil {
		return nil, err
	}
	defer s.close()
	began := time.Now()
	h, err := s.through(ctx, progress)
	if err != nil {
		_ = os.RemoveAll(s.dir)
		return nil, err
	}
	r := s.result(h)
	r.Seconds = time.Since(began).Seconds()
	if !r.OK() {
		r.Kept = s.dir
		return r, s.keep(r)
	}
	return r, os.RemoveAll(s.dir)
}

// keep leaves what was found beside the data.
func (s *simulation) keep(r *Result) error {
	f, err := os.Create(filepath.Join(s.dir, "result.json"))
	if err != nil {
		return err
	}
	return errors.Join(r.write(f, true), f.Close())
}

// through plays from the first server to the end of the last one.
func (s *simulation) through(ctx context.Context, progress io.Writer) (*history, error) {
	if err := s.up(ctx); err != nil {
		return nil, err
	}
	defer func() { s.server.kill() }()
	if err := s.furnish(ctx); err != nil {
		return nil, err
	}
	if err := s.play(ctx, progress); err != nil {
		return nil, err
	}
	s.settle(ctx)
	fmt.Fprintf(progress, "desk: judging\n")
	h, err := s.collect(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.server.terminate(); err != nil {
		s.add(kindServer, "", "%v", err)
	}
	if err := verifyData(ctx, s.o.Program, s.data()); err != nil {
		s.add(kindServer, "", "%v", err)
	}
	return h, nil
}

func (s *simulation) result(h *history) *Result {
	j := judge(h)
	return &Result{
		Seed: s.o.Seed, Agents: s.o.Agents, Visits: len(s.visits), Kills: s.kills, Sessions: len(h.sessions), Counts: s.counts,
		Assignments: j.assigned, Compared: j.compared, Widest: j.widest, Queued: j.overtook, Absences: j.absences,
		Findings: append(s.findings.all(), j.all()...),
	}
}
