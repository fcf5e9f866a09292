package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// attack is a token that must be answered with ErrUnauthorized, and a word of
// the internal reason, so that no attack fails for another reason than its own.
type attack struct {
	name, token, reason string
}

func refuseAll(t *testing.T, c Config, attacks []attack) {
	t.Helper()
	refuseBy(t, newTestVerifier(t, c), attacks)
}

func refuseBy(t *testing.T, v *Verifier, attacks []attack) {
	t.Helper()
	for _, a := range attacks {
		for range 2 { // a refused token must not be remembered as good
			if id, err := v.Verify(a.token); err != ErrUnauthorized || id != (Identity{}) {
				t.Errorf("%s: Verify = %+v, %v", a.name, id, err)
			}
		}
		if _, err := v.verify(a.token); err == nil || !strings.Contains(err.Error(), a.reason) {
			t.Errorf("%s: refused because of %v, want %q", a.name, err, a.reason)
		}
	}
}

func TestAttacksOnTheAlgorithm(t *testing.T) {
	secret := []byte(testSecret)
	none := forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header("none"), good(nil))
	refuseAll(t, secretConfig(), []attack{
		{"none", none, "method none is invalid"},
		{"none, in capitals", forge(t, jwt.SigningMethodHS256, secret, header("NONE"), good(nil)), "unavailable"},
		{"none with a true signature", forge(t, jwt.SigningMethodHS256, secret, header("none"), good(nil)), "method none is invalid"},
		{"HS512 with the right secret", forge(t, jwt.SigningMethodHS512, secret, header("HS512"), good(nil)), "method HS512 is invalid"},
		{"RS256 where a secret is configured", forge(t, jwt.SigningMethodRS256, rsaKey(), header("RS256"), good(nil)), "method RS256 is invalid"},
		{"empty key", forge(t, jwt.SigningMethodHS256, []byte{}, header("HS256"), good(nil)), "signature is invalid"},
		{"no alg", forge(t, jwt.SigningMethodHS256, secret, `{"typ":"JWT"}`, good(nil)), "unspecified"},
		{"alg is a list", forge(t, jwt.SigningMethodHS256, secret, `{"alg":["HS256"]}`, good(nil)), "unspecified"},
		{"alg twice", forge(t, jwt.SigningMethodHS256, secret, `{"alg":"none","alg":"HS256"}`, good(nil)), "comes twice"},
	})
}

func TestAttacksByConfusionOfKeys(t *testing.T) {
	public := publicPEM(t, rsaKey().Public())
	der, _ := pem.Decode(public)
	c := Config{Mode: ModeJWT, PublicKeys: public}
	refuseAll(t, c, []attack{
		{"HS256 with the public key's PEM", forge(t, jwt.SigningMethodHS256, public, header("HS256"), good(nil)), "method HS256 is invalid"},
		{"HS256 with the public key's DER", forge(t, jwt.SigningMethodHS256, der.Bytes, header("HS256"), good(nil)), "method HS256 is invalid"},
		{"HS256 bytes called RS256", forge(t, jwt.SigningMethodHS256, public, header("RS256"), good(nil)), "signature is invalid"},
		{"PS256 with the right key", forge(t, jwt.SigningMethodPS256, rsaKey(), header("PS256"), good(nil)), "method PS256 is invalid"},
		{"ES256 where RSA is configured", forge(t, jwt.SigningMethodES256, ecKey(), header("ES256"), good(nil)), "method ES256 is invalid"},
	})
}

func TestAttacksByKeysInTheHeader(t *testing.T) {
	mine, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string, value any) string {
		h := header("ES256")
		h[name] = value
		return forge(t, jwt.SigningMethodES256, mine, h, good(nil))
	}
	point, err := mine.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	jwk := map[string]any{"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])}
	refuseAll(t, Config{Mode: ModeJWT, PublicKeys: publicPEM(t, ecKey().Public())}, []attack{
		{"embedded jwk", with("jwk", jwk), "signature is invalid"},
		{"jku", with("jku", "http://127.0.0.1:1/keys.json"), "signature is invalid"},
		{"x5u", with("x5u", "http://127.0.0.1:1/cert.pem"), "signature is invalid"},
		{"x5c", with("x5c", []string{b64(point)}), "signature is invalid"},
		{"kid is a path", with("kid", "../../../../dev/null"), "signature is invalid"},
		{"kid is SQL", with("kid", "x' UNION SELECT 'key"), "signature is invalid"},
		{"kid is an object", with("kid", map[string]any{"$ne": ""}), "signature is invalid"},
	})
}

