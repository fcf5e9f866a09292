package overload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// warmUp is how long the healthy chat goes on before it is measured, at most.
const warmUp = 2 * time.Second

// errHarm is what Run returns where an attack did more harm than it may.
var errHarm = errors.New("an attack did harm; see the table")

// Run tries the attacks one after another, each on a server of its own, prints the
// table to stdout and what is under way to stderr. The error says that something
// could not be tried, or that an attack did harm.
func Run(ctx context.Context, o Options, stdout, stderr io.Writer) error {
	rows, err := measure(ctx, o, stderr)
	if err != nil {
		return err
	}
	if err := write(stdout, rows, o.JSON); err != nil {
		return err
	}
	for _, r := range rows {
		if !r.OK() {
			return errHarm
		}
	}
	return nil
}

func measure(ctx context.Context, o Options, stderr io.Writer) ([]*Row, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	var rows []*Row
	chosen := o.chosen()
	for i, a := range chosen {
		if o.Progress != nil {
			o.Progress("overload: "+a.name, i, len(chosen))
		}
		fmt.Fprintf(stderr, "%s: %s\n", a.name, a.describe(o.Scale))
		r, err := try(ctx, &o, a)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (a *attack) describe(scale int) string { return fmt.Sprintf(a.what, a.attackers(scale)) }

// try is one attack on a fresh server.
func try(ctx context.Context, o *Options, a *attack) (*Row, error) {
	s, err := startServer(o, a)
	if err != nil {
		return nil, err
	}
	r := &Row{Attack: a.name, What: a.describe(o.Scale)}
	err = besiege(ctx, o, a, s, r)
	if stopErr := s.stop(); stopErr != nil {
		r.fault("%v", stopErr)
	}
	return r, errors.Join(err, ctx.Err())
}

// besiege measures the chat alone, the attack beside it, and the time after it.
func besiege(ctx context.Context, o *Options, a *attack, s *server, r *Row) error {
	g := newGauge(s)
	defer g.close()
	healthy, err := startChat(ctx, &s.target)
	if err != nil {
		return fmt.Errorf("the healthy chat: %w", err)
	}
	pause(ctx, min(warmUp, o.Alone))
	healthy.next()
	pause(ctx, o.Alone)
	r.Alone = r.p99(ctx, healthy, healthy.next())
	healthy.next()

	err = r.attack(ctx, o, a, s, g, func() { healthy.next() })
	r.Meanwhile = r.p99(ctx, healthy, healthy.next())
	if err == nil {
		r.settle(ctx, o, g)
	}
	if err := healthy.end(); err != nil {
		r.fault("the healthy chat: %v", err)
	}
	r.Slow = r.tooSlow()
	return err
}

// p99 is that of a phase, in milliseconds, when all of it has come.
func (r *Row) p99(ctx context.Context, c *chat, p *phase) float64 {
	p99, err := c.p99(ctx, p, answerTime)
	if err != nil {
		r.fault("the healthy chat: %v", err)
	}
	return ms(p99)
}

// attack runs the attack and notes what came of it.
func (r *Row) attack(ctx context.Context, o *Options, a *attack, s *server, g *gauge, begins func()) error {
	var err error
	if r.Before, err = g.usage(); err != nil {
		return err
	}
	before, err := g.scrape()
	if err != nil {
		return err
	}
	program, err := o.program()
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	peak := g.peak(watching)
	began := time.Now()
	n := a.attackers(o.Scale)
	saw, attackErr := attackFrom(ctx, program, orders{Attack: a.name, Target: s.target, Attackers: n, Lasts: o.Lasts}, func() {
		began = time.Now()
		begins()
	})
	r.Seconds = time.Since(began).Seconds()
	stop()
	r.Peak = peak()
	after, err := g.scrape()
	if err != nil {
		return err
	}
	r.judge(a, &outcome{attackers: n, counts: merged(done(before, after), saw)}, attackErr)
	return nil
}

func (r *Row) judge(a *attack, o *outcome, attackErr error) {
	r.Counts = o.counts
	if attackErr != nil {
		r.fault("%v", attackErr)
	}
	if err := a.judge(o); err != nil {
		r.fault("%v", err)
	}
}

func merged(counts, more map[string]int) map[string]int {
	for key, n := range more {
		counts[key] += n
	}
	return counts
}

// settleEvery is how often is looked whether the server is as before.
const settleEvery = 500 * time.Millisecond

// settle waits until the server is as before, for as long as it may take.
func (r *Row) settle(ctx context.Context, o *Options, g *gauge) {
	over := time.Now()
	for {
		u, err := g.usage()
		if err != nil {
			r.fault("after the attack: %v", err)
			return
		}
		r.After, r.Back = u, time.Since(over).Seconds()
		switch {
		case r.back(u), ctx.Err() != nil:
			return
		case time.Since(over) > o.Settle:
			r.fault("%s after the attack: %s instead of %s", o.Settle, u, r.Before)
			return
		}
		pause(ctx, settleEvery)
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
