package overload

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options says which attacks to try, and how. Numbers and times must be set.
type Options struct {
	Attacks []string // of [Attacks]; none: all

	Scale  int           // attackers in percent of the full number
	Alone  time.Duration // the chat's time by itself, which is its measure
	Lasts  time.Duration // of attacks that have no end of their own
	Settle time.Duration // in which the server has to be as before

	JSON       bool     // print one JSON document instead of the table
	Dir        string   // where data directories are made; empty: the system's choice
	Executable string   // program to start servers and attackers with; empty: this one
	ServerArgs []string // further arguments for `serve`

	// Progress is told how many attacks of how many are over; nil: nobody is.
	Progress func(what string, done, total int)
}

// Attacks lists what Options.Attacks may hold, in the order in which they run.
func Attacks() []string {
	names := make([]string, len(catalogue))
	for i := range catalogue {
		names[i] = catalogue[i].name
	}
	return names
}

// UsageError is a mistake in the options.
type UsageError struct{ text string }

func (e UsageError) Error() string { return e.text }

// validate returns a UsageError, or nil.
func (o *Options) validate() error {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, name := range o.Attacks {
		if !slices.Contains(Attacks(), name) {
			fault("no attack %q; there are %s", name, strings.Join(Attacks(), ", "))
		}
	}
	if o.Scale < 1 || o.Scale > 1000 {
		fault("scale %d: 1 to 1000 percent", o.Scale)
	}
	for _, t := range []struct {
		name string
		d    time.Duration
	}{{"alone", o.Alone}, {"lasts", o.Lasts}, {"settle", o.Settle}} {
		if t.d <= 0 {
			fault("%s %s: more than 0", t.name, t.d)
		}
	}
	if faults != nil {
		return UsageError{strings.Join(faults, "\n")}
	}
	return nil
}

// chosen are the attacks that the options name.
func (o *Options) chosen() []*attack {
	var out []*attack
	for i := range catalogue {
		if a := &catalogue[i]; len(o.Attacks) == 0 || slices.Contains(o.Attacks, a.name) {
			out = append(out, a)
		}
	}
	return out
}
