package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// readyTime is how long a server may take to say that it is ready.
const readyTime = 4 * time.Second

func newReady() *cobra.Command {
	var flags adminFlags
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Ask a server whether it takes traffic",
		Long: `Ask the operator's listener of a server whether it takes traffic: for the health
check of a container, in which there is nothing else to ask with. The exit code is 0
where it does, 1 where it doesn't or nobody answers.`,
		Example: `  gannet ready
  gannet ready --admin http://127.0.0.1:9500`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := flags.from.load()
			if err != nil {
				return err
			}
			o, err := flags.operator(c)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), readyTime)
			defer cancel()
			if err := askReady(ctx, o.base); err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "ready")
			return err
		},
	}
	flags.from.addFlags(cmd)
	cmd.Flags().StringVar(&flags.url, "admin", "", "`URL` of the server's operator's listener (default: by listen.admin of the configuration)")
	return cmd
}

func askReady(ctx context.Context, base string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnreachable, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready: %s", resp.Status)
	}
	return nil
}
