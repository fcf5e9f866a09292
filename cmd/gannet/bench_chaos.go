package main

import (
	"errors"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"gannet/bench/chaos"
)

func newBenchChaos() *cobra.Command {
	var o chaos.Options
	var quiet bool
	cmd := &cobra.Command{
		Use:   "chaos",
		Short: "Inject faults while clients chat, and judge what they were told",
		Long: `Start a server of this binary again and again and kill it, halt it, stop it or
make its clock jump while 64 users chat in 32 conversations. What they were told
is judged: lost, doubled, reordered or dirty messages and whatever else breaks a
promise make the command fail. It then keeps the history and the data and says
where; gannet bench check judges a history again.

Faults by which the server strikes itself at a certain place need a binary that
was built for it: go build -tags failpoints (make chaos does that).

Faults: ` + strings.Join(chaos.Faults(), ", ") + `.`,
		Example: `  gannet bench chaos
  gannet bench chaos --faults kill,terminate --rounds 20
  gannet bench chaos --faults kill --rounds 1 --seed 42 --history kill.jsonl`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			useProcessors()
			p := newProgress(cmd.ErrOrStderr(), quiet || o.JSON)
			defer p.done()
			o.Progress = p.counts("rounds")
			err := chaos.Run(ctx, o, p.before(cmd.OutOrStdout()), p)
			if usage, ok := errors.AsType[chaos.UsageError](err); ok {
				return usageErrorf("%w; see gannet bench chaos --help", usage)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.Faults, "faults", nil, "`names` of the faults to try, separated by commas (default all)")
	f.IntVar(&o.Rounds, "rounds", 0, "how often each of --faults is tried, or, without it, kill, and the others in proportion (0 = 50 for kill)")
	f.Uint64Var(&o.Seed, "seed", 0, "seed of what is random (0 = any; it is printed)")
	f.StringVar(&o.History, "history", "", "`file` or directory to keep the histories in; without it they are kept where something is wrong")
	f.BoolVar(&o.JSON, "json", false, "print JSON instead of a table")
	addQuietFlag(cmd, &quiet)
	f.StringVar(&o.Dir, "dir", "", "`directory` in which the data directories are made")
	return cmd
}
