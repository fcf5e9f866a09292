package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gannet/engine"
	"gannet/engine/auth"
)

func newToken() *cobra.Command {
	var from sources
	var user, role string
	var ttl time.Duration
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Mint a token to log in with",
		Long: `Mint a signed token (JWT) for a user and print it. It is signed with
auth.jwt.secret, or with the key in auth.jwt.private_key_file, of the
configuration. No server needs to run.`,
		Example: `  gannet token --config gannet.yaml --user alice
  gannet token --config gannet.yaml --user alice --ttl 15m --role agent
  gannet token --set auth.jwt.private_key_file=private.pem --user alice`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if user == "" {
				return usageErrorf("--user is missing; see gannet token --help")
			}
			c, err := from.load()
			if err != nil {
				return err
			}
			token, err := mint(cmd.Context(), c, user, role, ttl)
			if err == nil {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
			}
			return err
		},
	}
	from.addFlags(cmd)
	cmd.Flags().StringVar(&user, "user", "", "user `id` the token speaks for")
	cmd.Flags().StringVar(&role, "role", "", "`role` claim of the token: agent or supervisor at the desk, or visitor, who may use nothing but the desk")
	cmd.Flags().DurationVar(&ttl, "ttl", 24*time.Hour, "how long the token is good")
	return cmd
}

func mint(ctx context.Context, c engine.Config, user, role string, ttl time.Duration) (string, error) {
	keys := c.Keys()
	if c.Auth.Mode == auth.ModeDev && len(keys.Secret) == 0 && keys.PrivateKeyFile == "" {
		return "", usageErrorf("no token is needed: auth.mode is dev, which believes ws://%s/ws?uid=%s; "+
			"for tokens set auth.mode to jwt and auth.jwt.secret or auth.jwt.private_key_file", c.Listen.WS, user)
	}
	signer, err := auth.NewSigner(keys)
	if err != nil {
		return "", usageError{err}
	}
	token, err := signer.Mint(user, role, ttl)
	if err != nil {
		return "", usageError{err}
	}
	return token, checkMinted(ctx, keys, token)
}

// checkMinted makes sure that a server of this configuration accepts the token,
// as far as its keys stand in files.
func checkMinted(ctx context.Context, keys auth.Config, token string) error {
	if keys.JWKSURL != "" || keys.PublicKeyFile == "" && keys.JWKSFile == "" {
		return nil
	}
	v, err := auth.NewVerifier(keys)
	if err != nil {
		return usageError{err}
	}
	defer v.Close()
	if err := v.Start(ctx); err != nil {
		return usageError{err}
	}
	if _, err := v.Verify(token); err != nil {
		return usageErrorf("auth.jwt.private_key_file belongs to none of the keys in %s", publicFiles(keys))
	}
	return nil
}

// publicFiles names those of the two keys of the configuration that are set.
func publicFiles(keys auth.Config) string {
	switch {
	case keys.JWKSFile == "":
		return "auth.jwt.public_key_file"
	case keys.PublicKeyFile == "":
		return "auth.jwks_file"
	default:
		return "auth.jwt.public_key_file and auth.jwks_file"
	}
}
