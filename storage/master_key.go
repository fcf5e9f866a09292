package storage

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
)

// Key is a master key, given by the operator. It seals the keys that the
// database makes for itself, which seal what is stored (see Encryption in the
// package's description). However it is printed or logged, only its id is seen.
type Key struct {
	ID     string // 1–32 of a-z, 0-9, dot, underscore and hyphen
	Secret [keyBytes]byte
}

const (
	keyBytes  = 32
	maxKeyID  = 32
	keyIDText = "1 to 32 of a-z, 0-9, '.', '_' and '-'"
)

// NewKey makes a key with a random secret. Its error is ErrInvalid, for the id.
func NewKey(id string) (Key, error) {
	if !validKeyID(id) {
		return Key{}, invalid("key id %q isn't %s", id, keyIDText)
	}
	k := Key{ID: id}
	_, _ = rand.Read(k.Secret[:]) // never fails
	return k, nil
}

// ParseKeys reads keys as [Key.Text] writes them, one a line or with commas
// between them. Blank lines, and lines that begin with #, are left out. Its
// error is ErrInvalid and says nothing of secrets.
func ParseKeys(text string) ([]Key, error) {
	var keys []Key
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for part := range strings.SplitSeq(line, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			k, err := parseKey(part)
			if err != nil {
				return nil, fmt.Errorf("key %d: %w", len(keys)+1, err)
			}
			keys = append(keys, k)
		}
	}
	return keys, checkKeys(keys)
}

// parseKey reads one key. What isn't an id may be a secret in the wrong place,
// so it isn't shown.
func parseKey(text string) (Key, error) {
	id, secret, found := strings.Cut(text, ":")
	if !found || !validKeyID(id) {
		return Key{}, invalid("key isn't id:base64, with an id of %s", keyIDText)
	}
	b, err := base64.StdEncoding.Strict().DecodeString(secret)
	if err != nil || len(b) != keyBytes {
		return Key{}, invalid("secret of key %q isn't %d bytes in base64", id, keyBytes)
	}
	return Key{ID: id, Secret: [keyBytes]byte(b)}, nil
}

// checkKeys refuses keys that can't be told apart.
func checkKeys(keys []Key) error {
	seen := make(map[string]bool)
	for _, k := range keys {
		switch {
		case !validKeyID(k.ID):
			return invalid("key id %q isn't %s", k.ID, keyIDText)
		case seen[k.ID]:
			return invalid("two keys with the id %q", k.ID)
		}
		seen[k.ID] = true
	}
	return nil
}

func validKeyID(id string) bool {
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return len(id) > 0 && len(id) <= maxKeyID
}

// Text is the key as ParseKeys reads it, its secret included.
func (k Key) Text() string { return k.ID + ":" + base64.StdEncoding.EncodeToString(k.Secret[:]) }

// String names the key and hides its secret.
func (k Key) String() string { return k.ID + ":***" }

// Format prints String, whatever the verb.
func (k Key) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(k.String())) }

// MarshalText gives String to loggers and encoders.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
