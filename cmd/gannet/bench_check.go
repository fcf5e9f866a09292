package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"gannet/bench/checker"
)

func newBenchCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE…",
		Short: "Judge histories that were kept by gannet bench chaos",
		Long: `Read histories, JSON objects on lines, and say what in them breaks a promise.
Any such thing makes the command fail.`,
		Example: `  gannet bench check kill.jsonl`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageErrorf("name at least one history; see gannet bench check --help")
			}
			broken := false
			for _, name := range args {
				report, err := checkFile(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: ", name)
				if err := report.Write(cmd.OutOrStdout()); err != nil {
					return err
				}
				broken = broken || !report.OK()
			}
			if broken {
				return errors.New("a promise was broken")
			}
			return nil
		},
	}
}

func checkFile(name string) (r checker.Report, err error) {
	f, err := os.Open(name)
	if err != nil {
		return r, err
	}
	defer f.Close()
	events, err := checker.ReadHistory(f)
	if err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	return checker.Check(events), nil
}
