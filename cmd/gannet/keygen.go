package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gannet/storage"
)

func newKeygen() *cobra.Command {
	var id, file string
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make a key for the encryption at rest",
		Long: `Make a random key for the encryption of what is stored, and print it as it
belongs into storage.encryption_keys: id:base64. With --file it is put into the
file of storage.encryption_key_file instead: into a new one that only its owner
can read, or before the keys that are there, which stay. The first key there is
for what is written from now on, when the server was started again.

Without its keys a database can't be opened by anybody, so keep a copy where the
backups are not.`,
		Example: `  gannet keygen --file /etc/gannet.key
  gannet keygen --id 2026-11`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if id == "" {
				id = time.Now().UTC().Format(keyIDTime)
			}
			key, err := storage.NewKey(id)
			if err != nil {
				return usageErrorf("--id: %w", err)
			}
			if file == "" {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), key.Text())
				return err
			}
			keys, err := keyFile(file).put(key)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: key %q is the first of %d\n", file, id, keys)
			return err
		},
	}
	cmd.Flags().StringVar(&id, "id", "", "`name` of the key: 1 to 32 of a-z, 0-9, '.', '_' and '-' (default: date and time)")
	cmd.Flags().StringVar(&file, "file", "", "`file` to put the key into, before those that are there")
	return cmd
}

// keyIDTime is the id of a key that was given none: keys of one day differ.
const keyIDTime = "2006-01-02-150405"
