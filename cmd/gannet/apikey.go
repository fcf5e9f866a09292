package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gannet/engine/auth"
)

func newAPIKey() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "apikey",
		Short: "Make a key for a trusted backend",
		Long: `Make an API key, by which a trusted backend calls the HTTP API, and print it
with the entry for auth.api_keys. The key is shown this once and kept nowhere:
the server knows only its hash, which the entry holds. Give the key to the
backend and add the entry to the configuration.`,
		Example: `  gannet apikey --name billing`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" {
				return usageErrorf("--name is missing; see gannet apikey --help")
			}
			key, entry, err := auth.NewAPIKey(name)
			if err != nil {
				return usageError{err}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "key:   %s\nentry: %s\n", key, entry)
			return err
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "`name` of the key, such as that of the backend")
	return cmd
}
