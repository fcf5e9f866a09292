package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"
)

// numbers are flags that name dead letters by their numbers.
type numbers struct{ from, to uint64 }

func (n *numbers) addFlags(cmd *cobra.Command) {
	cmd.Flags().Uint64Var(&n.from, "from", 0, "`number` of the first (default: the first there is)")
	cmd.Flags().Uint64Var(&n.to, "to", 0, "`number` of the last (default: the last there is)")
}

// query is the parameters that name them.
func (n *numbers) query() string {
	q := url.Values{}
	if n.from != 0 {
		q.Set("from", strconv.FormatUint(n.from, 10))
	}
	if n.to != 0 {
		q.Set("to", strconv.FormatUint(n.to, 10))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// deadLetter is what a server says of one.
type deadLetter struct {
	Number  uint64
	EntryID string `json:"entry_id"`
	UserID  string `json:"user_id"`
	Type    string
	Reason  string
	At      int64
	Again   bool
}

func newWebhooksDead() *cobra.Command {
	var of numbers
	var discard bool
	cmd := webhookCommand("dead NAME", "List the dead letters of a webhook, or remove some", oneArg("a webhook"), func(ctx context.Context, o *operator, w io.Writer, args []string) error {
		path := webhookPath(args[0]) + "/dead"
		if discard {
			var done struct{ Removed int }
			if err := o.tell(ctx, http.MethodDelete, path+of.query(), nil, &done); err != nil {
				return err
			}
			_, err := fmt.Fprintf(w, "%d removed\n", done.Removed)
			return err
		}
		return listDead(ctx, o, w, path, of)
	})
	of.addFlags(cmd)
	cmd.Flags().BoolVar(&discard, "discard", false, "remove them")
	return cmd
}

func listDead(ctx context.Context, o *operator, w io.Writer, path string, of numbers) error {
	for after := max(of.from, 1) - 1; ; {
		var page struct {
			Dead []deadLetter
			Next uint64
		}
		if err := o.tell(ctx, http.MethodGet, fmt.Sprintf("%s?limit=1000%s", path, afterParam(after)), nil, &page); err != nil {
			return err
		}
		for _, d := range page.Dead {
			if of.to != 0 && d.Number > of.to {
				return nil
			}
			if err := d.print(w); err != nil {
				return err
			}
		}
		if after = page.Next; after == 0 {
			return nil
		}
	}
}

func afterParam(after uint64) string {
	if after == 0 {
		return ""
	}
	return "&after=" + strconv.FormatUint(after, 10)
}

func (d *deadLetter) print(w io.Writer) error {
	about := "entry " + d.EntryID
	if d.EntryID == "" {
		about = "user " + d.UserID
	}
	again := ""
	if d.Again {
		again = " (to be sent again)"
	}
	_, err := fmt.Fprintf(w, "%d  %s  %s  %s  %q%s\n", d.Number, clock(d.At), d.Type, about, d.Reason, again)
	return err
}

func newWebhooksReplay() *cobra.Command {
	var of numbers
	cmd := webhookCommand("replay NAME", "Send dead letters of a webhook again", oneArg("a webhook"), func(ctx context.Context, o *operator, w io.Writer, args []string) error {
		var done struct{ Again int }
		body := map[string]uint64{"from": of.from, "to": of.to}
		if err := o.tell(ctx, http.MethodPost, webhookPath(args[0])+"/replay", body, &done); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "%d are sent again; what isn't acknowledged stays a dead letter\n", done.Again)
		return err
	})
	of.addFlags(cmd)
	return cmd
}
