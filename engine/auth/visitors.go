package auth

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// RoleVisitor is the role of who may use nothing but the desk's sessions. A site
// may give it to its own tokens, too.
const RoleVisitor = "visitor"

const (
	visitorKID    = "gannet-visitor" // marks the tokens of Visitors; no key of the site's may have this name
	visitorIssuer = "gannet"
)

// Visitors mints and checks the tokens that the server itself gives to visitors of
// a site. Their key is apart from those of the site: neither can make a token that
// passes for one of the other. It is safe for concurrent use.
type Visitors struct {
	key      []byte
	ttl      time.Duration
	leeway   time.Duration
	reserved string
	parser   *jwt.Parser
}

// NewVisitors takes the key, at least MinSecretBytes long, and how long a token
// lives, whole seconds. Of the configuration it needs Leeway and Reserved.
func NewVisitors(c Config, key []byte, ttl time.Duration) (*Visitors, error) {
	switch {
	case len(key) < MinSecretBytes:
		return nil, fmt.Errorf("the key of visitors' tokens has %d bytes; needed are %d", len(key), MinSecretBytes)
	case ttl < time.Second || ttl%time.Second != 0:
		return nil, fmt.Errorf("visitors' tokens can't live for %s; allowed is a duration of whole seconds", ttl)
	}
	c.Issuer, c.Audience = visitorIssuer, ""
	return &Visitors{
		key: slices.Clone(key), ttl: ttl, leeway: c.Leeway, reserved: c.Reserved,
		parser: newParser(c, []string{jwt.SigningMethodHS256.Alg()}),
	}, nil
}

// Mint returns a token for a user, with the role of a visitor, that is good from
// now until expires.
func (s *Visitors) Mint(user string) (token string, expires time.Time, err error) {
	if !ValidUser(user) || user == s.reserved {
		return "", time.Time{}, errors.New("nobody can be this user")
	}
	now := time.Now().Truncate(time.Second)
	expires = now.Add(s.ttl)
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": user, "role": RoleVisitor, "iss": visitorIssuer, "jti": rand.Text(),
		"iat": now.Unix(), "exp": expires.Unix(),
	})
	t.Header["kid"] = visitorKID
	token, err = t.SignedString(s.key)
	return token, expires, err
}

// Outlived returns when no token can be good any more that was minted until now.
func (s *Visitors) Outlived(now time.Time) time.Time { return now.Add(s.ttl + 2*s.leeway) }

// check is Verifier.check for a token that says it is one of these.
func (s *Visitors) check(token string) (Identity, error) {
	var c claims
	_, err := s.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		return s.key, checkHeader(t.Raw)
	})
	if err != nil {
		return Identity{}, err
	}
	if err := s.checkRules(&c); err != nil {
		return Identity{}, err
	}
	return Identity{
		User: c.sub, Role: c.role, ID: c.jti, Issued: c.iat.Time, Expires: c.exp.Add(s.leeway), Own: true,
	}, nil
}

// checkRules wants what Mint writes, so that the key is good for nothing else.
func (s *Visitors) checkRules(c *claims) error {
	switch {
	case c.role != RoleVisitor:
		return fmt.Errorf("the role %q can't be given by this key", c.role)
	case c.jti == "":
		return errors.New("a visitor's token without jti")
	case c.iat == nil || c.exp.Sub(c.iat.Time) > s.ttl:
		return fmt.Errorf("the visitor's token lives longer than %s or has no iat", s.ttl)
	case c.nbf != nil || c.aud != nil:
		return errors.New("a visitor's token has neither nbf nor aud")
	case s.reserved != "" && c.sub == s.reserved:
		return errors.New("the user is reserved")
	}
	return nil
}

// saysVisitor reports whether the header of a token has the visitors' kid. A header
// that can't be read, or has two, has none: the check refuses it.
func saysVisitor(token string) bool {
	segment, _, _ := strings.Cut(token, ".")
	header, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	if err != nil {
		return false
	}
	var kid string
	err = readObject(header, func(name string, value json.RawMessage) (err error) {
		if name == "kid" {
			kid, err = readString(value)
		}
		return err
	})
	return err == nil && kid == visitorKID
}

// Accept lets the tokens of visitors in, too. Call it before the first Verify;
// without it whatever has their mark is refused.
func (v *Verifier) Accept(s *Visitors) { v.visitors = s }

var errVisitorKID = errors.New("the kid marks the server's own tokens")

// checkVisitor checks a token with the visitors' mark.
func (v *Verifier) checkVisitor(token string) (Identity, error) {
	if v.visitors == nil {
		return Identity{}, errVisitorKID
	}
	return v.visitors.check(token)
}
