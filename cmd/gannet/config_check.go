package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"gannet/engine"
)

func newConfigCheck() *cobra.Command {
	var from sources
	var strict bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, and tell what is risky about it",
		Long: `Check the configuration as gannet serve would when it starts, with the files of
keys and certificates that it names, and print what is risky about it. Nothing is
asked over the network; gannet doctor looks at the machine.

The exit code is 0 where a server can run with it, 2 where it can't. With --strict
it is 1 where anything is risky.`,
		Example: `  gannet config check --config /etc/gannet.yaml
  gannet config check --config /etc/gannet.yaml --strict`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := from.loadValid()
			if err != nil {
				return err
			}
			if err := c.CheckFiles(); err != nil {
				return usageErrorf("the configuration can't be used:\n%w", err)
			}
			risks, err := from.risks(c)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, r := range risks {
				fmt.Fprintf(out, "risky  %s: %s\n", r.Key, r.Text)
			}
			if strict && len(risks) > 0 {
				return fmt.Errorf("%d settings are risky", len(risks))
			}
			_, err = fmt.Fprintf(out, "ok     a server can run with it\n")
			return err
		},
	}
	from.addFlags(cmd)
	cmd.Flags().BoolVar(&strict, "strict", false, "fail where anything is risky")
	return cmd
}

// risks are those of the configuration, and of the places where its secrets stand.
func (s *sources) risks(c engine.Config) ([]engine.Risk, error) {
	risks := c.Risks()
	origins, err := s.origins()
	if err != nil {
		return nil, err
	}
	inFile := false
	for _, setting := range c.Settings() {
		if !setting.Secret || setting.String() == "" {
			continue
		}
		inFile = inFile || origins[setting.Key] == fromFile
		if origins[setting.Key] == fromSet {
			risks = append(risks, engine.Risk{Key: setting.Key, Text: "a secret in --set can be seen by every user of the machine; use " + setting.Env})
		}
	}
	info, err := os.Stat(s.file)
	if errors.Is(err, os.ErrNotExist) {
		return risks, nil
	}
	if err == nil && inFile && info.Mode().Perm()&0o007 != 0 {
		risks = append(risks, engine.Risk{Key: "--config", Text: s.file + " has secrets in it and every user of the machine can read it; chmod 640 it"})
	}
	return risks, err
}
