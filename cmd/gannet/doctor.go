package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gannet/cmd/gannet/doctor"
	"gannet/engine"
)

func newDoctor() *cobra.Command {
	var from sources
	var data string
	var connections int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at this machine and say what doesn't fit a server on it",
		Long: `Look at this machine, as a server with this configuration would find it: limits,
kernel settings, processors, memory, the disk of data_dir and the time of its
flush, the clock, the addresses, the files of keys and certificates. Each line is
ok, warn, fail, or unknown where it can't be seen; below a bad one stands what to do
about it and where.

Run it as the user that runs the server, and in the same surroundings: limits are
those of this login. It changes nothing but a temporary file in data_dir, for two
seconds at most.

The exit code is 1 where anything fails.`,
		Example: `  gannet doctor --config /etc/gannet.yaml
  gannet doctor --config /etc/gannet.yaml --connections 1000000
  gannet doctor --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("data") {
				from.sets = append(from.sets, "data_dir="+data)
			}
			c, err := from.loadValid()
			if err != nil {
				return err
			}
			target := doctorTarget(c)
			if cmd.Flags().Changed("connections") {
				target.Connections = connections
			}
			report := doctor.Look(cmd.Context(), doctor.Machine{}, target)
			write := report.Text
			if asJSON {
				write = report.JSON
			}
			if err := write(cmd.OutOrStdout()); err != nil {
				return err
			}
			if report.Worst() == doctor.Fail {
				return fmt.Errorf("a server can't run well on this machine as it is")
			}
			return nil
		},
	}
	from.addFlags(cmd)
	cmd.Flags().StringVar(&data, "data", "", "`directory` of the database, the same as --set data_dir=…")
	cmd.Flags().IntVar(&connections, "connections", 0, "`number` of connections to judge for, instead of limits.connections")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of text")
	return cmd
}

// doctorTarget is what the configuration asks of a machine.
func doctorTarget(c engine.Config) *doctor.Target {
	t := &doctor.Target{
		DataDir: c.DataDir, MinFreeBytes: uint64(c.Storage.MinFreeBytes), Connections: c.Limits.Connections, TLS: c.Listen.TLS != "", Room: c.Room,
		CertFile: c.TLS.CertFile, KeyFile: c.TLS.KeyFile,
	}
	for _, l := range []doctor.Listener{
		{Key: "listen.ws", Addr: c.Listen.WS}, {Key: "listen.http", Addr: c.Listen.HTTP},
		{Key: "listen.tls", Addr: c.Listen.TLS, TLS: true}, {Key: "listen.admin", Addr: c.Listen.Admin},
	} {
		if l.Addr != "" {
			t.Listeners = append(t.Listeners, l)
		}
	}
	for _, f := range []doctor.File{
		{Key: "auth.jwt.public_key_file", Path: c.Auth.JWT.PublicKeyFile},
		{Key: "auth.jwks_file", Path: c.Auth.JWKSFile},
		{Key: "storage.encryption_key_file", Path: c.Storage.EncryptionKeyFile, Secret: true},
		{Key: "tls.cert_file", Path: c.TLS.CertFile},
		{Key: "tls.key_file", Path: c.TLS.KeyFile, Secret: true},
	} {
		if f.Path != "" {
			t.Files = append(t.Files, f)
		}
	}
	return t
}
