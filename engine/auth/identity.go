package auth

import (
	"errors"
	"fmt"
	"time"
)

// Identity is who a verified token speaks for.
type Identity struct {
	User    string    // the sub claim: a valid user id
	Role    string    // the role claim, often empty
	ID      string    // the jti claim, often empty
	Issued  time.Time // the iat claim in whole seconds; zero where the token has none
	Expires time.Time // from then on the token is refused (exp plus the leeway)
	Own     bool      // the server itself minted it, for a visitor
}

// ErrUnauthorized is the answer to every token that isn't good, whatever is
// wrong with it: a client learns nothing about the keys.
var ErrUnauthorized = errors.New("the token is not valid")

// ErrExpired is the answer to a token that was good and has run out. It is an
// ErrUnauthorized too.
var ErrExpired = fmt.Errorf("%w: it has expired", ErrUnauthorized)

// maxUserBytes is the length of the longest user id.
const maxUserBytes = 64

// ValidUser reports whether s can be a user id: 1 to 64 of A–Z a–z 0–9 . _ @ -.
func ValidUser(s string) bool {
	if len(s) == 0 || len(s) > maxUserBytes {
		return false
	}
	for i := range len(s) {
		if !isUserByte(s[i]) {
			return false
		}
	}
	return true
}

func isUserByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' ||
		b == '.' || b == '_' || b == '@' || b == '-'
}
