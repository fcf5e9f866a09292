package auth

import (
	"crypto"
	"fmt"
	"slices"

	"github.com/golang-jwt/jwt/v5"
)

// publicKey is a key of a key set or a PEM file, with the one algorithm that it
// is good for.
type publicKey struct {
	id  string // kid in its set; empty = it has none, as every key in PEM form
	alg string
	key crypto.PublicKey
}

// equal reports whether both are the same key under the same name.
func (k publicKey) equal(other publicKey) bool {
	key, ok := k.key.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.id == other.id && k.alg == other.alg && key.Equal(other.key)
}

// keyring is what tokens are checked with: for each algorithm its keys. An
// algorithm that isn't in it doesn't exist. It is never changed.
type keyring map[string][]ringKey

type ringKey struct {
	id  string // kid; empty = none
	key jwt.VerificationKey
}

// newKeyring holds the keys that a verifier begins with: the secrets, or the
// public keys that stand in no key set.
func newKeyring(c Config, keys []publicKey) (keyring, error) {
	if len(c.Secret) > 0 {
		return newSecretRing(c), nil
	}
	ring, err := newPublicRing(keys)
	if err != nil {
		return nil, fmt.Errorf("auth.jwt.public_key_file: %w", err)
	}
	return ring, nil
}

// newSecretRing holds the present secret and the former ones.
func newSecretRing(c Config) keyring {
	keys := []ringKey{{key: c.Secret}}
	for _, secret := range c.OldSecrets {
		keys = append(keys, ringKey{key: secret})
	}
	return keyring{jwt.SigningMethodHS256.Alg(): keys}
}

func newPublicRing(keys []publicKey) (keyring, error) {
	ring := keyring{}
	for _, k := range keys {
		ring[k.alg] = append(ring[k.alg], ringKey{k.id, k.key})
	}
	for alg, keys := range ring {
		if len(keys) > maxKeys {
			return nil, fmt.Errorf("%d keys of %s are too many; allowed is %d", len(keys), alg, maxKeys)
		}
	}
	return ring, nil
}

// algorithms lists the algorithms that there are keys for. It is never nil,
// because the parser takes nil to mean any algorithm.
func (r keyring) algorithms() []string {
	list := make([]string, 0, len(r))
	for alg := range r {
		list = append(list, alg)
	}
	return list
}

// of returns all keys of an algorithm.
func (r keyring) of(alg string) []jwt.VerificationKey {
	return r.filter(alg, func(ringKey) bool { return true })
}

// named returns the keys of an algorithm that a kid names. Where it names none
// of ours, whatever the algorithm, known is false and the keys are those that
// have no name: their issuer may call them anything.
func (r keyring) named(alg, id string) (keys []jwt.VerificationKey, known bool) {
	for _, keys := range r {
		known = known || slices.ContainsFunc(keys, func(k ringKey) bool { return k.id == id })
	}
	if !known {
		id = ""
	}
	return r.filter(alg, func(k ringKey) bool { return k.id == id }), known
}

func (r keyring) filter(alg string, want func(ringKey) bool) []jwt.VerificationKey {
	var keys []jwt.VerificationKey
	for _, k := range r[alg] {
		if want(k) {
			keys = append(keys, k.key)
		}
	}
	return keys
}
