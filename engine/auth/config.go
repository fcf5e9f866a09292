package auth

import (
	"errors"
	"fmt"
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
	PublicKeys     []byte        // PEM, one or more public keys
	PublicKeyFile  string        // file with the same
	PrivateKeyFile string        // PEM; read by NewSigner only
	Issuer         string        // iss that a token must carry; empty = any or none
	Audience       string        // aud that a token must name; empty = any or none
	Leeway         time.Duration // how far the issuer's clock may be from ours
}

// Validate returns every problem that can be seen without reading a file,
// joined, or nil. It never shows the secret.
func (c Config) Validate() error {
	return errors.Join(c.checkMode(), c.checkSecret())
}

func (c Config) checkMode() error {
	switch {
	case c.Mode != ModeDev && c.Mode != ModeJWT:
		return fmt.Errorf("auth.mode: %q is not allowed; allowed is dev or jwt", c.Mode)
	case c.Mode == ModeJWT && len(c.Secret) == 0 && !c.hasPublicKeys():
		return errors.New("auth.mode: jwt needs a key to check tokens with; " +
			"set auth.jwt.secret (HS256) or auth.jwt.public_key_file (RS256, ES256, EdDSA)")
	}
	return nil
}

func (c Config) checkSecret() error {
	switch {
	case len(c.Secret) == 0:
		return nil
	case c.hasPublicKeys():
		return errors.New("auth.jwt.secret and auth.jwt.public_key_file are both set; " +
			"only one kind of token can be accepted, so leave one of them out")
	case len(c.Secret) < MinSecretBytes:
		return fmt.Errorf("auth.jwt.secret: %d bytes are too few; allowed is %d or more, such as the output of: openssl rand -hex 32",
			len(c.Secret), MinSecretBytes)
	}
	return nil
}

func (c Config) hasPublicKeys() bool {
	return len(c.PublicKeys) > 0 || c.PublicKeyFile != ""
}
