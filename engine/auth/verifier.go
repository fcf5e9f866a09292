package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// MaxTokenBytes is the longest token that is looked at.
const MaxTokenBytes = 8 << 10

// Verifier checks tokens. All methods but Start and Close are safe for concurrent
// use.
type Verifier struct {
	parser      *jwt.Parser
	leeway      time.Duration
	maxTTL      time.Duration // 0 = any
	reserved    string        // empty = nobody
	current     atomic.Pointer[generation]
	visitors    *Visitors // nil = there are none
	sets        *keySets
	revocations Revocations
}

// generation is what is known as long as the keys stay the same. A token that
// was remembered with its keys is forgotten with them.
type generation struct {
	keys  keyring
	cache *cache
}

// NewVerifier reads the keys of a configuration, except those of key sets, which
// Start reads. Its errors say which key of the configuration to set. Without
// keys, which mode dev allows, every token is refused.
func NewVerifier(c Config) (*Verifier, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	pem, err := readPEM(c)
	if err != nil {
		return nil, err
	}
	ring, err := newKeyring(c, pem)
	if err != nil {
		return nil, err
	}
	v := &Verifier{
		parser: newParser(c, methods(c, ring)),
		leeway: c.Leeway, maxTTL: c.MaxTTL, reserved: c.Reserved,
	}
	v.use(ring)
	v.sets = newKeySets(c, func(keys []publicKey) error {
		ring, err := newPublicRing(slices.Concat(pem, keys))
		if err == nil {
			v.use(ring)
		}
		return err
	})
	return v, nil
}

func (v *Verifier) use(ring keyring) {
	v.current.Store(&generation{ring, newCache(cacheSets)})
}

// methods lists the algorithms that tokens may have. With a key set, keys of
// another algorithm may come at any time.
func methods(c Config, ring keyring) []string {
	if !c.hasKeySets() {
		return ring.algorithms()
	}
	return []string{jwt.SigningMethodRS256.Alg(), jwt.SigningMethodES256.Alg(), jwt.SigningMethodEdDSA.Alg()}
}

func newParser(c Config, methods []string) *jwt.Parser {
	options := []jwt.ParserOption{
		jwt.WithValidMethods(methods),
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

// Start reads the key sets of the configuration and from then on looks every
// JWKSRefresh whether they have changed, until Close. Where there are none it
// does nothing. It fails if one of them can't be read or has no key that can be
// used; ctx bounds that first reading. It may be called once.
func (v *Verifier) Start(ctx context.Context) error { return v.sets.start(ctx) }

// Close ends what Start began and waits for its end. Tokens are still checked,
// with the keys there are.
func (v *Verifier) Close() { v.sets.close() }

// Revocations are the tokens that were taken back, which Verify refuses.
func (v *Verifier) Revocations() *Revocations { return &v.revocations }

// Outlived returns when no token can be good any more that was issued until now,
// or the zero time where tokens may live for ever: what to give as Until of a
// [Revocation].
func (v *Verifier) Outlived(now time.Time) time.Time {
	if v.maxTTL == 0 {
		return time.Time{}
	}
	until := now.Add(v.maxTTL + 2*v.leeway) // one for an issuer that is ahead, one for being late
	if v.visitors != nil {
		until = later(until, v.visitors.Outlived(now))
	}
	return until
}

// Verify returns whom the token speaks for, or ErrUnauthorized or ErrExpired.
// A token that was good before is answered from memory. It opens no file and no
// connection. The token isn't kept.
func (v *Verifier) Verify(token string) (Identity, error) {
	g := v.current.Load()
	id, ok := g.cache.get(token, time.Now())
	if !ok {
		var err error
		switch id, err = v.check(g, token); {
		case err == nil:
			g.cache.put(token, id)
		case onlyExpired(err):
			return Identity{}, ErrExpired
		default:
			return Identity{}, ErrUnauthorized
		}
	}
	if v.revocations.Revoked(id) {
		return Identity{}, ErrUnauthorized
	}
	return id, nil
}

// check does the whole check but for revocations. Its error tells what is wrong
// and must not reach a client.
func (v *Verifier) check(g *generation, token string) (Identity, error) {
	if err := checkShape(token); err != nil {
		return Identity{}, err
	}
	if saysVisitor(token) {
		return v.checkVisitor(token)
	}
	var c claims
	known := true
	_, err := v.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (_ any, err error) {
		var keys jwt.VerificationKeySet
		keys.Keys, known, err = g.keysFor(t)
		return keys, err
	})
	if err != nil {
		if !known {
			v.sets.ask() // the issuer may have a new key
		}
		return Identity{}, err
	}
	if err := v.checkRules(&c); err != nil {
		return Identity{}, err
	}
	return v.identity(&c), nil
}

func (v *Verifier) identity(c *claims) Identity {
	id := Identity{User: c.sub, Role: c.role, ID: c.jti, Expires: c.exp.Add(v.leeway)}
	if c.iat != nil {
		id.Issued = c.iat.Time
	}
	return id
}

// checkRules holds a token that is good against the server's own rules. One
// without iat is over max_ttl: were it good just before its exp, a revocation
// would have to be kept for ever.
func (v *Verifier) checkRules(c *claims) error {
	switch {
	case v.reserved != "" && c.sub == v.reserved:
		return errors.New("the user is reserved")
	case v.maxTTL > 0 && (c.iat == nil || c.exp.Sub(c.iat.Time) > v.maxTTL):
		return fmt.Errorf("the token lives longer than %s or has no iat", v.maxTTL)
	}
	return nil
}

// keysFor is called by the parser once the token's algorithm is known to be one
// that there can be keys for. It returns those that may have signed the token,
// and whether the token's kid names one of ours, if it has any.
func (g *generation) keysFor(t *jwt.Token) (keys []jwt.VerificationKey, known bool, err error) {
	if err := checkHeader(t.Raw); err != nil {
		return nil, true, err
	}
	alg := t.Method.Alg()
	id, named := t.Header["kid"]
	if named {
		text, _ := id.(string)
		keys, known = g.keys.named(alg, text)
		known = known || text == "" || len(text) > maxClaimBytes // no set has such a kid
	} else {
		keys, known = g.keys.of(alg), true
	}
	if len(keys) == 0 {
		err = errors.New("no key of ours fits the algorithm and the kid")
	}
	return keys, known, err
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
