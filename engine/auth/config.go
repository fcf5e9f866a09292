package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// The modes of Config.Mode.
const (
	ModeDev = "dev" // the client's word is taken; tokens are checked if there is a key for it
	ModeJWT = "jwt" // only a valid token counts
)

// MinSecretBytes is the shortest shared secret: a key shorter than the hash's
// output can be guessed offline from any one token (RFC 7518 section 3.2).
const MinSecretBytes = 32

// Config says which tokens are good. Error messages call its fields by the
// names of the server's configuration (auth.mode, auth.jwt.secret …).
type Config struct {
	Mode           string        // ModeDev or ModeJWT
	Secret         []byte        // of HS256 tokens; not together with public keys
	OldSecrets     [][]byte      // still accepted beside Secret, never minted with
	PublicKeys     []byte        // PEM, one or more public keys
	PublicKeyFile  string        // file with the same
	JWKSURL        string        // address of a key set (RFC 7517); its keys count beside those of PublicKeyFile
	JWKSFile       string        // file with a key set
	JWKSRefresh    time.Duration // how often the key sets are looked at
	PrivateKeyFile string        // PEM; read by NewSigner only
	Issuer         string        // iss that a token must carry; empty = any or none
	Audience       string        // aud that a token must name; empty = any or none
	Leeway         time.Duration // how far the issuer's clock may be from ours
	MaxTTL         time.Duration // longest time between iat and exp; 0 = any, and iat may be missing
	Reserved       string        // user whom no token may speak for; empty = none
	Logger         *slog.Logger  // told when a key set can't be refreshed; nil = nobody is
}

// Validate returns every problem that can be seen without reading a file or
// opening a connection, joined, or nil. It never shows a secret.
func (c Config) Validate() error {
	return errors.Join(c.checkMode(), c.checkSecret(), c.checkOldSecrets(), c.checkKeySets(), c.checkMaxTTL())
}

func (c Config) checkMode() error {
	switch {
	case c.Mode != ModeDev && c.Mode != ModeJWT:
		return fmt.Errorf("auth.mode: %q is not allowed; allowed is dev or jwt", c.Mode)
	case c.Mode == ModeJWT && len(c.Secret) == 0 && c.publicKeys() == "":
		return errors.New("auth.mode: jwt needs a key to check tokens with; " +
			"set auth.jwt.secret (HS256) or auth.jwt.public_key_file, auth.jwks_url or auth.jwks_file (RS256, ES256, EdDSA)")
	}
	return nil
}

func (c Config) checkSecret() error {
	if len(c.Secret) == 0 {
		return nil
	}
	if other := c.publicKeys(); other != "" {
		return fmt.Errorf("auth.jwt.secret and %s are both set; "+
			"only one kind of token can be accepted, so leave one of them out", other)
	}
	return checkLength("auth.jwt.secret", c.Secret)
}

func (c Config) checkOldSecrets() error {
	switch {
	case len(c.OldSecrets) == 0:
		return nil
	case len(c.Secret) == 0:
		return errors.New("auth.jwt.old_secrets: they stand beside a secret only; set auth.jwt.secret too, or leave them out")
	case len(c.OldSecrets) > maxKeys-1:
		return fmt.Errorf("auth.jwt.old_secrets: %d secrets are too many; allowed is %d", len(c.OldSecrets), maxKeys-1)
	}
	for i, secret := range c.OldSecrets {
		if err := checkLength(fmt.Sprintf("auth.jwt.old_secrets: number %d", i+1), secret); err != nil {
			return err
		}
	}
	return nil
}

func checkLength(key string, secret []byte) error {
	if len(secret) < MinSecretBytes {
		return fmt.Errorf("%s: %d bytes are too few; allowed is %d or more, such as the output of: openssl rand -hex 32",
			key, len(secret), MinSecretBytes)
	}
	return nil
}

// The bounds of Config.JWKSRefresh.
const (
	shortestRefresh = time.Second
	longestRefresh  = 24 * time.Hour
)

func (c Config) checkKeySets() error {
	if !c.hasKeySets() {
		return nil
	}
	if c.JWKSURL != "" {
		if err := checkKeySetURL(c.JWKSURL); err != nil {
			return fmt.Errorf("auth.jwks_url: %w", err)
		}
	}
	if c.JWKSRefresh < shortestRefresh || c.JWKSRefresh > longestRefresh {
		return fmt.Errorf("auth.jwks_refresh: %q is not allowed; allowed is a duration from 1s to 24h, with its unit, such as 10m", c.JWKSRefresh)
	}
	return nil
}

// checkMaxTTL wants whole seconds because the times in a token have them.
func (c Config) checkMaxTTL() error {
	if c.MaxTTL < 0 || c.MaxTTL%time.Second != 0 {
		return fmt.Errorf("auth.jwt.max_ttl: %q is not allowed; allowed is a duration of whole seconds, such as 24h, or 0s", c.MaxTTL)
	}
	return nil
}

func (c Config) hasKeySets() bool { return c.JWKSURL != "" || c.JWKSFile != "" }

// publicKeys returns the name of a key of the configuration by which public keys
// are given, or nothing.
func (c Config) publicKeys() string {
	switch {
	case len(c.PublicKeys) > 0 || c.PublicKeyFile != "":
		return "auth.jwt.public_key_file"
	case c.JWKSURL != "":
		return "auth.jwks_url"
	case c.JWKSFile != "":
		return "auth.jwks_file"
	default:
		return ""
	}
}
