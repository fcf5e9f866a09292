package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// newWebhook is what is asked for.
type newWebhook struct {
	Name           string   `json:"name"`
	URL            string   `json:"url"`
	Secret         string   `json:"secret,omitempty"`
	Events         []string `json:"events"`
	MaxBatch       int      `json:"max_batch,omitempty"`
	OfflineMembers *int     `json:"offline_members,omitempty"`
	Paused         bool     `json:"paused,omitempty"`
	From           string   `json:"from,omitempty"`
}

func newWebhooksAdd() *cobra.Command {
	var n newWebhook
	var members int
	var secretFile string
	var cmd *cobra.Command
	cmd = webhookCommand("add NAME URL", "Add a webhook and print its secret", twoArgs, func(ctx context.Context, o *operator, w io.Writer, args []string) error {
		n.Name, n.URL = args[0], args[1]
		if len(n.Events) == 0 {
			return usageErrorf("--events is missing; see %s --help", cmd.CommandPath())
		}
		if cmd.Flags().Changed("offline-members") {
			n.OfflineMembers = &members
		}
		if secretFile != "" {
			text, err := os.ReadFile(secretFile)
			if err != nil {
				return usageErrorf("--secret-file: %w", err)
			}
			n.Secret = strings.TrimSpace(string(text))
		}
		return addWebhook(ctx, o, w, &n)
	})
	cmd.Long = `Add a webhook and print the secret that its requests are signed with. It is shown this
once: give it to the receiver.`
	cmd.Example = `  gannet webhooks add push https://push.example.com/gannet --events message.offline
  gannet webhooks add archive http://127.0.0.1:8080/ --events 'message.*,group.*' --from beginning`
	f := cmd.Flags()
	f.StringSliceVar(&n.Events, "events", nil, "`patterns` of events, such as message.offline or message.*; * is all")
	f.StringVar(&secretFile, "secret-file", "", "`file` with the secret (default: one is made up and printed)")
	f.IntVar(&n.MaxBatch, "max-batch", 0, "most `events` in a request (default 100)")
	f.IntVar(&members, "offline-members", 500, "in groups with more `members`, message.offline is for who is mentioned by name only")
	f.BoolVar(&n.Paused, "paused", false, "post nothing yet")
	f.StringVar(&n.From, "from", "", "`where` to begin: now, or beginning, which posts all that the log has (default now)")
	return cmd
}

func twoArgs(cmd *cobra.Command, args []string) error {
	if len(args) != 2 {
		return usageErrorf("a name and a URL are needed; see %s --help", cmd.CommandPath())
	}
	return nil
}

func addWebhook(ctx context.Context, o *operator, w io.Writer, n *newWebhook) error {
	var added struct {
		Webhook webhookState
		Secret  string
	}
	if err := o.tell(ctx, http.MethodPost, webhooksPath, n, &added); err != nil {
		return err
	}
	text := fmt.Sprintf("%s: %s\n", added.Webhook.Name, added.Webhook.State)
	if n.Secret == "" {
		text += "secret: " + added.Secret + "\n"
	}
	if added.Webhook.Insecure {
		text += "warning: plain HTTP; what is posted can be read on the way\n"
	}
	_, err := io.WriteString(w, text)
	return err
}
