package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// MaxTokenBytes is the longest token that is looked at.
const MaxTokenBytes = 8 << 10

// Verifier checks tokens. It is safe for concurrent use.
type Verifier struct {
	keys   keyring
	parser *jwt.Parser
	leeway time.Duration
	cache  *cache
}

// NewVerifier reads the keys of a configuration. Its errors say which key of
// the configuration to set. Without keys, which mode dev allows, every token
// is refused.
func NewVerifier(c Config) (*Verifier, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	keys, err := newKeyring(c)
	if err != nil {
		return nil, err
	}
	return &Verifier{keys: keys, parser: newParser(c, keys), leeway: c.Leeway, cache: newCache(cacheSets)}, nil
}

func newParser(c Config, keys keyring) *jwt.Parser {
	options := []jwt.ParserOption{
		jwt.WithValidMethods(keys.algorithms()),
		jwt.WithStrictDecoding(),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(c.Leeway),
	}
	if c.Issuer != "" {
		options = append(options, jwt.WithIssuer(c.Issuer))
	}
	if c.Audience != "" {
		options = append(options, jwt.WithAudience(c.Audience))
	}
	return jwt.NewParser(options...)
}

// Verify returns whom the token speaks for, or ErrUnauthorized or ErrExpired.
// A token that was good before is answered from memory. The token isn't kept.
func (v *Verifier) Verify(token string) (Identity, error) {
	if id, ok := v.cache.get(token, time.Now()); ok {
		return id, nil
	}
	id, err := v.verify(token)
	switch {
	case err == nil:
		v.cache.put(token, id)
		return id, nil
	case onlyExpired(err):
		return Identity{}, ErrExpired
	default:
		return Identity{}, ErrUnauthorized
	}
}

// verify does the whole check. Its error tells what is wrong and must not
// reach a client.
func (v *Verifier) verify(token string) (Identity, error) {
	if err := checkShape(token); err != nil {
		return Identity{}, err
	}
	var c claims
	if _, err := v.parser.ParseWithClaims(token, &c, v.keysFor); err != nil {
		return Identity{}, err
	}
	return Identity{User: c.sub, Role: c.role, ID: c.jti, Expires: c.exp.Add(v.leeway)}, nil
}

// keysFor is called by the parser once the token's algorithm is known to be
// one that there are keys for.
func (v *Verifier) keysFor(t *jwt.Token) (any, error) {
	if err := checkHeader(t.Raw); err != nil {
		return nil, err
	}
	return jwt.VerificationKeySet{Keys: v.keys[t.Method.Alg()]}, nil
}

// checkShape refuses what isn't made of base64url and dots, before anything is
// decoded: the decoder of encoding/base64 would skip line ends, and the same
// token could be written in many ways.
func checkShape(token string) error {
	if len(token) > MaxTokenBytes {
		return fmt.Errorf("longer than %d bytes", MaxTokenBytes)
	}
	if i := strings.IndexFunc(token, isForeign); i >= 0 {
		return fmt.Errorf("byte %d is neither base64url nor a dot", i)
	}
	return nil
}

func isForeign(r rune) bool {
	return r >= 0x80 || r == '@' || r != '.' && !isUserByte(byte(r))
}

// onlyExpired reports whether nothing else is wrong with a token than its age.
func onlyExpired(err error) bool {
	if !errors.Is(err, jwt.ErrTokenExpired) {
		return false
	}
	for _, other := range []error{
		jwt.ErrTokenNotValidYet, jwt.ErrTokenUsedBeforeIssued,
		jwt.ErrTokenInvalidIssuer, jwt.ErrTokenInvalidAudience,
		jwt.ErrTokenRequiredClaimMissing,
	} {
		if errors.Is(err, other) {
			return false
		}
	}
	return true
}
