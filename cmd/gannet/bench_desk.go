package main

import (
	"errors"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gannet/bench/desk"
)

func newBenchDesk() *cobra.Command {
	var o desk.Options
	var quiet bool
	cmd := &cobra.Command{
		Use:   "desk",
		Short: "Measure the customer-service desk, or simulate a busy one and judge it",
		Long: `Start a server of this binary with a temporary data directory, and measure its
desk: how many sessions a second can be opened, given to one of many agents and
closed again, how long it takes from a visitor's request until the agent hears of
it, and how fast single chats are while the desk is busy, in turn with how fast they
are while it is idle. The targets are that the busy desk serves 90 % of --rate, and
that single chats beside it keep 95 % of their throughput. A missed target is shown
and is no failure, as with the other scenarios; a session or a message that fails is.

With --simulate agents come and go, are cut off, answer, hand on and close, visitors
ask, wait, write, lose patience and fall silent, and the server is killed (-9) and
started again in between. Then everything is judged by what clients were told and
by the transcripts: every open session has an agent or a place in the queue, no agent
has more sessions than it may have, each session went to one with the fewest, in the
order of the queue, agents who stay away lose theirs in time, every visitor was served,
waits or was told and was never shut out, nothing that was said is lost, and the data
is undamaged. Anything else, or fewer kills than asked for, makes the command fail; it
then keeps the data and says where.`,
		Example: `  gannet bench desk
  gannet bench desk --agents 200 --duration 5s --json
  gannet bench desk --simulate
  gannet bench desk --simulate --visitors 20000 --agents 100 --kills 20 --seed 42`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			useProcessors()
			p := newProgress(cmd.ErrOrStderr(), quiet || o.JSON)
			defer p.done()
			o.Progress = p.counts("visits")
			err := desk.Run(ctx, o, p.before(cmd.OutOrStdout()), p)
			if usage, ok := errors.AsType[desk.UsageError](err); ok {
				return usageErrorf("%w; see gannet bench desk --help", usage)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.Simulate, "simulate", false, "simulate and judge instead of measuring")
	f.IntVar(&o.Agents, "agents", 0, "agents (0 = 1000 to be measured, 50 in the simulation)")
	f.DurationVar(&o.Duration, "duration", 10*time.Second, "measured time of each part")
	f.IntVar(&o.Rate, "rate", 20, "sessions a second beside the single chats; 20 are 1,000 agents with five sessions of four minutes each")
	f.IntVar(&o.Rounds, "rounds", 3, "how often single chats are measured with the desk idle and with it busy")
	f.IntVar(&o.Visitors, "visitors", 5000, "--simulate: visits")
	f.IntVar(&o.Kills, "kills", 5, "--simulate: how often the server is killed")
	f.Uint64Var(&o.Seed, "seed", 0, "--simulate: seed of what is random (0 = any; it is printed)")
	f.BoolVar(&o.JSON, "json", false, "print JSON instead of text")
	addQuietFlag(cmd, &quiet)
	f.StringVar(&o.Dir, "dir", "", "`directory` in which the data directories are made")
	return cmd
}
