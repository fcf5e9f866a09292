package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

const webhooksPath = "/api/v1/webhooks"

func newWebhooks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhooks",
		Short: "Manage the addresses that are told what happens",
		Long: `Manage the webhooks of a running server: addresses to which it posts what happens,
such as messages to users who have no connection, for push notifications. The server is
asked by its operator's listener.`,
		Example: `  gannet webhooks add push https://push.example.com/gannet --events message.offline
  gannet webhooks list
  gannet webhooks test push
  gannet webhooks replay push`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newWebhooksAdd(), newWebhooksList(),
		newWebhooksDo("pause NAME", "Post nothing to a webhook until it is resumed; nothing is lost", pauseWebhook(true)),
		newWebhooksDo("resume NAME", "Go on where a webhook was paused, or try at once one that fails", pauseWebhook(false)),
		newWebhooksDo("remove NAME", "Remove a webhook and its dead letters", removeWebhook),
		newWebhooksDo("test NAME", "Post a ping and show what the receiver says", testWebhook),
		newWebhooksDead(), newWebhooksReplay(),
	)
	return cmd
}

// webhookCommand is what all of them begin with.
func webhookCommand(use, short string, args cobra.PositionalArgs, run func(ctx context.Context, o *operator, w io.Writer, args []string) error) *cobra.Command {
	var admin adminFlags
	cmd := &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := admin.from.load()
			if err != nil {
				return err
			}
			o, err := admin.operator(c)
			if err != nil {
				return err
			}
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return run(ctx, o, cmd.OutOrStdout(), args)
		},
	}
	admin.addFlags(cmd)
	return cmd
}

// newWebhooksDo is a command that does something with one webhook.
func newWebhooksDo(use, short string, do func(ctx context.Context, o *operator, w io.Writer, name string) error) *cobra.Command {
	return webhookCommand(use, short, oneArg("a webhook"), func(ctx context.Context, o *operator, w io.Writer, args []string) error {
		return do(ctx, o, w, args[0])
	})
}

func webhookPath(name string) string { return webhooksPath + "/" + url.PathEscape(name) }

func pauseWebhook(pause bool) func(context.Context, *operator, io.Writer, string) error {
	return func(ctx context.Context, o *operator, w io.Writer, name string) error {
		var state webhookState
		if err := o.tell(ctx, http.MethodPatch, webhookPath(name), map[string]bool{"paused": pause}, &state); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "%s: %s, %d entries behind\n", state.Name, state.State, state.LagEntries)
		return err
	}
}

func removeWebhook(ctx context.Context, o *operator, w io.Writer, name string) error {
	if err := o.tell(ctx, http.MethodDelete, webhookPath(name), nil, &struct{}{}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s: removed\n", name)
	return err
}

func testWebhook(ctx context.Context, o *operator, w io.Writer, name string) error {
	var answer struct {
		OK     bool
		Status int
		Body   string
		Error  string
		TookMS int64 `json:"took_ms"`
	}
	if err := o.tell(ctx, http.MethodPost, webhookPath(name)+"/test", nil, &answer); err != nil {
		return err
	}
	if !answer.OK {
		if answer.Body != "" {
			answer.Error += ": " + answer.Body
		}
		return fmt.Errorf("the receiver of %s didn't acknowledge it: %q", name, answer.Error)
	}
	_, err := fmt.Fprintf(w, "%s: status %d in %d ms\n", name, answer.Status, answer.TookMS)
	return err
}
