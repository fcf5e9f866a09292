// Command gannet is the instant-messaging server and its tools. Each
// subcommand stands in a file of its own name.
package main

import (
	"context"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"gannet/engine"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return report(stderr, root.ExecuteContext(ctx))
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "gannet",
		Short: "Gannet, an instant-messaging server on one machine",
		Long: `Gannet is an instant-messaging server: one binary, one data directory, no other
server beside it. Started without a configuration it listens on loopback
addresses and believes who its clients say they are, to try things out.

Exit codes: 0 success, 1 failure, 2 wrong usage or configuration.`,
		Example: `  gannet serve
  gannet serve --config gannet.yaml --data /var/lib/gannet
  gannet token --config gannet.yaml --user alice
  gannet chat --user alice --to bob
  gannet bench single`,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageErrorf("%w%s; see %s --help", err, flagMeant(cmd, err), cmd.CommandPath())
	})
	root.AddCommand(newServe(startEngine), newChat(), newToken(), newAPIKey(), newConfig(), newDoctor(), newReady(), newBackup(), newRestore(), newVerify(), newRekey(), newWebhooks(), newKeygen(), newBench(), newVersion())
	return root
}

func startEngine(c engine.Config, logger *slog.Logger) (server, error) {
	e, err := engine.New(c, logger)
	if err != nil {
		return nil, err
	}
	return e, e.Start()
}
