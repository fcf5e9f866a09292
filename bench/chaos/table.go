package chaos

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// table is the results as text.
func table(results []Result) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "fault\trounds\toperations\tunknown\tmessages\tviolations\trecovery p50 ms\tmax ms\t")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%.0f\t%.0f\t\n",
			r.Fault, played(r.Rounds, r.Missed), r.Operations, r.Unknown, r.Messages, r.Violations, r.RecoveryMS.P50, r.RecoveryMS.Max)
	}
	w.Flush()
	for _, r := range results {
		for _, kept := range r.Kept {
			fmt.Fprintf(&b, "%s: kept %s\n", r.Fault, kept)
		}
	}
	return b.String()
}

// played is how many rounds there were, and in how many of them the server wasn't
// struck where it was to be.
func played(rounds, missed int) string {
	if missed == 0 {
		return fmt.Sprint(rounds)
	}
	return fmt.Sprintf("%d (%d missed)", rounds, missed)
}
