package overload

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options says which attacks to try, and how.
type Options struct {
	Attacks []string // of [Attacks]; none: all

	Scale  int           // attackers in percent of the full number (100)
	Alone  time.Duration // the chat's time by itself, which is its measure (8 s)
	Lasts  time.Duration // of attacks that have no end of their own (10 s)
	Settle time.Duration // in which the server has to be as before (30 s)

	JSON       bool     // print one JSON document instead of the table
	Dir        string   // where data directories are made; empty: the system's choice
	Executable string   // program to start servers and attackers with; empty: this one
	ServerArgs []string // further arguments for `serve`
}

// Attacks lists what Options.Attacks may hold, in the order in which they run.
func Attacks() []string {
	names := make([]string, len(catalogue))
	for i := range catalogue {
		names[i] = catalogue[i].name
	}
	return names
}

func (o *Options) fill() {
	setDefault(&o.Scale, 100)
	setDefault(&o.Alone, 8*time.Second)
	setDefault(&o.Lasts, 10*time.Second)
	setDefault(&o.Settle, 30*time.Second)
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

func (o *Options) validate() error {
	var errs []error
	for _, name := range o.Attacks {
		if !slices.Contains(Attacks(), name) {
			errs = append(errs, fmt.Errorf("no attack %q; there are %s", name, strings.Join(Attacks(), ", ")))
		}
	}
	if o.Scale < 0 || o.Scale > 1000 {
		errs = append(errs, fmt.Errorf("scale %d: 1 to 1000 percent", o.Scale))
	}
	for name, d := range map[string]time.Duration{"alone": o.Alone, "lasts": o.Lasts, "settle": o.Settle} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("%s is negative", name))
		}
	}
	return errors.Join(errs...)
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
