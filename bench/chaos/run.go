package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrViolation says that a promise was broken.
var ErrViolation = errors.New("a promise was broken")

// ErrMissed says that nothing was tried: in all rounds of a campaign no server
// came to the place where it was to be struck.
var ErrMissed = errors.New("no server was struck where it was to be")

// maxCampaign is the most rounds on one data directory: what everybody reads in
// the end, and the history, grow with them.
const maxCampaign = 100

// Run tries the faults one after the other, prints a row for each to stdout and
// what happens to stderr. It returns ErrViolation where a promise was broken, and
// then leaves histories and data directories behind and says where; else ErrMissed
// where a campaign has tried nothing.
func Run(ctx context.Context, o Options, stdout, stderr io.Writer) error {
	if err := o.complete(); err != nil {
		return err
	}
	armed, err := hasFailpoints(ctx, o.Program)
	if err != nil {
		return err
	}
	chosen, err := o.choose(armed, stderr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "chaos: seed %d\n", o.Seed)
	var results []Result
	done, total := 0, o.allRounds(chosen)
	for _, f := range chosen {
		r, err := o.try(ctx, f, stderr, func(rounds int) { o.tellOf(f, done+rounds, total) })
		if err != nil {
			return err
		}
		done += o.rounds(f)
		results = append(results, r)
	}
	if err := write(stdout, o, results); err != nil {
		return err
	}
	return o.outcome(results)
}

// outcome is the error that results are.
func (o *Options) outcome(results []Result) error {
	for _, r := range results {
		if r.Violations > 0 {
			return fmt.Errorf("%w (seed %d)", ErrViolation, o.Seed)
		}
	}
	for _, r := range results {
		if r.idle {
			return fmt.Errorf("%s: %w (seed %d)", r.Fault, ErrMissed, o.Seed)
		}
	}
	return nil
}

// choose returns the faults that are to be tried. Where none are named, what the
// program can't be made to have is left out.
func (o *Options) choose(armed bool, stderr io.Writer) (chosen []fault, err error) {
	campaigns := 0
	for _, f := range faults {
		named := slices.Contains(o.Faults, f.name)
		switch {
		case len(o.Faults) > 0 && !named:
		case f.armed && !armed && named:
			return nil, UsageError{fmt.Sprintf("%s needs a program with failpoints (go build -tags failpoints)", f.name)}
		case f.armed && !armed:
			fmt.Fprintf(stderr, "chaos: %s is left out: the program has no failpoints (go build -tags failpoints)\n", f.name)
		default:
			chosen = append(chosen, f)
			campaigns += len(split(o.rounds(f)))
		}
	}
	return chosen, o.checkHistory(campaigns)
}

// rounds is how often a fault is tried. Where none are named, the options say it
// of the first one, and the others are tried in proportion.
func (o *Options) rounds(f fault) int {
	switch {
	case o.Rounds == 0:
		return f.rounds
	case len(o.Faults) > 0:
		return o.Rounds
	}
	return max(1, o.Rounds*f.rounds/faults[0].rounds)
}

func (o *Options) allRounds(list []fault) (n int) {
	for _, f := range list {
		n += o.rounds(f)
	}
	return n
}

func (o *Options) tellOf(f fault, done, total int) {
	if o.Progress != nil {
		o.Progress("chaos: "+f.name, done, total)
	}
}

// try plays the campaigns of a fault: at least two where there are rounds for it,
// every other one with encrypted data. It tells how many rounds are over.
func (o *Options) try(ctx context.Context, f fault, stderr io.Writer, over func(rounds int)) (Result, error) {
	r := Result{Fault: f.name, About: f.about}
	parts, before := split(o.rounds(f)), 0
	for number, n := range parts {
		c, err := newCampaign(o, f, number, n)
		if err != nil {
			return r, err
		}
		c.over = func(rounds int) { over(before + rounds) }
		c.only = len(o.Faults) == 1 && len(parts) == 1
		if err := c.run(ctx); err != nil && !errors.Is(err, errHopeless) {
			return r, fmt.Errorf("%s, campaign %d in %s: %w", f.name, number, c.dir, err)
		}
		j, err := c.judge(o)
		if err != nil {
			return r, err
		}
		before += n
		r.add(c, j)
		r.Encrypted = r.Encrypted || c.encrypted
		tell(stderr, c, &j)
	}
	return r, nil
}

// split divides rounds into campaigns.
func split(rounds int) (parts []int) {
	n := max((rounds+maxCampaign-1)/maxCampaign, min(rounds, 2))
	for i := range n {
		parts = append(parts, rounds*(i+1)/n-rounds*i/n)
	}
	return parts
}

// tell says what was wrong in a campaign.
func tell(w io.Writer, c *campaign, j *judgement) {
	fmt.Fprintf(w, "chaos: %s, campaign %d: %s rounds, %d operations, %d messages, %d violations\n",
		c.fault.name, c.number, played(c.rounds-c.left, c.missed), j.report.Operations, j.report.Messages, j.violations())
	if j.violations() == 0 {
		return
	}
	for _, v := range j.findings {
		fmt.Fprintf(w, "  %s: %s: %s\n", v.Kind, v.Conv, v.Detail)
	}
	for _, conv := range j.nonlinear {
		fmt.Fprintf(w, "  %s: %s\n", kindNonlinear, conv)
	}
	for _, v := range j.report.Violations {
		fmt.Fprintf(w, "  %s: %s: %s (lines %v)\n", v.Kind, v.Conv, v.Detail, v.Events)
	}
	fmt.Fprintf(w, "  kept: %v\n", j.kept)
}

func write(w io.Writer, o Options, results []Result) error {
	if o.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Seed    uint64   `json:"seed"`
			Results []Result `json:"results"`
		}{o.Seed, results})
	}
	_, err := io.WriteString(w, table(results))
	return err
}
