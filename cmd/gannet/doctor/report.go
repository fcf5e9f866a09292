package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// State is how something was found.
type State uint8

// The states, from good to bad. Unknown is what couldn't be seen.
const (
	OK State = iota
	Unknown
	Warn
	Fail
)

func (s State) String() string { return [...]string{"ok", "unknown", "warn", "fail"}[s] }

// MarshalText writes the word of the state.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Line is one finding.
type Line struct {
	Check  string `json:"check"`
	State  State  `json:"state"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"` // what to do, and where
}

// Report is what was found, in the order of the checks.
type Report struct{ Lines []Line }

func (r *Report) add(state State, check, advice, format string, args ...any) {
	if state == OK {
		advice = ""
	}
	r.Lines = append(r.Lines, Line{check, state, fmt.Sprintf(format, args...), advice})
}

// unknown notes that something couldn't be seen, and why.
func (r *Report) unknown(check string, err error) {
	r.add(Unknown, check, "", "can't be seen: %v", err)
}

// judge is OK, or the state given where good is false.
func judge(good bool, bad State) State {
	if good {
		return OK
	}
	return bad
}

// Worst is the worst state of all lines.
func (r *Report) Worst() (worst State) {
	for _, l := range r.Lines {
		worst = max(worst, l.State)
	}
	return worst
}

// count is how many lines have a state.
func (r *Report) count(s State) (n int) {
	for _, l := range r.Lines {
		if l.State == s {
			n++
		}
	}
	return n
}

// Text writes the report for people.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%-7s  %-22s  %s\n", l.State, l.Check, l.Found)
		if l.Advice != "" {
			fmt.Fprintf(&b, "%s-> %s\n", strings.Repeat(" ", 33), l.Advice)
		}
	}
	fmt.Fprintf(&b, "\nok %d, warn %d, fail %d, unknown %d\n", r.count(OK), r.count(Warn), r.count(Fail), r.count(Unknown))
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON writes the report for programs.
func (r *Report) JSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		Worst State  `json:"worst"`
		Lines []Line `json:"lines"`
	}{r.Worst(), r.Lines})
}
