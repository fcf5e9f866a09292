package failpoint

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// clock is a wall clock that is wrong.
type clock interface {
	// shift returns what the clock shows at a time. Any goroutine may call it.
	shift(t time.Time) time.Time
}

// parseClock reads the value of FAILPOINT_CLOCK; nil is a clock that is right.
func parseClock(text string) (clock, error) {
	kind, value, _ := strings.Cut(text, ":")
	err := errors.New("it is jumps:SEED, with a number as the seed, or file:PATH")
	switch {
	case text == "":
		return nil, nil
	case kind == "jumps":
		if seed, fault := strconv.ParseUint(value, 10, 64); fault == nil {
			return newJumps(seed), nil
		}
	case kind == "file" && value != "":
		a := ahead{path: value}
		if _, err = a.read(); err == nil {
			return a, nil
		}
	}
	return nil, fmt.Errorf("FAILPOINT_CLOCK: %q: %w", text, err)
}
