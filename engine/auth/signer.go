package auth

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Signer mints tokens that a Verifier of the same configuration accepts. It is
// safe for concurrent use.
type Signer struct {
	method   jwt.SigningMethod
	key      any
	issuer   string
	audience string
	maxTTL   time.Duration // 0 = any
	reserved string        // empty = nobody
}

// NewSigner reads the minting key of a configuration: its secret or its
// private key file. Errors say which key of the configuration to set.
func NewSigner(c Config) (*Signer, error) {
	if err := errors.Join(c.checkSecret(), c.checkMaxTTL()); err != nil {
		return nil, err
	}
	s := &Signer{issuer: c.Issuer, audience: c.Audience, maxTTL: c.MaxTTL, reserved: c.Reserved}
	switch {
	case len(c.Secret) > 0:
		s.method, s.key = jwt.SigningMethodHS256, c.Secret
		return s, nil
	case c.PrivateKeyFile == "":
		return nil, errors.New("there is no key to sign a token with; set auth.jwt.secret or auth.jwt.private_key_file")
	}
	key, err := readPrivateKey(c.PrivateKeyFile)
	if err != nil {
		return nil, fmt.Errorf("auth.jwt.private_key_file: %w", err)
	}
	s.key = key
	if s.method, err = methodOf(key.Public()); err != nil {
		return nil, fmt.Errorf("auth.jwt.private_key_file: %s: %w", c.PrivateKeyFile, err)
	}
	return s, nil
}

// Mint returns a token for user that is good from now for ttl, at least a
// second. An empty role is left out.
func (s *Signer) Mint(user, role string, ttl time.Duration) (string, error) {
	switch {
	case !ValidUser(user):
		return "", fmt.Errorf("%q is not a user id; allowed are 1 to %d of A-Z a-z 0-9 . _ @ -", user, maxUserBytes)
	case user == s.reserved:
		return "", fmt.Errorf("%s is the server's own user (system.user), as whom nobody can log in", user)
	case len(role) > maxClaimBytes:
		return "", fmt.Errorf("a role of %d bytes is too long; allowed is %d", len(role), maxClaimBytes)
	case ttl < time.Second:
		return "", fmt.Errorf("a lifetime of %s is too short; allowed is 1s or more", ttl)
	case s.maxTTL > 0 && ttl > s.maxTTL:
		return "", fmt.Errorf("a lifetime of %s is too long; allowed is %s or less (auth.jwt.max_ttl)", ttl, s.maxTTL)
	}
	return jwt.NewWithClaims(s.method, s.payload(user, role, ttl)).SignedString(s.key)
}

func (s *Signer) payload(user, role string, ttl time.Duration) jwt.MapClaims {
	now := time.Now()
	claims := jwt.MapClaims{
		"sub": user,
		"iat": now.Unix(),
		"exp": now.Add(ttl).Unix(),
		"jti": rand.Text(),
	}
	for name, value := range map[string]string{"role": role, "iss": s.issuer, "aud": s.audience} {
		if value != "" {
			claims[name] = value
		}
	}
	return claims
}
