package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newConfig() *cobra.Command {
	var from sources
	var showReference, showMarkdown bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the configuration, or all keys there are",
		Long: `Print the configuration that gannet serve would run with, as a YAML file with
every key; secrets are masked. If a server can't run with it, what is wrong
follows on standard error.

With --reference or --markdown print what every key means instead. See config
print for where each value comes from, and config check for what is risky.`,
		Example: `  gannet config > gannet.yaml
  gannet config --config gannet.yaml --set log.level=debug
  gannet config --reference`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case showReference && showMarkdown:
				return usageErrorf("--reference and --markdown exclude each other")
			case showReference:
				_, err := fmt.Fprint(cmd.OutOrStdout(), reference())
				return err
			case showMarkdown:
				_, err := fmt.Fprint(cmd.OutOrStdout(), markdown())
				return err
			}
			c, err := from.load()
			if err != nil {
				return err
			}
			if _, err := fmt.Fprint(cmd.OutOrStdout(), formatYAML(c.Settings(), nil)); err != nil {
				return err
			}
			return checkValid(c)
		},
	}
	from.addFlags(cmd)
	cmd.Flags().BoolVar(&showReference, "reference", false, "print every key, its default and its meaning")
	cmd.Flags().BoolVar(&showMarkdown, "markdown", false, "print the same as docs/configuration.md")
	cmd.AddCommand(newConfigCheck(), newConfigPrint())
	return cmd
}
