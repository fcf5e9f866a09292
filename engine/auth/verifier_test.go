package auth

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestEachKindOfKey(t *testing.T) {
	for method, key := range signers() {
		t.Run(method.Alg(), func(t *testing.T) {
			signer, err := NewSigner(Config{PrivateKeyFile: tempFile(t, privatePEM(t, key))})
			if err != nil {
				t.Fatal(err)
			}
			token, err := signer.Mint("alice", "admin", time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			v := newTestVerifier(t, Config{Mode: ModeJWT, PublicKeyFile: tempFile(t, publicPEM(t, key.Public()))})
			for range 2 { // checked, then remembered
				id, err := v.Verify(token)
				if err != nil || id.User != "alice" || id.Role != "admin" || id.ID == "" {
					t.Fatalf("Verify = %+v, %v", id, err)
				}
				if ago := time.Since(id.Issued); ago < 0 || ago > time.Minute {
					t.Fatalf("issued %s ago", ago)
				}
				if until := time.Until(id.Expires); until < 59*time.Minute || until > time.Hour {
					t.Fatalf("expires in %s", until)
				}
			}
		})
	}
}

func TestSeveralPublicKeys(t *testing.T) {
	var text []byte
	for _, key := range signers() {
		text = append(text, publicPEM(t, key.Public())...)
	}
	v := newTestVerifier(t, Config{Mode: ModeJWT, PublicKeys: text})
	for method, key := range signers() {
		token := forge(t, method, key, header(method.Alg()), good(nil))
		if _, err := v.Verify(token); err != nil {
			t.Errorf("%s: %v", method.Alg(), err)
		}
	}
}

func TestSubject(t *testing.T) {
	v := newTestVerifier(t, secretConfig())
	for sub, want := range map[any]string{"a.b_c@d-9": "a.b_c@d-9", 42: "42", "0": "0"} {
		id, err := v.Verify(hs(t, good(jwt.MapClaims{"sub": sub})))
		if err != nil || id.User != want {
			t.Errorf("sub %v: %q, %v", sub, id.User, err)
		}
	}
}

func TestIssuerAndAudience(t *testing.T) {
	c := secretConfig()
	c.Issuer, c.Audience = "https://login.example.com", "chat"
	v := newTestVerifier(t, c)
	signer, err := NewSigner(c)
	if err != nil {
		t.Fatal(err)
	}
	minted, err := signer.Mint("alice", "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	several := hs(t, good(jwt.MapClaims{"iss": c.Issuer, "aud": []string{"mail", "chat"}}))
	for _, token := range []string{minted, several} {
		if _, err := v.Verify(token); err != nil {
			t.Error(err)
		}
	}
	for _, wrong := range []jwt.MapClaims{
		{"aud": "chat"},
		{"iss": c.Issuer},
		{"iss": "https://evil.example.com", "aud": "chat"},
		{"iss": c.Issuer, "aud": "chatter"},
		{"iss": c.Issuer, "aud": []string{}},
		{"iss": c.Issuer, "aud": 7},
		{"iss": []string{c.Issuer}, "aud": "chat"},
	} {
		if _, err := v.Verify(hs(t, good(wrong))); err != ErrUnauthorized {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := secretConfig()
		c.Leeway = 30 * time.Second
		v := newTestVerifier(t, c)
		at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
		for _, test := range []struct {
			name  string
			claim jwt.MapClaims
			want  error
		}{
			{"just expired, within the leeway", jwt.MapClaims{"exp": at(-29 * time.Second)}, nil},
			{"expired", jwt.MapClaims{"exp": at(-30 * time.Second)}, ErrExpired},
			{"expired, with a fraction", jwt.MapClaims{"exp": float64(at(-31*time.Second)) + 0.9}, ErrExpired},
			{"nbf within the leeway", jwt.MapClaims{"nbf": at(29 * time.Second)}, nil},
			{"nbf to come", jwt.MapClaims{"nbf": at(31 * time.Second)}, ErrUnauthorized},
			{"iat to come", jwt.MapClaims{"iat": at(31 * time.Second)}, ErrUnauthorized},
			{"expired and not yet valid", jwt.MapClaims{"exp": at(-time.Hour), "nbf": at(time.Hour)}, ErrUnauthorized},
			{"expired and no sub", jwt.MapClaims{"exp": at(-time.Hour), "sub": nil}, ErrUnauthorized},
			{"no iat", jwt.MapClaims{"iat": nil}, nil},
			{"exp with a fraction", jwt.MapClaims{"exp": float64(at(time.Hour)) + 0.5}, nil},
			{"exp in the year 9999", jwt.MapClaims{"exp": maxUnix}, nil},
		} {
			if _, err := v.Verify(hs(t, good(test.claim))); err != test.want {
				t.Errorf("%s: %v, want %v", test.name, err, test.want)
			}
		}
	})
}

func TestRememberedTokenExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestVerifier(t, secretConfig())
		token := hs(t, good(jwt.MapClaims{"exp": time.Now().Add(time.Minute).Unix()}))
		if _, err := v.Verify(token); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute - time.Nanosecond) // the bubble's clock
		if _, err := v.Verify(token); err != nil {
			t.Fatal("a nanosecond before its end:", err)
		}
		time.Sleep(time.Nanosecond)
		if _, err := v.Verify(token); err != ErrExpired {
			t.Fatal("at its end:", err)
		}
	})
}

func TestExpiredIsUnauthorized(t *testing.T) {
	if !errors.Is(ErrExpired, ErrUnauthorized) || errors.Is(ErrUnauthorized, ErrExpired) {
		t.Fatal("ErrExpired must be a special case of ErrUnauthorized")
	}
}

func TestDevModeWithoutKeysRefusesTokens(t *testing.T) {
	v := newTestVerifier(t, Config{Mode: ModeDev})
	for _, token := range []string{"", hs(t, good(nil)), forge(t, jwt.SigningMethodNone,
		jwt.UnsafeAllowNoneSignatureType, header("none"), good(nil))} {
		if _, err := v.Verify(token); err != ErrUnauthorized {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestDevModeWithKeysChecksTokens(t *testing.T) {
	c := secretConfig()
	c.Mode = ModeDev
	if _, err := newTestVerifier(t, c).Verify(hs(t, good(nil))); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkVerify(b *testing.B) {
	for method, key := range signers() {
		v := newTestVerifier(b, Config{Mode: ModeJWT, PublicKeys: publicPEM(b, key.Public())})
		token := forge(b, method, key, header(method.Alg()), good(nil))
		b.Run("first/"+method.Alg(), func(b *testing.B) { benchmarkVerify(b, v.verify, token) })
	}
	v := newTestVerifier(b, secretConfig())
	token := hs(b, good(jwt.MapClaims{"jti": "0123456789abcdef", "role": "user", "iss": "https://login.example.com"}))
	b.Run("first/HS256", func(b *testing.B) { benchmarkVerify(b, v.verify, token) })
	b.Run("again", func(b *testing.B) { benchmarkVerify(b, v.Verify, token) })
	b.Run("again/parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := v.Verify(token); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func benchmarkVerify(b *testing.B, verify func(string) (Identity, error), token string) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verify(token); err != nil {
			b.Fatal(err)
		}
	}
}
