package metrics

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes docs/metrics.md from the table of names.
func Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`# Metrics

What ` + "`GET /metrics`" + ` on the operator's listener (` + "`listen.admin`" + `) shows, in Prometheus' text format.
Durations are in seconds. This page is made from ` + "`engine/internal/metrics/names.go`" + ` and ` + "`names_process.go`" + `:
` + "`go test ./engine/internal/metrics -update`" + ` writes it again.

| name | kind | labels | meaning |
|---|---|---|---|
`)
	for _, d := range definitions() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.name, d.kind, labelText(d.labels), d.help)
	}
	b.WriteString(`
The [dashboard](admin-api.md#dashboard) shows most of them; [deploy/monitoring.md](deploy/monitoring.md) has what Prometheus and Grafana need. ` + "`promtool check metrics`" + ` has nothing to say about a scrape: a test holds that.

A histogram ` + "`h`" + ` is shown as ` + "`h_bucket{le=…}`, `h_sum` and `h_count`" + `. The 99th percentile of the last five minutes:
` + "`histogram_quantile(0.99, sum by (le) (rate(chat_delivery_seconds_bucket[5m])))`" + `.
`)
	_, err := io.WriteString(w, b.String())
	return err
}

func labelText(labels []string) string {
	if len(labels) == 0 {
		return "–"
	}
	return "`" + strings.Join(labels, "`, `") + "`"
}
