package desk

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"
)

// Options says what is simulated or measured. The zero value of a number means the
// usual one.
type Options struct {
	Simulate bool // play and judge, instead of measuring

	Agents   int    // 50 of the simulation, 1,000 of the measure
	Visitors int    // of the simulation: visits (5,000)
	Kills    int    // of the simulation: how often the server is killed; here 0 is never
	Seed     uint64 // of what is random in the simulation but for the machine; 0: any

	Duration time.Duration // of the measure: each part of it (10 s)
	Rate     int           // of the measure: sessions a second beside the single chats (20)
	Rounds   int           // of the measure: how often single chats are measured with the desk at rest and busy (3)

	JSON    bool   // print JSON instead of text
	Program string // the gannet that is tried; "": this one
	Dir     string // directory in which the data directories are made; "": the system's

	// Progress is told how many visits of how many have begun in the simulation; nil:
	// nobody is.
	Progress func(what string, done, total int)
}

// UsageError is a mistake in the options.
type UsageError struct{ text string }

func (e UsageError) Error() string { return e.text }

// Bounds of what a driver on one machine can be asked for.
const (
	mostAgents   = 20000
	mostVisitors = 1000000
)

func (o *Options) complete() error {
	if err := o.validate(); err != nil {
		return err
	}
	orInt(&o.Visitors, 5000)
	orInt(&o.Rate, 20)
	orInt(&o.Rounds, 3)
	if o.Simulate {
		orInt(&o.Agents, 50)
	}
	orInt(&o.Agents, 1000)
	if o.Duration == 0 {
		o.Duration = 10 * time.Second
	}
	if o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	if o.Program != "" {
		return nil
	}
	var err error
	o.Program, err = os.Executable()
	return err
}

func orInt(n *int, usual int) {
	if *n == 0 {
		*n = usual
	}
}

// validate returns a UsageError, or nil.
func (o *Options) validate() error {
	var faults []string
	for _, n := range []struct {
		name string
		n    int
		most int
	}{
		{"agents", o.Agents, mostAgents}, {"visitors", o.Visitors, mostVisitors}, {"rate", o.Rate, mostVisitors},
		{"rounds", o.Rounds, mostVisitors}, {"kills", o.Kills, mostVisitors},
	} {
		if n.n < 0 || n.n > n.most {
			faults = append(faults, fmt.Sprintf("%s %d: at most %d, and not negative", n.name, n.n, n.most))
		}
	}
	if o.Duration < 0 {
		faults = append(faults, fmt.Sprintf("duration %s: not negative", o.Duration))
	}
	if faults != nil {
		return UsageError{strings.Join(faults, "\n")}
	}
	return nil
}
