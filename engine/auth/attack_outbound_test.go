package auth

import (
	"crypto/ecdsa"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// TestNothingOfATokenIsFetched: addresses in a token's header and claims are not
// called, by whatever keys the token is checked and whoever signed it.
func TestNothingOfATokenIsFetched(t *testing.T) {
	var calls atomic.Int64
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer trap.Close()
	trap.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			calls.Add(1)
		}
	}
	mine := newEC(t)
	tokens := tokensWithAddresses(t, trap.URL, mine)

	for name, v := range map[string]*Verifier{
		"secret":   newTestVerifier(t, secretConfig()),
		"keys":     newTestVerifier(t, Config{Mode: ModeJWT, PublicKeys: publicPEM(t, ecKey().Public())}),
		"key set":  withSet(t, named(t, ecKey().Public(), "a")),
		"dev mode": newTestVerifier(t, Config{Mode: ModeDev}),
	} {
		for _, token := range tokens {
			refuses(t, v, name, token)
		}
	}
	checkWithIssuer(t, mine, tokens)
	if n := calls.Load(); n != 0 {
		t.Errorf("%d connections to an address that only tokens name", n)
	}
	// The trap works: who calls it is counted.
	resp, err := http.Get(trap.URL)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); calls.Load() != 1 {
		t.Errorf("the trap counts %d calls", calls.Load())
	}
	http.DefaultClient.CloseIdleConnections()
}

// checkWithIssuer holds the tokens against keys that come from an address: an
// unknown kid has that one asked again, and no other.
func checkWithIssuer(t *testing.T, mine *ecdsa.PrivateKey, tokens []string) {
	asked := make(chan struct{}, 1)
	set := setOf(t, named(t, ecKey().Public(), "a"))
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(set)
		select {
		case asked <- struct{}{}:
		default:
		}
	}))
	defer issuer.Close()
	v := newTestVerifier(t, Config{
		Mode: ModeJWT, JWKSURL: issuer.URL, JWKSRefresh: longestRefresh, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err := v.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	<-asked
	for _, token := range tokens {
		refuses(t, v, "issuer", token)
	}
	refuses(t, v, "issuer", es(t, mine, "a kid that nobody has"))
	v.Close() // what was begun has ended
	accepts(t, v, "the issuer's own", es(t, ecKey(), "a"))
}

// tokensWithAddresses are signed by a key that the address would give.
func tokensWithAddresses(t *testing.T, address string, mine *ecdsa.PrivateKey) (tokens []string) {
	t.Helper()
	jwk := named(t, mine.Public(), "a")
	for _, h := range []fields{
		{"jku": address + "/keys.json"},
		{"jku": address + "/keys.json", "kid": "a"},
		{"jku": []string{address}, "kid": "b"},
		{"jku": address, "jwk": jwk},
		{"x5u": address + "/cert.pem"},
		{"x5u": address, "x5t": "AAAA", "x5t#S256": "AAAA"},
		{"kid": address + "/keys.json"},
		{"kid": "file:///dev/null"},
		{"jwk": fields{"kty": "EC", "jku": address, "kid": address}},
		{"iss": address, "url": address, "zip": "DEF", "cty": "JWT"},
		{"crit": []string{"jku"}, "jku": address},
	} {
		h["alg"], h["typ"] = "ES256", "JWT"
		for _, claims := range []jwt.MapClaims{nil, {"iss": address}, {"jku": address, "aud": address}} {
			tokens = append(tokens, forge(t, jwt.SigningMethodES256, mine, h, good(claims)))
		}
	}
	return tokens
}