func TestHeaderKeysAreNotFollowedForGoodTokens(t *testing.T) {
	h := header("HS256")
	h["kid"], h["jku"], h["x5u"] = "../../etc/passwd", "http://127.0.0.1:1/", "http://127.0.0.1:1/"
	token := forge(t, jwt.SigningMethodHS256, []byte(testSecret), h, good(nil))
	if _, err := newTestVerifier(t, secretConfig()).Verify(token); err != nil {
		t.Fatal("they are only left unread, the token is good:", err)
	}
}

func TestAttacksOnTheSignature(t *testing.T) {
	token := hs(t, good(nil))
	body := token[:strings.LastIndexByte(token, '.')]
	h, payload, _ := strings.Cut(body, ".")
	other := forge(t, jwt.SigningMethodHS256, []byte("another secret of 32 bytes or more"), header("HS256"), good(nil))
	zero := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	refuseAll(t, secretConfig(), []attack{
		{"empty token", "", "segments"},
		{"stripped signature", body + ".", "signature is invalid"},
		{"two segments", body, "segments"},
		{"four segments", token + ".x", "segments"},
		{"five segments", token + "..", "segments"},
		{"another secret", other, "signature is invalid"},
		{"zeros", replaceSignature(token, zero), "signature is invalid"},
		{"cut by a byte", token[:len(token)-2], ""},
		{"another payload", h + "." + segment(t, good(jwt.MapClaims{"sub": "bob"})) + token[len(body):], "signature is invalid"},
		{"signature of the payload alone", h + "." + payload + "." + payload, "signature is invalid"},
	})
}

func TestAttacksOnECDSA(t *testing.T) {
	token := forge(t, jwt.SigningMethodES256, ecKey(), header("ES256"), good(nil))
	b64 := base64.RawURLEncoding.EncodeToString
	order := elliptic.P256().Params().N.FillBytes(make([]byte, 32))
	one := big.NewInt(1).FillBytes(make([]byte, 32))
	refuseAll(t, Config{Mode: ModeJWT, PublicKeys: publicPEM(t, ecKey().Public())}, []attack{
		{"r = s = 0", replaceSignature(token, b64(make([]byte, 64))), "signature is invalid"},
		{"r = s = n", replaceSignature(token, b64(append(order, order...))), "signature is invalid"},
		{"r = s = 1", replaceSignature(token, b64(append(one, one...))), "signature is invalid"},
		{"too short", replaceSignature(token, b64(make([]byte, 63))), "signature is invalid"},
	})
}

func TestAttacksOnTheEncoding(t *testing.T) {
	token := hs(t, good(nil))
	last := token[len(token)-1]
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	// 32 bytes leave two bits of the last letter unused; they must be zero.
	twin := token[:len(token)-1] + string(alphabet[strings.IndexByte(alphabet, last)|1])
	refuseAll(t, secretConfig(), []attack{
		{"unused bits", twin, "base64"},
		{"padding", token + "=", "neither base64url"},
		{"line end at the end", token + "\n", "neither base64url"},
		{"line end inside", token[:9] + "\r\n" + token[9:], "neither base64url"},
		{"blank before", " " + token, "neither base64url"},
		{"standard base64", strings.Replace(token, token[3:4], "+", 1), "neither base64url"},
		{"at sign", "@" + token, "neither base64url"},
		{"zero byte", token + "\x00", "neither base64url"},
		{"not UTF-8", token + "\xff", "neither base64url"},
		{"over 8 KiB", hs(t, good(jwt.MapClaims{"pad": strings.Repeat("x", MaxTokenBytes)})), "longer than"},
		{"nested deeply", hs(t, `{"sub":"alice","exp":4102444800,"x":`+strings.Repeat("[", 5500)+`}`), ""},
	})
}

