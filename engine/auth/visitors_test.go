package auth

import (
	"bytes"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var visitorsKey = bytes.Repeat([]byte("v"), MinSecretBytes)

func newTestVisitors(t testing.TB) *Visitors {
	t.Helper()
	s, err := NewVisitors(Config{Reserved: "system"}, visitorsKey, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// visitorsHeader is as Mint writes it, with changes.
func visitorsHeader(change map[string]any) map[string]any {
	h := map[string]any{"alg": "HS256", "typ": "JWT", "kid": visitorKID}
	maps.Copy(h, change)
	return h
}

// visitorsClaims are as Mint writes them, with changes.
func visitorsClaims(change jwt.MapClaims) jwt.MapClaims {
	claims := good(jwt.MapClaims{"sub": "visitor_a", "role": RoleVisitor, "iss": visitorIssuer, "jti": "j"})
	for name, value := range change {
		if value == nil {
			delete(claims, name)
		} else {
			claims[name] = value
		}
	}
	return claims
}

func TestVisitorsTokens(t *testing.T) {
	for name, c := range map[string]Config{
		"dev without a key": {Mode: ModeDev},
		"a secret":          secretConfig(),
		"an issuer":         {Mode: ModeJWT, Secret: []byte(testSecret), Issuer: "site", Audience: "chat"},
		"public keys":       {Mode: ModeJWT, PublicKeys: publicPEM(t, rsaKey().Public())},
		"short lives":       {Mode: ModeJWT, Secret: []byte(testSecret), MaxTTL: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			v := newTestVerifier(t, c)
			visitors, err := NewVisitors(c, visitorsKey, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			v.Accept(visitors)
			token, expires, err := visitors.Mint("visitor_a")
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // checked, then remembered
				id, err := v.Verify(token)
				if err != nil || id.User != "visitor_a" || id.Role != RoleVisitor || !id.Own || id.ID == "" || !id.Expires.Equal(expires.Add(c.Leeway)) {
					t.Fatalf("Verify = %+v, %v; expires %v", id, err, expires)
				}
			}
			if until := time.Until(expires); until < 59*time.Minute || until > time.Hour {
				t.Errorf("expires in %s", until)
			}
			v.Revocations().Revoke(Revocation{User: "visitor_a", Before: time.Now().Add(time.Second)})
			if _, err := v.Verify(token); err != ErrUnauthorized {
				t.Errorf("after the revocation: %v", err)
			}
		})
	}
}

// A site may restrict a user by the same role; that is no token of ours.
func TestSitesVisitor(t *testing.T) {
	v := newTestVerifier(t, secretConfig())
	v.Accept(newTestVisitors(t))
	id, err := v.Verify(hs(t, good(jwt.MapClaims{"role": RoleVisitor})))
	if err != nil || id.Role != RoleVisitor || id.Own {
		t.Errorf("Verify = %+v, %v", id, err)
	}
}

func TestAttacksOnVisitorsTokens(t *testing.T) {
	v := newTestVerifier(t, secretConfig())
	v.Accept(newTestVisitors(t))
	site := []byte(testSecret)
	with := func(change jwt.MapClaims) string {
		return forge(t, jwt.SigningMethodHS256, visitorsKey, visitorsHeader(nil), visitorsClaims(change))
	}
	headed := func(key []byte, change map[string]any) string {
		return forge(t, jwt.SigningMethodHS256, key, visitorsHeader(change), visitorsClaims(nil))
	}
	mine := with(nil)
	if _, err := v.Verify(mine); err != nil {
		t.Fatal("the forged ones would be refused for nothing:", err)
	}
	soon := time.Now().Add(time.Hour).Unix()
	refuseBy(t, v, []attack{
		// Another key.
		{"the site's key under our kid", headed(site, nil), "signature is invalid"},
		{"an empty key", headed([]byte{}, nil), "signature is invalid"},
		{"a key of our length", headed(bytes.Repeat([]byte("w"), MinSecretBytes), nil), "signature is invalid"},
		{"stripped", mine[:strings.LastIndexByte(mine, '.')+1], "signature is invalid"},
		// Another algorithm.
		{"none", forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, visitorsHeader(map[string]any{"alg": "none"}), visitorsClaims(nil)), "method none is invalid"},
		{"none with a true signature", headed(visitorsKey, map[string]any{"alg": "none"}), "method none is invalid"},
		{"HS384", forge(t, jwt.SigningMethodHS384, visitorsKey, visitorsHeader(map[string]any{"alg": "HS384"}), visitorsClaims(nil)), "method HS384 is invalid"},
		{"RS256", forge(t, jwt.SigningMethodRS256, rsaKey(), visitorsHeader(map[string]any{"alg": "RS256"}), visitorsClaims(nil)), "method RS256 is invalid"},
		// Our key where the site's belongs.
		{"our key without a kid", forge(t, jwt.SigningMethodHS256, visitorsKey, header("HS256"), visitorsClaims(nil)), "signature is invalid"},
		{"our key under another kid", headed(visitorsKey, map[string]any{"kid": "site"}), "signature is invalid"},
		{"our key under our kid in capitals", headed(visitorsKey, map[string]any{"kid": "GANNET-VISITOR"}), "signature is invalid"},
		{"our key with a blank after the kid", headed(visitorsKey, map[string]any{"kid": visitorKID + " "}), "signature is invalid"},
		{"our key with a list of kids", headed(visitorsKey, map[string]any{"kid": []string{visitorKID}}), "signature is invalid"},
		// Two readings of the header.
		{"two kids, ours last", forge(t, jwt.SigningMethodHS256, visitorsKey, `{"alg":"HS256","kid":"site","kid":"gannet-visitor"}`, visitorsClaims(nil)), "comes twice"},
		{"two kids, ours first", forge(t, jwt.SigningMethodHS256, visitorsKey, `{"alg":"HS256","kid":"gannet-visitor","kid":"site"}`, visitorsClaims(nil)), "comes twice"},
		{"crit", headed(visitorsKey, map[string]any{"crit": []string{"exp"}}), "crit"},
		{"two algorithms", forge(t, jwt.SigningMethodHS256, visitorsKey, `{"alg":"none","alg":"HS256","kid":"gannet-visitor"}`, visitorsClaims(nil)), ""},
		// More than a visitor, or for longer, even with our key.
		{"no role", with(jwt.MapClaims{"role": nil}), "the role"},
		{"agent", with(jwt.MapClaims{"role": "agent"}), "the role"},
		{"supervisor", with(jwt.MapClaims{"role": "supervisor"}), "the role"},
		{"Visitor", with(jwt.MapClaims{"role": "Visitor"}), "the role"},
		{"two roles", forge(t, jwt.SigningMethodHS256, visitorsKey, visitorsHeader(nil), `{"sub":"visitor_a","role":"visitor","role":"agent","iss":"gannet","jti":"j"}`), "comes twice"},
		{"the system user", with(jwt.MapClaims{"sub": "system"}), "reserved"},
		{"another issuer", with(jwt.MapClaims{"iss": "site"}), "issuer"},
		{"no issuer", with(jwt.MapClaims{"iss": nil}), "iss"},
		{"no jti", with(jwt.MapClaims{"jti": nil}), "jti"},
		{"no iat", with(jwt.MapClaims{"iat": nil}), "iat"},
		{"no exp", with(jwt.MapClaims{"exp": nil}), "exp"},
		{"too long a life", with(jwt.MapClaims{"exp": soon + 60}), "lives longer"},
		{"from the future", with(jwt.MapClaims{"iat": soon, "exp": soon + 60}), "used before issued"},
		{"nbf", with(jwt.MapClaims{"nbf": 1}), "nbf"},
		{"aud", with(jwt.MapClaims{"aud": "chat"}), "aud"},
		{"no sub", with(jwt.MapClaims{"sub": nil}), "sub"},
		{"sub isn't a user", with(jwt.MapClaims{"sub": "a b"}), "claim sub"},
	})
}

// Where there are no visitors, what has their mark is refused, whoever signed it.
func TestVisitorsTokensWithoutVisitors(t *testing.T) {
	h := header("HS256")
	h["kid"] = visitorKID
	token, _, err := newTestVisitors(t).Mint("visitor_a")
	if err != nil {
		t.Fatal(err)
	}
	refuseBy(t, newTestVerifier(t, secretConfig()), []attack{
		{"ours", token, "kid marks"},
		{"the site's", forge(t, jwt.SigningMethodHS256, []byte(testSecret), h, good(nil)), "kid marks"},
	})
}

// The key of another server, such as one before its data was lost, is worth
// nothing here.
func TestVisitorsOfAnotherServer(t *testing.T) {
	other, err := NewVisitors(Config{}, bytes.Repeat([]byte("o"), MinSecretBytes), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := other.Mint("visitor_a")
	if err != nil {
		t.Fatal(err)
	}
	v := newTestVerifier(t, secretConfig())
	v.Accept(newTestVisitors(t))
	refuseBy(t, v, []attack{{"another server's", token, "signature is invalid"}})
}

func TestVisitorsTokensExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, visitors := newTestVerifier(t, secretConfig()), newTestVisitors(t)
		v.Accept(visitors)
		token, _, err := visitors.Mint("visitor_a")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour - time.Second)
		if _, err := v.Verify(token); err != nil {
			t.Error("before its end:", err)
		}
		time.Sleep(2 * time.Second)
		if _, err := v.Verify(token); !errors.Is(err, ErrExpired) {
			t.Error("after its end:", err)
		}
	})
}

