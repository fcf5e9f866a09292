package chaos

import (
	"os"
	"time"

	"gannet/bench/checker"
)

// judgement is what is thought of a campaign.
type judgement struct {
	report    checker.Report
	found     int
	findings  []checker.Violation
	nonlinear []string
	linear    int
	undecided int
	unknown   int
	kept      []string
}

func (j *judgement) violations() int {
	n := j.found + len(j.nonlinear)
	for _, count := range j.report.Counts {
		n += count
	}
	return n
}

// For conversations of up to maxLinear operations it is tried to show that they
// are linearizable, for up to linearTime each and linearTotal together.
const (
	maxLinear   = 100
	linearTime  = 300 * time.Millisecond
	linearTotal = 2 * time.Second
)

// judge judges a campaign that has ended, and removes its data unless something
// was wrong.
func (c *campaign) judge(o *Options) (j judgement, err error) {
	events := c.rec.history()
	j = judgement{report: checker.Check(events), found: c.rec.found, findings: c.rec.findings}
	byConv := make(map[string][]checker.Event)
	for _, e := range events {
		byConv[e.Conv] = append(byConv[e.Conv], e)
		if e.Phase == checker.Unknown {
			j.unknown++
		}
	}
	start := time.Now()
	for conv, of := range byConv {
		if invoked(of) <= maxLinear && time.Since(start) < linearTotal {
			j.searchOrder(of, conv)
		}
	}
	return j, c.keep(o, &j, events)
}

// invoked is how many operations there are.
func invoked(events []checker.Event) (n int) {
	for i := range events {
		if events[i].Phase == checker.Invoke {
			n++
		}
	}
	return n
}

// searchOrder looks for an order of a conversation's operations in which they
// could have been served one by one.
func (j *judgement) searchOrder(events []checker.Event, conv string) {
	switch checker.Linearizable(events, conv, linearTime) {
	case checker.Linear:
		j.linear++
	case checker.NotLinear:
		j.nonlinear = append(j.nonlinear, conv)
	case checker.TimedOut:
		j.undecided++
	}
}

// keep writes the history where it is to be kept.
func (c *campaign) keep(o *Options, j *judgement, events []checker.Event) error {
	name, err := o.historyFile(c)
	if err != nil {
		return err
	}
	bad := j.violations() > 0
	if bad && name == "" {
		name = c.dir + ".jsonl"
	}
	if name != "" {
		j.kept = append(j.kept, name)
		if err := writeHistory(name, events); err != nil {
			return err
		}
	}
	if bad {
		j.kept = append(j.kept, c.dir)
		return nil
	}
	return os.RemoveAll(c.dir)
}

func writeHistory(name string, events []checker.Event) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := checker.NewWriter(f)
	for _, e := range events {
		w.Append(e)
	}
	return w.Close()
}