func TestAttacksOnTheHeader(t *testing.T) {
	secret := []byte(testSecret)
	with := func(h string) string { return forge(t, jwt.SigningMethodHS256, secret, h, good(nil)) }
	refuseAll(t, secretConfig(), []attack{
		{"unknown crit", with(`{"alg":"HS256","crit":["exp"],"exp":1}`), "crit"},
		{"empty crit", with(`{"alg":"HS256","crit":[]}`), "crit"},
		{"crit is null", with(`{"alg":"HS256","crit":null}`), "crit"},
		{"unencoded payload", with(`{"alg":"HS256","b64":false,"crit":["b64"]}`), "crit"},
		{"a member twice", with(`{"alg":"HS256","kid":"a","kid":"b"}`), "comes twice"},
		{"crit hidden by an escape", with(`{"alg":"HS256","\u0063rit":["x"]}`), "crit"},
		{"not an object", with(`["HS256"]`), "header"},
		{"null", with(`null`), "alg"},
		{"something after it", with(`{"alg":"HS256"}{}`), "header"},
		{"not UTF-8", with("{\"alg\":\"HS256\",\"kid\":\"\xff\"}"), "UTF-8"},
	})
}

func TestAttacksOnTheClaims(t *testing.T) {
	soon := time.Now().Add(time.Hour).Unix()
	claim := func(name string, value any) string { return hs(t, good(jwt.MapClaims{name: value})) }
	raw := func(format string, args ...any) string { return hs(t, fmt.Sprintf(format, args...)) }
	refuseAll(t, secretConfig(), []attack{
		{"no exp", claim("exp", nil), "exp claim is required"},
		{"exp is null", raw(`{"sub":"alice","exp":null}`), "exp claim is required"},
		{"exp is a string", claim("exp", fmt.Sprint(soon)), "claim exp"},
		{"exp is true", claim("exp", true), "claim exp"},
		{"exp is huge", raw(`{"sub":"alice","exp":1e30}`), "claim exp"},
		{"exp is beyond a float", raw(`{"sub":"alice","exp":1e400}`), "claim exp"},
		{"exp wraps round in ns", raw(`{"sub":"alice","exp":9223372036854775807}`), "claim exp"},
		{"exp is negative", claim("exp", -1), "claim exp"},
		{"nbf is huge", raw(`{"sub":"alice","exp":%d,"nbf":1e19}`, soon), "claim nbf"},
		{"iat is a string", claim("iat", "now"), "claim iat"},
		{"no sub", claim("sub", nil), "sub"},
		{"sub is empty", claim("sub", ""), "claim sub"},
		{"sub has a blank", claim("sub", "al ice"), "claim sub"},
		{"sub has a line end", claim("sub", "alice\n"), "claim sub"},
		{"sub has a colon", claim("sub", "a:b"), "claim sub"},
		{"sub looks alike", claim("sub", "аlice"), "claim sub"},
		{"sub is too long", claim("sub", strings.Repeat("a", 65)), "claim sub"},
		{"sub is a fraction", claim("sub", 1.5), "claim sub"},
		{"sub is negative", claim("sub", -1), "claim sub"},
		{"sub is a list", claim("sub", []string{"alice"}), "claim sub"},
		{"sub is true", claim("sub", true), "claim sub"},
		{"role is a list", claim("role", []string{"admin"}), "claim role"},
		{"role is too long", claim("role", strings.Repeat("r", 300)), "claim role"},
		{"sub twice", raw(`{"sub":"alice","sub":"bob","exp":%d}`, soon), "comes twice"},
		{"sub twice by an escape", raw(`{"sub":"alice","\u0073ub":"bob","exp":%d}`, soon), "comes twice"},
		{"exp twice", raw(`{"sub":"alice","exp":%d,"exp":1}`, soon), "comes twice"},
		{"names in capitals", raw(`{"SUB":"alice","EXP":%d}`, soon), "required"},
		{"payload is a list", raw(`["alice"]`), "not a JSON object"},
		{"payload is null", raw(`null`), "required"},
		{"payload isn't JSON", raw(`sub=alice`), "could not JSON decode claim"},
		{"something after the payload", raw(`{"sub":"alice","exp":%d} {}`, soon), "could not JSON decode claim"},
		{"payload isn't UTF-8", raw("{\"sub\":\"alice\",\"exp\":%d,\"x\":\"\xff\"}", soon), "UTF-8"},
	})
}
