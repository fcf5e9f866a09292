package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gannet/engine"
)

func newConfigPrint() *cobra.Command {
	var from sources
	var changed bool
	cmd := &cobra.Command{
		Use:   "print",
		Short: "Print the configuration, and where each value comes from",
		Long: `Print the configuration that gannet serve would run with, as a YAML file with
every key. Behind each value stands where it comes from: default, file (of
--config), environment or --set. Secrets are masked. With --changed, only what is
not a default.`,
		Example: `  gannet config print --config /etc/gannet.yaml
  gannet config print --config /etc/gannet.yaml --changed`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := from.load()
			if err != nil {
				return err
			}
			origins, err := from.origins()
			if err != nil {
				return err
			}
			settings := c.Settings()
			if changed {
				settings = among(settings, origins)
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), formatYAML(settings, func(key string) string {
				if name := origins[key]; name != "" {
					return name
				}
				return fromDefault
			}))
			return err
		},
	}
	from.addFlags(cmd)
	cmd.Flags().BoolVar(&changed, "changed", false, "leave out what is a default")
	return cmd
}

// among returns the settings that come from somewhere.
func among(settings []engine.Setting, origins map[string]string) (set []engine.Setting) {
	for _, s := range settings {
		if origins[s.Key] != "" {
			set = append(set, s)
		}
	}
	return set
}
