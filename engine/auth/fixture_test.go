package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const testSecret = "an example secret of 32 bytes or more"

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, minRSABits)
	if err != nil {
		panic(err)
	}
	return key
})

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

var edKey = sync.OnceValue(func() ed25519.PrivateKey {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

// signers are one key of each kind with public keys.
func signers() map[jwt.SigningMethod]crypto.Signer {
	return map[jwt.SigningMethod]crypto.Signer{
		jwt.SigningMethodRS256: rsaKey(),
		jwt.SigningMethodES256: ecKey(),
		jwt.SigningMethodEdDSA: edKey(),
	}
}

func publicPEM(t testing.TB, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func privatePEM(t testing.TB, key crypto.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func tempFile(t testing.TB, text []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func secretConfig() Config {
	return Config{Mode: ModeJWT, Secret: []byte(testSecret)}
}

func newTestVerifier(t testing.TB, c Config) *Verifier {
	t.Helper()
	v, err := NewVerifier(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// verify is Verify with the true reason, and without the memory of tokens.
func (v *Verifier) verify(token string) (Identity, error) {
	return v.check(v.current.Load(), token)
}

// good is a payload that is accepted; change makes what is to be refused.
func good(change jwt.MapClaims) jwt.MapClaims {
	now := time.Now()
	claims := jwt.MapClaims{"sub": "alice", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	for name, value := range change {
		if value == nil {
			delete(claims, name)
		} else {
			claims[name] = value
		}
	}
	return claims
}

// forge signs any header and payload, given as JSON texts or values.
func forge(t testing.TB, method jwt.SigningMethod, key any, header, payload any) string {
	t.Helper()
	text := segment(t, header) + "." + segment(t, payload)
	signature, err := method.Sign(text, key)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func segment(t testing.TB, v any) string {
	t.Helper()
	text, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// hs signs a payload with the test secret and an ordinary header.
func hs(t testing.TB, payload any) string {
	t.Helper()
	return forge(t, jwt.SigningMethodHS256, []byte(testSecret), header("HS256"), payload)
}

func header(alg string) map[string]any { return map[string]any{"alg": alg, "typ": "JWT"} }

func replaceSignature(token, signature string) string {
	return token[:strings.LastIndexByte(token, '.')+1] + signature
}