func TestNewVisitors(t *testing.T) {
	for _, c := range []struct {
		key []byte
		ttl time.Duration
	}{{visitorsKey[1:], time.Hour}, {nil, time.Hour}, {visitorsKey, 0}, {visitorsKey, time.Millisecond}, {visitorsKey, 1500 * time.Millisecond}} {
		if s, err := NewVisitors(Config{}, c.key, c.ttl); err == nil || s != nil {
			t.Errorf("%d bytes, %s: accepted", len(c.key), c.ttl)
		}
	}
	for _, user := range []string{"", "a b", "system", strings.Repeat("a", 65)} {
		if token, _, err := newTestVisitors(t).Mint(user); err == nil || token != "" {
			t.Errorf("%q: minted", user)
		}
	}
}

// A revocation of the site's short tokens has to outlive those of visitors, too.
func TestOutlivedByVisitors(t *testing.T) {
	now := time.Now()
	for ttl, want := range map[time.Duration]time.Time{
		0: {}, time.Minute: now.Add(time.Hour + 2*time.Second), 2 * time.Hour: now.Add(2*time.Hour + 2*time.Second),
	} {
		c := secretConfig()
		c.MaxTTL, c.Leeway = ttl, time.Second
		v := newTestVerifier(t, c)
		visitors, err := NewVisitors(c, visitorsKey, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		v.Accept(visitors)
		if got := v.Outlived(now); !got.Equal(want) {
			t.Errorf("max_ttl %s: %v, want %v", ttl, got, want)
		}
	}
}
