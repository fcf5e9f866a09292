package overload

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An outcome is what became of the attackers: counts by what the server says it
// did ("closed 4008", "rejected timeout", "http 429"), from its metrics, and by
// what the attackers saw.
type outcome struct {
	attackers int
	counts    map[string]int
}

// all makes one judgement of several.
func all(judges ...func(o *outcome) error) func(o *outcome) error {
	return func(o *outcome) error {
		var errs []error
		for _, judge := range judges {
			errs = append(errs, judge(o))
		}
		return errors.Join(errs...)
	}
}

// exactly wants a count that equals the number of attackers.
func exactly(key string) func(o *outcome) error {
	return func(o *outcome) error {
		if n := o.counts[key]; n != o.attackers {
			return fmt.Errorf("%s: %d instead of %d", key, n, o.attackers)
		}
		return nil
	}
}

// exactlyOnce wants a count of one.
func exactlyOnce(key string) func(o *outcome) error {
	return func(o *outcome) error {
		if n := o.counts[key]; n != 1 {
			return fmt.Errorf("%s: %d instead of 1", key, n)
		}
		return nil
	}
}

// some wants a count above zero.
func some(key string) func(o *outcome) error {
	return func(o *outcome) error {
		if o.counts[key] == 0 {
			return fmt.Errorf("%s: none", key)
		}
		return nil
	}
}

// none wants a count of zero.
func none(key string) func(o *outcome) error {
	return func(o *outcome) error {
		if n := o.counts[key]; n != 0 {
			return fmt.Errorf("%s: %d", key, n)
		}
		return nil
	}
}

// matching wants that the server did one thing for each that was done to it.
func matching(done, did string) func(o *outcome) error {
	return func(o *outcome) error {
		if o.counts[done] == 0 || o.counts[done] != o.counts[did] {
			return fmt.Errorf("%s: %d, %s: %d", done, o.counts[done], did, o.counts[did])
		}
		return nil
	}
}

func (o *outcome) String() string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(o.counts)) {
		if n := o.counts[key]; n != 0 {
			parts = append(parts, fmt.Sprintf("%s %d", key, n))
		}
	}
	return strings.Join(parts, ", ")
}
