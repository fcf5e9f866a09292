package auth

import (
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// withSet has a verifier that read keys from a file.
func withSet(t *testing.T, keys ...fields) *Verifier {
	t.Helper()
	v := newTestVerifier(t, Config{Mode: ModeJWT, JWKSFile: tempFile(t, setOf(t, keys...)), JWKSRefresh: longestRefresh})
	if err := v.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

func TestAttacksOnKeySets(t *testing.T) {
	second, stranger := newEC(t), newEC(t)
	v := withSet(t,
		named(t, ecKey().Public(), "a"),
		named(t, second.Public(), "b"),
		named(t, rsaKey().Public(), "r"),
		fields{"kty": "oct", "kid": "s", "alg": "HS256", "k": "YW4gZXhhbXBsZSBzZWNyZXQgb2YgMzIgYnl0ZXMgb3IgbW9yZQ"},
	)
	accepts(t, v, "the good one", es(t, ecKey(), "a"))
	with := func(alg string, more fields) map[string]any {
		h := header(alg)
		for name, value := range more {
			h[name] = value
		}
		return h
	}
	jwk := named(t, stranger.Public(), "a")
	refuseBy(t, v, []attack{
		{"kid of another key", es(t, ecKey(), "b"), "signature is invalid"},
		{"kid of another kty", es(t, ecKey(), "r"), "no key of ours fits"},
		{"alg of another kty", forge(t, jwt.SigningMethodRS256, rsaKey(), with("RS256", fields{"kid": "a"}), good(nil)), "no key of ours fits"},
		{"alg that isn't the signature's", forge(t, jwt.SigningMethodES256, ecKey(), with("RS256", fields{"kid": "r"}), good(nil)), "signature is invalid"},
		{"alg without any key", forge(t, jwt.SigningMethodEdDSA, edKey(), with("EdDSA", nil), good(nil)), "no key of ours fits"},
		{"PS256", forge(t, jwt.SigningMethodPS256, rsaKey(), with("PS256", fields{"kid": "r"}), good(nil)), "method PS256 is invalid"},
		{"HS256 with the key's PEM", forge(t, jwt.SigningMethodHS256, publicPEM(t, rsaKey().Public()), with("HS256", fields{"kid": "r"}), good(nil)), "method HS256 is invalid"},
		{"HS256 with a symmetric key of the set", forge(t, jwt.SigningMethodHS256, []byte(testSecret), with("HS256", fields{"kid": "s"}), good(nil)), "method HS256 is invalid"},
		{"none", forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, with("none", fields{"kid": "a"}), good(nil)), "method none is invalid"},
		{"unknown kid", es(t, ecKey(), "c"), "no key of ours fits"},
		{"kid in capitals", es(t, ecKey(), "A"), "no key of ours fits"},
		{"kid with a blank", es(t, ecKey(), "a "), "no key of ours fits"},
		{"kid is empty", es(t, ecKey(), ""), "no key of ours fits"},
		{"kid is null", forge(t, jwt.SigningMethodES256, ecKey(), `{"alg":"ES256","kid":null}`, good(nil)), "no key of ours fits"},
		{"kid is an object", es(t, ecKey(), fields{"$ne": ""}), "no key of ours fits"},
		{"kid is a list", es(t, ecKey(), []string{"a"}), "no key of ours fits"},
		{"kid is a path", es(t, stranger, "../../../../dev/null"), "no key of ours fits"},
		{"kid is an address", es(t, stranger, "http://127.0.0.1:1/keys.json"), "no key of ours fits"},
		{"kid is endless", es(t, stranger, strings.Repeat("a", MaxTokenBytes/2)), "no key of ours fits"},
		{"kid twice", forge(t, jwt.SigningMethodES256, ecKey(), `{"alg":"ES256","kid":"b","kid":"a"}`, good(nil)), "comes twice"},
		{"embedded jwk", forge(t, jwt.SigningMethodES256, stranger, with("ES256", fields{"kid": "a", "jwk": jwk}), good(nil)), "signature is invalid"},
		{"jku", forge(t, jwt.SigningMethodES256, stranger, with("ES256", fields{"jku": "http://127.0.0.1:1/keys"}), good(nil)), "signature is invalid"},
	})
}

func TestAttacksOnRules(t *testing.T) {
	c := secretConfig()
	c.Reserved, c.MaxTTL = "system", 3600e9
	now := good(nil)["iat"].(int64)
	refuseAll(t, c, []attack{
		{"the reserved user", hs(t, good(jwt.MapClaims{"sub": "system"})), "reserved"},
		{"a second too long", hs(t, good(jwt.MapClaims{"iat": now, "exp": now + 3601})), "lives longer"},
		{"long ago and not over yet", hs(t, good(jwt.MapClaims{"iat": now - 7200, "exp": now + 60})), "lives longer"},
		{"no iat", hs(t, good(jwt.MapClaims{"iat": nil, "exp": now + 60})), "no iat"},
		{"iat at 0", hs(t, good(jwt.MapClaims{"iat": 0, "exp": now + 60})), "lives longer"},
	})
	v := newTestVerifier(t, c)
	accepts(t, v, "just long enough", hs(t, good(jwt.MapClaims{"iat": now, "exp": now + 3600})))
	accepts(t, v, "alike, and another user", hs(t, good(jwt.MapClaims{"sub": "System"})))
}

func TestRotationOfSecrets(t *testing.T) {
	c := secretConfig()
	former := "a former secret of 32 bytes or more"
	c.OldSecrets = [][]byte{[]byte(former), []byte("an even older secret of 32 bytes")}
	v := newTestVerifier(t, c)
	signed := func(secret string) string {
		return forge(t, jwt.SigningMethodHS256, []byte(secret), header("HS256"), good(nil))
	}
	accepts(t, v, "present secret", signed(testSecret))
	accepts(t, v, "former secret", signed(former))
	accepts(t, v, "oldest secret", signed("an even older secret of 32 bytes"))
	refuseBy(t, v, []attack{
		{"a secret that never was", signed("no secret at all, of 32 bytes or more"), "signature is invalid"},
		{"the empty secret", signed(""), "signature is invalid"},
	})
	signer, err := NewSigner(c)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.Mint("alice", "", 3600e9)
	if err != nil {
		t.Fatal(err)
	}
	accepts(t, newTestVerifier(t, secretConfig()), "minted with the present secret", token)
}
