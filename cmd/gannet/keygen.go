package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gannet/storage"
)

func newKeygen() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make a key for the encryption at rest",
		Long: `Make a random key for the encryption of what is stored, and print it as it
belongs into storage.encryption_keys or, on a line of its own, into the file of
storage.encryption_key_file: id:base64. The first key there is for what is
written from now on. Without its keys a database can't be opened by anybody, so
keep a copy where the backups are not.`,
		Example: `  gannet keygen > /etc/gannet.key
  gannet keygen --id 2026-11`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if id == "" {
				id = time.Now().UTC().Format("2006-01-02")
			}
			key, err := storage.NewKey(id)
			if err != nil {
				return usageErrorf("--id: %w", err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), key.Text())
			return err
		},
	}
	cmd.Flags().StringVar(&id, "id", "", "`name` of the key: 1 to 32 of a-z, 0-9, '.', '_' and '-' (default: today's date)")
	return cmd
}
