package main

import (
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gannet/bench"
)

func newBench() *cobra.Command {
	var o bench.Options
	var serverArgs []string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "bench SCENARIO",
		Short: "Measure a server from outside",
		Long: `Measure a server over the network, check every message it delivers meanwhile,
and print the figures beside their targets. Without --url a server of this
binary is started with a temporary data directory and stopped at the end.
A lost, doubled or reordered message makes the command fail.

A server at --url must not limit rates: start it with
--set limits.messages_per_second=0 --set limits.http_per_second=0
--set limits.logins_per_second=0.

Scenarios: ` + strings.Join(bench.Scenarios(), ", ") + `.`,
		Example: `  gannet bench single
  gannet bench single --rate 15000 --duration 30s
  gannet bench group --members 500 --senders 10 --report group.html
  gannet bench history --url ws://127.0.0.1:9502 --http http://127.0.0.1:9501 --json`,
		Args: oneScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			o.Scenario = args[0]
			if !o.Serve {
				useProcessors()
			}
			for _, arg := range serverArgs {
				o.ServerArgs = append(o.ServerArgs, strings.Fields(arg)...)
			}
			p := newProgress(cmd.ErrOrStderr(), quiet || o.JSON)
			defer p.done()
			o.Progress = p.counts(unitTime)
			return bench.Run(ctx, o, p.before(cmd.OutOrStdout()), p)
		},
	}
	addTargetFlags(cmd, &o, &serverArgs)
	addLoadFlags(cmd, &o)
	addReportFlags(cmd, &o)
	addQuietFlag(cmd, &quiet)
	cmd.AddCommand(newBenchChaos(), newBenchCheck(), newBenchDesk(), newBenchOverload())
	return cmd
}

func oneScenario(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageErrorf("name one scenario: %s; see gannet bench --help", strings.Join(bench.Scenarios(), ", "))
	}
	for _, name := range bench.Scenarios() {
		if name == args[0] {
			return nil
		}
	}
	return usageErrorf("there is no scenario %q%s; see gannet bench --help",
		args[0], didYouMean(args[0], append(bench.Scenarios(), subcommands(cmd)...)))
}

// addTargetFlags says which server is measured.
func addTargetFlags(cmd *cobra.Command, o *bench.Options, serverArgs *[]string) {
	f := cmd.Flags()
	f.StringVar(&o.URL, "url", "", "`ws://host:port` of a running server; without it one is started")
	f.StringVar(&o.HTTP, "http", "", "`http://host:port` of the same server, for groups and history over HTTP")
	f.StringVar(&o.Secret, "secret", "", "shared `secret` (auth.jwt.secret) of the server at --url; without it the server runs in mode dev")
	f.IntVar(&o.ServerPID, "server-pid", 0, "process of the server at --url, to read its CPU and memory")
	f.StringArrayVar(serverArgs, "server-args", nil, "further `arguments` for the server that is started, such as \"--set reactors=1\"")
	f.StringVar(&o.Dir, "dir", "", "`directory` in which the started server's data directory is made")
	f.BoolVar(&o.Serve, "serve", false, "echo: be the bare echo server instead of measuring one")
	if err := f.MarkHidden("serve"); err != nil {
		panic(err) // the flag of the line above
	}
}

// addLoadFlags says how much is asked of the server. Zero is the scenario's
// own default.
func addLoadFlags(cmd *cobra.Command, o *bench.Options) {
	f := cmd.Flags()
	f.DurationVar(&o.Duration, "duration", 10*time.Second, "measured time of each run")
	f.IntVar(&o.Connections, "connections", 0, "connections of connect, ping, echo and history (0 = as the target says)")
	f.IntVar(&o.Window, "window", 0, "messages in flight for each sender; not with --rate")
	f.IntVar(&o.Rate, "rate", 0, "messages per second in all; not with --window")
	f.IntVar(&o.Members, "members", 0, "members of the group")
	f.IntVar(&o.Senders, "senders", 0, "members of the group who send")
	f.IntVar(&o.Pairs, "pairs", 0, "single: pairs of users")
	f.BoolVar(&o.Both, "both", false, "single: both users of a pair send")
	f.IntVar(&o.Size, "size", 128, "bytes of a message's content")
	f.IntVar(&o.Loops, "loops", 1, "event loops of the load generator")
	f.BoolVar(&o.NoEcho, "no-echo", false, "leave out the echo run that is the measure of the machine")
	f.DurationVar(&o.EchoTime, "echo-time", 2*time.Second, "length of that run")
}

func addReportFlags(cmd *cobra.Command, o *bench.Options) {
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print JSON instead of a table")
	cmd.Flags().StringVar(&o.Report, "report", "", "`file` to write an HTML report with plots to")
}
