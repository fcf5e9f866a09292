package overload

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// write prints the rows as a table or as JSON.
func write(w io.Writer, rows []*Row, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(rows)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "attack\tp99 ms alone → meanwhile\tMiB before → peak → after\tgoroutines\tdescriptors\tback after\tok?")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%.1f → %.1f\t%s\t%s\t%s\t%.1f s\t%s\n", r.Attack, r.Alone, r.Meanwhile,
			r.row(func(u Usage) int { return int(u.Memory >> 20) }),
			r.row(func(u Usage) int { return u.Goroutines }),
			r.row(func(u Usage) int { return u.Descriptors }), r.Back, r.verdict())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := io.WriteString(w, r.details()); err != nil {
			return err
		}
	}
	return nil
}

func (r *Row) row(figure func(u Usage) int) string {
	return fmt.Sprintf("%d → %d → %d", figure(r.Before), figure(r.Peak), figure(r.After))
}

func (r *Row) verdict() string {
	switch {
	case len(r.Faults) > 0:
		return "HARM"
	case r.Slow:
		return "slow"
	}
	return "ok"
}

// details are the lines below the table about one attack.
func (r *Row) details() string {
	o := outcome{counts: r.Counts}
	out := fmt.Sprintf("\n%s: %s, for %.0f s\n  %s\n", r.Attack, r.What, r.Seconds, &o)
	for _, f := range r.Faults {
		out += "  HARM " + f + "\n"
	}
	return out
}

// String is a usage in words.
func (u Usage) String() string {
	return fmt.Sprintf("%d MiB, %d goroutines, %d descriptors", u.Memory>>20, u.Goroutines, u.Descriptors)
}
