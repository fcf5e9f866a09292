package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// fields are the members of a JSON Web Key.
type fields map[string]any

// jwkOf writes a public key as a set has it; change adds members, or takes away
// those that are nil.
func jwkOf(t testing.TB, key crypto.PublicKey, change fields) fields {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	k := fields{}
	switch key := key.(type) {
	case *rsa.PublicKey:
		k["kty"], k["n"], k["e"] = "RSA", b64(key.N.Bytes()), b64(big.NewInt(int64(key.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := key.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		size := (len(point) - 1) / 2
		k["kty"], k["crv"] = "EC", key.Params().Name
		k["x"], k["y"] = b64(point[1:1+size]), b64(point[1+size:])
	case ed25519.PublicKey:
		k["kty"], k["crv"], k["x"] = "OKP", "Ed25519", b64(key)
	default:
		t.Fatalf("%T", key)
	}
	maps.Copy(k, change)
	maps.DeleteFunc(k, func(_ string, v any) bool { return v == nil })
	return k
}

func named(t testing.TB, key crypto.PublicKey, id string) fields {
	return jwkOf(t, key, fields{"kid": id})
}

func setOf(t testing.TB, keys ...fields) []byte {
	t.Helper()
	if keys == nil {
		keys = []fields{}
	}
	text, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// newEC makes a further key of the kind of ecKey.
func newEC(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// es signs an ordinary token; kid nil leaves it out.
func es(t testing.TB, key *ecdsa.PrivateKey, kid any) string {
	t.Helper()
	h := header("ES256")
	if kid != nil {
		h["kid"] = kid
	}
	return forge(t, jwt.SigningMethodES256, key, h, good(nil))
}
