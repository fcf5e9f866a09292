package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

// maxClaimBytes bounds the strings of a token that we keep.
const maxClaimBytes = 256

// maxUnix is the last second of the year 9999. Later times are nonsense, and
// beyond 2^63 ns they'd wrap round to the past or the future at will.
const maxUnix = 253402300799

// claims are the parts of a token's payload that we look at. The names are
// matched exactly, and none may come twice: with a lenient decoder another
// party's {"sub":"a","SUB":"b"} would be read differently here and there.
type claims struct {
	sub, role, jti, iss string
	aud                 jwt.ClaimStrings
	exp, nbf, iat       *jwt.NumericDate
}

var _ jwt.Claims = (*claims)(nil)

// UnmarshalJSON reads a payload strictly.
func (c *claims) UnmarshalJSON(data []byte) error {
	return readObject(data, func(name string, value json.RawMessage) error {
		if string(value) == "null" { // as good as left out
			return nil
		}
		if err := c.set(name, value); err != nil {
			return fmt.Errorf("claim %s: %w", name, err)
		}
		return nil
	})
}

func (c *claims) set(name string, value json.RawMessage) (err error) {
	switch name {
	case "sub":
		c.sub, err = readUser(value)
	case "role":
		c.role, err = readString(value)
	case "jti":
		c.jti, err = readString(value)
	case "iss":
		c.iss, err = readString(value)
	case "aud":
		err = json.Unmarshal(value, &c.aud)
	case "exp":
		c.exp, err = readDate(value)
	case "nbf":
		c.nbf, err = readDate(value)
	case "iat":
		c.iat, err = readDate(value)
	}
	return err
}

// Validate is called by the parser after the signature was verified.
func (c *claims) Validate() error {
	if c.sub == "" {
		return fmt.Errorf("sub: %w", jwt.ErrTokenRequiredClaimMissing)
	}
	return nil
}

// The methods of jwt.Claims.

func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.exp, nil }
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error)       { return c.iat, nil }
func (c *claims) GetNotBefore() (*jwt.NumericDate, error)      { return c.nbf, nil }
func (c *claims) GetIssuer() (string, error)                   { return c.iss, nil }
func (c *claims) GetSubject() (string, error)                  { return c.sub, nil }
func (c *claims) GetAudience() (jwt.ClaimStrings, error)       { return c.aud, nil }

// checkHeader refuses a protected header that names something twice or asks
// for an extension: we understand none, so crit is always unknown to us
// (RFC 7515 section 4.1.11).
func checkHeader(token string) error {
	segment, _, _ := strings.Cut(token, ".")
	header, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	if err != nil {
		return err
	}
	return readObject(header, func(name string, _ json.RawMessage) error {
		if name == "crit" {
			return errors.New("the header asks for extensions (crit)")
		}
		return nil
	})
}

// readObject calls member for each member of the JSON object that data must
// be. A name that comes twice is an error.
func readObject(data []byte, member func(name string, value json.RawMessage) error) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	seen := make(map[string]bool, 8)
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if seen[name.(string)] {
			return fmt.Errorf("%q comes twice", name)
		}
		seen[name.(string)] = true
		if err := member(name.(string), value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// readUser takes a user id, which some issuers write as a whole number.
func readUser(value json.RawMessage) (string, error) {
	user := string(value)
	if value[0] == '"' {
		if err := json.Unmarshal(value, &user); err != nil {
			return "", err
		}
	} else if strings.Trim(user, "0123456789") != "" {
		return "", errors.New("neither a string nor a whole number")
	}
	if !ValidUser(user) {
		return "", errors.New("not a valid user id")
	}
	return user, nil
}

func readString(value json.RawMessage) (string, error) {
	if value[0] != '"' {
		return "", errors.New("not a string")
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return "", err
	}
	if len(s) > maxClaimBytes {
		return "", fmt.Errorf("longer than %d bytes", maxClaimBytes)
	}
	return s, nil
}

// readDate takes a NumericDate (RFC 7519 section 2): seconds, possibly with a
// fraction, which is cut off.
func readDate(value json.RawMessage) (*jwt.NumericDate, error) {
	var seconds float64
	if err := json.Unmarshal(value, &seconds); err != nil {
		return nil, err
	}
	if seconds < 0 || seconds > maxUnix {
		return nil, errors.New("not a time between 1970 and 9999")
	}
	return &jwt.NumericDate{Time: time.Unix(int64(seconds), 0)}, nil
}
