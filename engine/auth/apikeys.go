package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	apiKeyPrefix   = "gk_" // so that scanners for leaked secrets know one
	apiKeyBytes    = 32
	maxAPIKeyBytes = 256 // a longer text isn't even hashed
	maxAPIKeys     = 256 // each look-up goes through all of them
)

// APIKeys are the keys by which trusted backends log in. Only their hashes are
// known. A nil APIKeys has no keys. It is safe for concurrent use.
//
// A key is 32 random bytes, which nobody can guess whatever the hash. So one
// SHA-256 is enough, where a password would need a slow hash with a salt.
type APIKeys struct {
	keys []apiKey
}

type apiKey struct {
	name string
	hash [sha256.Size]byte
}

// NewAPIKeys reads auth.api_keys: a list of name:hash, where hash is the SHA-256
// of the key in 64 lower-case hexadecimal digits. Names look like user ids; no
// name and no hash may come twice. Errors name auth.api_keys and don't show what
// could be the key itself.
func NewAPIKeys(list []string) (*APIKeys, error) {
	if len(list) > maxAPIKeys {
		return nil, fmt.Errorf("auth.api_keys: %d keys are too many; allowed is %d", len(list), maxAPIKeys)
	}
	k := &APIKeys{keys: make([]apiKey, 0, len(list))}
	for i, item := range list {
		key, err := parseAPIKey(item)
		if err == nil {
			err = k.checkNew(key)
		}
		if err != nil {
			return nil, fmt.Errorf("auth.api_keys: number %d: %w", i+1, err)
		}
		k.keys = append(k.keys, key)
	}
	return k, nil
}

func parseAPIKey(item string) (apiKey, error) {
	name, digits, found := strings.Cut(item, ":")
	switch {
	case !found:
		return apiKey{}, errors.New("this is not name:hash, as gannet apikey prints it")
	case strings.HasPrefix(name, apiKeyPrefix): // the two were mixed up
		return apiKey{}, fmt.Errorf("a key stands in the place of its name, or the name begins with %s", apiKeyPrefix)
	case !ValidUser(name):
		return apiKey{}, fmt.Errorf("the name is not allowed; allowed are 1 to %d of A-Z a-z 0-9 . _ @ -", maxUserBytes)
	}
	key := apiKey{name: name}
	if len(digits) != hex.EncodedLen(len(key.hash)) || strings.Trim(digits, "0123456789abcdef") != "" {
		return apiKey{}, fmt.Errorf("the hash of %s is not 64 lower-case hexadecimal digits, as gannet apikey prints them", name)
	}
	if _, err := hex.Decode(key.hash[:], []byte(digits)); err != nil {
		return apiKey{}, err
	}
	return key, nil
}

func (k *APIKeys) checkNew(key apiKey) error {
	for _, other := range k.keys {
		switch {
		case other.name == key.name:
			return fmt.Errorf("the name %s comes twice", key.name)
		case other.hash == key.hash:
			return fmt.Errorf("%s has the hash of %s; each needs a key of its own", key.name, other.name)
		}
	}
	return nil
}

// Find returns the name of a key. It takes the same time whichever key it is,
// and if it is none.
func (k *APIKeys) Find(key string) (name string, ok bool) {
	if k == nil || len(key) > maxAPIKeyBytes {
		return "", false
	}
	hash := sha256.Sum256([]byte(key))
	at := -1
	for i := range k.keys {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hash[:], k.keys[i].hash[:]), i, at)
	}
	if at < 0 {
		return "", false
	}
	return k.keys[at].name, true
}

// NewAPIKey makes a key, and its entry name:hash for auth.api_keys.
func NewAPIKey(name string) (key, entry string, err error) {
	if !ValidUser(name) || strings.HasPrefix(name, apiKeyPrefix) {
		return "", "", fmt.Errorf("%q is not a name of a key; allowed are 1 to %d of A-Z a-z 0-9 . _ @ -, not beginning with %s", name, maxUserBytes, apiKeyPrefix)
	}
	secret := make([]byte, apiKeyBytes)
	rand.Read(secret) // never fails
	key = apiKeyPrefix + base64.RawURLEncoding.EncodeToString(secret)
	hash := sha256.Sum256([]byte(key))
	return key, name + ":" + hex.EncodeToString(hash[:]), nil
}
