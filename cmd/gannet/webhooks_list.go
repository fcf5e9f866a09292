package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// webhookState is what a server says of a webhook.
type webhookState struct {
	Name        string
	URL         string
	Insecure    bool
	Events      []string
	State       string
	LagEntries  int64   `json:"lag_entries"`
	LagSeconds  float64 `json:"lag_seconds"`
	Delivered   uint64
	Dead        int64
	Failures    int
	NextTryAt   int64  `json:"next_try_at"`
	LastError   string `json:"last_error"`
	LastErrorAt int64  `json:"last_error_at"`
}

func newWebhooksList() *cobra.Command {
	return webhookCommand("list", "List the webhooks and how they fare", noArgs, func(ctx context.Context, o *operator, w io.Writer, _ []string) error {
		var all struct{ Webhooks []webhookState }
		if err := o.tell(ctx, http.MethodGet, webhooksPath, nil, &all); err != nil {
			return err
		}
		return listWebhooks(w, all.Webhooks)
	})
}

func listWebhooks(w io.Writer, all []webhookState) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "there are no webhooks")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tSTATE\tLAG\tDELIVERED\tDEAD\tEVENTS\tURL")
	for _, h := range all {
		lag := time.Duration(h.LagSeconds * float64(time.Second)).Round(time.Second)
		fmt.Fprintf(t, "%s\t%s\t%d (%v)\t%d\t%d\t%s\t%s\n", h.Name, h.State, h.LagEntries, lag, h.Delivered, h.Dead, strings.Join(h.Events, ","), h.URL)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, h := range all {
		if h.Failures == 0 {
			continue
		}
		_, err := fmt.Fprintf(w, "%s: %d failures, next try %s, last error %q\n", h.Name, h.Failures, clock(h.NextTryAt), h.LastError)
		if err != nil {
			return err
		}
	}
	return nil
}

// clock is a time as people on this machine read it.
func clock(ms int64) string {
	if ms == 0 {
		return "now"
	}
	return time.UnixMilli(ms).Format(time.DateTime)
}
