package failpoint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule says what is to happen when a place is come to for the nth time.
type rule struct {
	name   string
	nth    uint64 // from 1
	action action
	sleep  time.Duration // of the action sleep
}

type action uint8

const (
	kill action = iota
	stop
	sleep
)

// parseRules reads the value of FAILPOINT; an empty one holds none.
func parseRules(text string) (rules []rule, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		r, err := parseRule(part)
		if err != nil {
			return nil, fmt.Errorf("FAILPOINT: %q: %w", part, err)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

func parseRule(text string) (r rule, err error) {
	name, rest, _ := strings.Cut(text, ":")
	if !slices.Contains(names[:], name) {
		return r, fmt.Errorf("no such place; there are %s", strings.Join(names[:], ", "))
	}
	count, what, has := strings.Cut(rest, ":")
	if r.nth, err = strconv.ParseUint(count, 10, 64); err != nil || r.nth == 0 {
		return r, fmt.Errorf("a rule is name:n or name:n:action, with n from 1 on")
	}
	r.name = name
	if has {
		r.action, r.sleep, err = parseAction(what)
	}
	return r, err
}

func parseAction(text string) (action, time.Duration, error) {
	switch word, value, _ := strings.Cut(text, "="); {
	case text == "kill":
		return kill, 0, nil
	case text == "stop":
		return stop, 0, nil
	case word == "sleep":
		if d, err := time.ParseDuration(value); err == nil && d > 0 {
			return sleep, d, nil
		}
	}
	return 0, 0, fmt.Errorf("an action is kill, stop or sleep=DURATION, such as sleep=2s")
}
