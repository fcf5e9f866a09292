package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// jwk is a JSON Web Key (RFC 7517 section 4) as it stands in a set.
type jwk struct {
	kty, use, alg, kid string
	ops                []string // key_ops
	crv, x, y, n, e    string   // RFC 7518 section 6, RFC 8037 section 2
	private            bool     // it has a d
}

// parseJWK returns the key, or an error that says why it can't be used: a set
// may hold keys that are not for us (RFC 7517 section 5).
func parseJWK(data []byte) (publicKey, error) {
	var k jwk
	if err := readObject(data, k.set); err != nil {
		return publicKey{}, err
	}
	if err := k.checkUse(); err != nil {
		return publicKey{}, err
	}
	key, err := k.material()
	if err != nil {
		return publicKey{}, err
	}
	method, err := methodOf(key)
	if err != nil {
		return publicKey{}, err
	}
	if k.alg != "" && k.alg != method.Alg() {
		return publicKey{}, fmt.Errorf("alg %q is not supported for such a key; allowed is %s", k.alg, method.Alg())
	}
	return publicKey{id: k.kid, alg: method.Alg(), key: key}, nil
}

func (k *jwk) set(name string, value json.RawMessage) error {
	text := map[string]*string{
		"kty": &k.kty, "use": &k.use, "alg": &k.alg, "kid": &k.kid,
		"crv": &k.crv, "x": &k.x, "y": &k.y, "n": &k.n, "e": &k.e,
	}[name]
	var err error
	switch {
	case text != nil:
		err = json.Unmarshal(value, text)
	case name == "key_ops":
		err = json.Unmarshal(value, &k.ops)
	case name == "d":
		k.private = true
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (k *jwk) checkUse() error {
	switch {
	case len(k.kid) > maxClaimBytes:
		return fmt.Errorf("a kid of %d bytes is too long; allowed is %d", len(k.kid), maxClaimBytes)
	case k.private:
		return errors.New("it is a private key; publish the public half only, and not this one any more")
	case k.use != "" && k.use != "sig":
		return fmt.Errorf("its use is %q, not sig", k.use)
	case k.ops != nil && !slices.Contains(k.ops, "verify"):
		return errors.New("its key_ops don't name verify")
	}
	return nil
}

func (k *jwk) material() (crypto.PublicKey, error) {
	switch k.kty {
	case "RSA":
		return k.rsa()
	case "EC":
		return k.ec()
	case "OKP":
		return k.okp()
	default:
		return nil, fmt.Errorf("kty %q is not supported; allowed is RSA, EC or OKP", k.kty)
	}
}

func (k *jwk) rsa() (crypto.PublicKey, error) {
	n, err := decodeMember("n", k.n)
	if err != nil {
		return nil, err
	}
	e, err := decodeMember("e", k.e)
	if err != nil {
		return nil, err
	}
	exponent := new(big.Int).SetBytes(e)
	if exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, errors.New("e is not an odd number from 3 to 2^31-1")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}, nil
}

func (k *jwk) ec() (crypto.PublicKey, error) {
	if k.crv != "P-256" {
		return nil, fmt.Errorf("crv %q is not supported; allowed is P-256", k.crv)
	}
	x, err := decodeSized("x", k.x, 32)
	if err != nil {
		return nil, err
	}
	y, err := decodeSized("y", k.y, 32)
	if err != nil {
		return nil, err
	}
	point := append(append([]byte{4}, x...), y...)
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
}

func (k *jwk) okp() (crypto.PublicKey, error) {
	if k.crv != "Ed25519" {
		return nil, fmt.Errorf("crv %q is not supported; allowed is Ed25519", k.crv)
	}
	x, err := decodeSized("x", k.x, ed25519.PublicKeySize)
	return ed25519.PublicKey(x), err
}

func decodeSized(name, text string, size int) ([]byte, error) {
	b, err := decodeMember(name, text)
	if err == nil && len(b) != size {
		return nil, fmt.Errorf("%s has %d bytes; allowed is %d", name, len(b), size)
	}
	return b, err
}

func decodeMember(name, text string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s is not base64url: %w", name, err)
	case len(b) == 0:
		return nil, fmt.Errorf("%s is missing", name)
	}
	return b, nil
}
