package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/golang-jwt/jwt/v5"
)

const (
	minRSABits = 2048 // RFC 7518 section 3.3
	maxRSABits = 8192 // checking with a longer key takes too long
	maxKeys    = 16   // of an algorithm; each costs a signature check for a token that fits none
)

// readPEM returns the public keys of a configuration that stand in PEM form.
func readPEM(c Config) ([]publicKey, error) {
	keys, err := parsePEM(nil, c.PublicKeys)
	if err != nil {
		return nil, fmt.Errorf("public keys: %w", err)
	}
	if c.PublicKeyFile == "" {
		return keys, nil
	}
	text, err := os.ReadFile(c.PublicKeyFile)
	if err != nil {
		return nil, fmt.Errorf("auth.jwt.public_key_file: %w", err)
	}
	if len(text) == 0 {
		return nil, fmt.Errorf("auth.jwt.public_key_file: %s is empty", c.PublicKeyFile)
	}
	if keys, err = parsePEM(keys, text); err != nil {
		return nil, fmt.Errorf("auth.jwt.public_key_file: %s: %w", c.PublicKeyFile, err)
	}
	return keys, nil
}

// parsePEM appends every public key in text; something else in it is an error,
// so that no key is left out unnoticed.
func parsePEM(keys []publicKey, text []byte) ([]publicKey, error) {
	if len(text) == 0 {
		return keys, nil
	}
	count := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		key, err := parsePublicKey(block)
		if err != nil {
			return nil, err
		}
		method, err := methodOf(key)
		if err != nil {
			return nil, err
		}
		keys = append(keys, publicKey{alg: method.Alg(), key: key})
		count++
	}
	switch {
	case count == 0:
		return nil, errors.New("no key in PEM form (-----BEGIN PUBLIC KEY-----) found")
	case count > maxKeys:
		return nil, fmt.Errorf("%d keys are too many; allowed is %d", count, maxKeys)
	}
	return keys, nil
}

func parsePublicKey(block *pem.Block) (crypto.PublicKey, error) {
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		return cert.PublicKey, nil
	case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("this is a private key; the server needs the public half only: openssl pkey -in FILE -pubout")
	default:
		return nil, fmt.Errorf("a PEM block of type %q is not a public key", block.Type)
	}
}

// methodOf returns the one algorithm that is used with a kind of public key.
func methodOf(key crypto.PublicKey) (jwt.SigningMethod, error) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		switch bits := k.N.BitLen(); {
		case bits < minRSABits:
			return nil, fmt.Errorf("an RSA key of %d bits is too short; allowed is %d or more", bits, minRSABits)
		case bits > maxRSABits:
			return nil, fmt.Errorf("an RSA key of %d bits is too long; allowed is %d or less", bits, maxRSABits)
		}
		return jwt.SigningMethodRS256, nil
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return nil, fmt.Errorf("an EC key on %s is not supported; allowed is P-256", k.Curve.Params().Name)
		}
		return jwt.SigningMethodES256, nil
	case ed25519.PublicKey:
		return jwt.SigningMethodEdDSA, nil
	default:
		return nil, fmt.Errorf("a key of type %T is not supported; allowed is RSA, EC P-256 or Ed25519", key)
	}
}

// readPrivateKey returns the first private key of a PEM file.
func readPrivateKey(file string) (crypto.Signer, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "EC PARAMETERS" { // openssl ecparam writes it before the key
			continue
		}
		return parsePrivateKey(block)
	}
	return nil, fmt.Errorf("%s: no key in PEM form (-----BEGIN PRIVATE KEY-----) found", file)
}

func parsePrivateKey(block *pem.Block) (crypto.Signer, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
		return nil, fmt.Errorf("a key of type %T is not supported; allowed is RSA, EC P-256 or Ed25519", key)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("the key is encrypted; decrypt it first: openssl pkey -in FILE -out PLAIN")
	default:
		return nil, fmt.Errorf("a PEM block of type %q is not a private key", block.Type)
	}
}
