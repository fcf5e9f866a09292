package engine_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gannet/engine"
)

// issuer signs tokens as a foreign service does, with keys that it publishes in a
// JSON Web Key Set (RFC 7517, RFC 8037).
type issuer struct {
	t    *testing.T
	file string
	keys map[string]ed25519.PrivateKey // by kid
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	return &issuer{t, filepath.Join(t.TempDir(), "jwks.json"), map[string]ed25519.PrivateKey{}}
}

// publish writes a set with keys of the given ids; new ones are made.
func (i *issuer) publish(ids ...string) {
	i.t.Helper()
	set := []object{}
	for _, id := range ids {
		if i.keys[id] == nil {
			_, key, err := ed25519.GenerateKey(nil)
			if err != nil {
				i.t.Fatal(err)
			}
			i.keys[id] = key
		}
		public := i.keys[id].Public().(ed25519.PublicKey)
		set = append(set, object{
			"kty": "OKP", "crv": "Ed25519", "kid": id, "use": "sig", "alg": "EdDSA",
			"x": base64.RawURLEncoding.EncodeToString(public),
		})
	}
	text, err := json.Marshal(object{"keys": set})
	if err != nil {
		i.t.Fatal(err)
	}
	next := i.file + ".new"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		i.t.Fatal(err)
	}
	if err := os.Rename(next, i.file); err != nil {
		i.t.Fatal(err)
	}
}

// token signs with a key, under a kid.
func (i *issuer) token(key, kid string) string {
	i.t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"sub": "alice", "exp": time.Now().Add(hour).Unix()})
	token.Header["kid"] = kid
	text, err := token.SignedString(i.keys[key])
	if err != nil {
		i.t.Fatal(err)
	}
	return text
}

// TestKeySetFile: logins by the keys of a set in a file, which may change.
func TestKeySetFile(t *testing.T) {
	i := newIssuer(t)
	i.publish("one", "two")
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		c.Auth.Mode, c.Auth.JWKSFile, c.Auth.JWKSRefresh = "jwt", i.file, time.Second
	})
	one, two := i.token("one", "one"), i.token("two", "two")
	s.expectToken(true, one)
	s.expectToken(true, two)
	s.expectToken(false, i.token("one", "two"))
	s.expectToken(false, token(t, "alice", hour)) // HS256
	c := s.enterWith(one)

	i.publish("two", "three")
	three := i.token("three", "three")
	s.expectSoon(200, three)
	s.expectSoon(401, one)
	s.expectToken(true, three)
	s.expectToken(true, two)
	s.expectToken(false, one)
	c.expectQuiet() // it was let in; its login ends with its token
}

// expectSoon asks until a token is answered with a status.
func (s *server) expectSoon(want int, token string) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		status, answer := s.call("GET", "/api/v1/blocks", "", "Authorization", "Bearer "+token)
		if status == want {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("still %v, want %d", answer, want)
		}
	}
}
