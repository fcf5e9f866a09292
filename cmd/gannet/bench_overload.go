package main

import (
	"errors"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gannet/bench/overload"
)

func newBenchOverload() *cobra.Command {
	var o overload.Options
	var serverArgs []string
	var attackers, quiet bool
	cmd := &cobra.Command{
		Use:   "overload",
		Short: "Attack a server while a healthy chat goes on beside it",
		Long: `Start a server of this binary for each of a number of attacks, attack it over
loopback from another process while a healthy chat goes on beside it, and print
what became of both: how much slower the chat was, and memory, goroutines and
descriptors before, at their peak and afterwards. The command fails where a
message of the chat is lost, its p99 more than doubles, the server doesn't do to
the attackers what it should, or isn't as before within --settle.

Attacks: ` + strings.Join(overload.Attacks(), ", ") + `.`,
		Example: `  gannet bench overload
  gannet bench overload --attacks silent-readers,bombs --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			if attackers {
				return overload.Besiege(ctx, cmd.InOrStdin(), cmd.OutOrStdout())
			}
			for _, arg := range serverArgs {
				o.ServerArgs = append(o.ServerArgs, strings.Fields(arg)...)
			}
			p := newProgress(cmd.ErrOrStderr(), quiet || o.JSON)
			defer p.done()
			o.Progress = p.counts("attacks")
			err := overload.Run(ctx, o, p.before(cmd.OutOrStdout()), p)
			if usage, ok := errors.AsType[overload.UsageError](err); ok {
				return usageErrorf("%w; see gannet bench overload --help", usage)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.Attacks, "attacks", nil, "`names` of the attacks to try, separated by commas (default all)")
	f.IntVar(&o.Scale, "scale", 100, "attackers in percent of the full number")
	f.DurationVar(&o.Alone, "alone", 8*time.Second, "the chat's time by itself, which is its measure")
	f.DurationVar(&o.Lasts, "lasts", 10*time.Second, "time of attacks that have no end of their own")
	f.DurationVar(&o.Settle, "settle", 30*time.Second, "time in which the server has to be as before")
	f.BoolVar(&o.JSON, "json", false, "print JSON instead of a table")
	addQuietFlag(cmd, &quiet)
	f.StringVar(&o.Dir, "dir", "", "`directory` in which data directories are made")
	f.StringArrayVar(&serverArgs, "server-args", nil, "further `arguments` for the servers, such as \"--set reactors=1\"")
	f.BoolVar(&attackers, "attackers", false, "be the attackers' process")
	if err := f.MarkHidden("attackers"); err != nil {
		panic(err) // the flag of the line above
	}
	return cmd
}
