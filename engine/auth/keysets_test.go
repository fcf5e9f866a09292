package auth

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// issuer answers for an address without a network, so that a test can stand
// still in time.
type issuer struct {
	mu    sync.Mutex
	set   []byte
	err   error
	calls int
}

func (i *issuer) RoundTrip(*http.Request) (*http.Response, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls++
	if i.err != nil {
		return nil, i.err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(i.set))}, nil
}

func (i *issuer) publish(set []byte, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.set, i.err = set, err
}

func (i *issuer) called() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.calls
}

const testRefresh = 10 * time.Minute

func urlConfig() Config {
	return Config{Mode: ModeJWT, JWKSURL: "https://login.example.com/keys", JWKSRefresh: testRefresh}
}

// newIssued returns a verifier that asks i, not yet started.
func newIssued(t testing.TB, c Config, i *issuer) *Verifier {
	t.Helper()
	v := newTestVerifier(t, c)
	v.sets.sources[0].(*urlSource).client.Transport = i
	return v
}

// withIssuer runs test in a bubble, on a verifier that was started with keys.
func withIssuer(t *testing.T, c Config, keys []fields, test func(*testing.T, *Verifier, *issuer)) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{set: setOf(t, keys...)}
		v := newIssued(t, c, i)
		if err := v.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		test(t, v, i)
	})
}

func accepts(t *testing.T, v *Verifier, what, token string) {
	t.Helper()
	for range 2 { // checked, then remembered
		if _, err := v.Verify(token); err != nil {
			_, err = v.verify(token)
			t.Errorf("%s is refused: %v", what, err)
		}
	}
}

func refuses(t *testing.T, v *Verifier, what, token string) {
	t.Helper()
	for range 2 {
		if id, err := v.Verify(token); err != ErrUnauthorized || id != (Identity{}) {
			t.Errorf("%s: %+v, %v", what, id, err)
		}
	}
}

// pass lets that much of the bubble's time go by and everything happen in it.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestKeysOfASet(t *testing.T) {
	var keys []fields
	for method, key := range signers() {
		keys = append(keys, named(t, key.Public(), "id of "+method.Alg()))
	}
	withIssuer(t, urlConfig(), keys, func(t *testing.T, v *Verifier, i *issuer) {
		for method, key := range signers() {
			h := header(method.Alg())
			accepts(t, v, "no kid", forge(t, method, key, h, good(nil)))
			h["kid"] = "id of " + method.Alg()
			accepts(t, v, "its kid", forge(t, method, key, h, good(nil)))
		}
		if i.called() != 1 {
			t.Errorf("%d calls", i.called())
		}
	})
}

func TestKeySetBesidePEM(t *testing.T) {
	pem := newEC(t)
	c := urlConfig()
	c.PublicKeys = publicPEM(t, pem.Public())
	withIssuer(t, c, []fields{named(t, ecKey().Public(), "a")}, func(t *testing.T, v *Verifier, _ *issuer) {
		accepts(t, v, "key of the set", es(t, ecKey(), "a"))
		accepts(t, v, "key of the set, no kid", es(t, ecKey(), nil))
		accepts(t, v, "PEM, no kid", es(t, pem, nil))
		accepts(t, v, "PEM, a kid of its own", es(t, pem, "mine"))
		refuses(t, v, "PEM, kid of the set", es(t, pem, "a"))
		refuses(t, v, "key of the set, kid of nobody", es(t, ecKey(), "mine"))
	})
}

func TestTokensBeforeTheSetIsRead(t *testing.T) {
	v := newTestVerifier(t, urlConfig())
	refuses(t, v, "not started", es(t, ecKey(), nil))
	v.Close()
}

func TestRotationOfKeys(t *testing.T) {
	next := newEC(t)
	a, b := named(t, ecKey().Public(), "a"), named(t, next.Public(), "b")
	withIssuer(t, urlConfig(), []fields{a}, func(t *testing.T, v *Verifier, i *issuer) {
		before := v.current.Load()
		pass(testRefresh)
		if i.called() != 2 || v.current.Load() != before {
			t.Errorf("%d calls; the memory must outlive a set that stays the same", i.called())
		}
		i.publish(setOf(t, a, b), nil)
		pass(testRefresh)
		accepts(t, v, "old key", es(t, ecKey(), "a"))
		accepts(t, v, "new key", es(t, next, "b"))
		i.publish(setOf(t, b), nil)
		pass(testRefresh)
		if i.called() != 4 {
			t.Errorf("%d calls", i.called())
		}
		accepts(t, v, "new key", es(t, next, "b"))
		refuses(t, v, "withdrawn key", es(t, ecKey(), "a"))
	})
}

func TestRememberedTokenOfAKeyThatIsGone(t *testing.T) {
	next := newEC(t)
	withIssuer(t, urlConfig(), []fields{named(t, ecKey().Public(), "a")}, func(t *testing.T, v *Verifier, i *issuer) {
		claims := good(jwt.MapClaims{"exp": time.Now().Add(24 * time.Hour).Unix()})
		token := forge(t, jwt.SigningMethodES256, ecKey(), header("ES256"), claims)
		accepts(t, v, "key that is there", token)
		i.publish(setOf(t, named(t, next.Public(), "b")), nil)
		pass(testRefresh)
		refuses(t, v, "key that is gone", token)
		i.publish(setOf(t), nil)
		pass(testRefresh)
		refuses(t, v, "no key at all", es(t, next, "b"))
	})
}

func TestKeysStayWhereTheSetCantBeRead(t *testing.T) {
	many := make([]fields, maxKeys+1)
	for i := range many {
		many[i] = named(t, ecKey().Public(), strings.Repeat("k", i))
	}
	for name, test := range map[string]struct {
		set  []byte
		err  error
		want string
	}{
		"no answer":     {nil, errors.New("connection refused"), "connection refused"},
		"no set":        {[]byte("<html>"), nil, "not a key set"},
		"too many keys": {setOf(t, many...), nil, "17 keys of ES256 are too many"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			c := urlConfig()
			c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
			withIssuer(t, c, []fields{named(t, ecKey().Public(), "a")}, func(t *testing.T, v *Verifier, i *issuer) {
				good := setOf(t, named(t, ecKey().Public(), "b"))
				i.publish(test.set, test.err)
				pass(3 * testRefresh)
				accepts(t, v, "the key as it was", es(t, ecKey(), "a"))
				if got := log.String(); strings.Count(got, "level=WARN") != 3 || !strings.Contains(got, test.want) {
					t.Errorf("logged:\n%s", got)
				}
				i.publish(good, nil)
				pass(testRefresh)
				accepts(t, v, "the key when it can be read again", es(t, ecKey(), "b"))
			})
		})
	}
}

func TestUnknownKidAsksForTheSet(t *testing.T) {
	next := newEC(t)
	a, b := named(t, ecKey().Public(), "a"), named(t, next.Public(), "b")
	withIssuer(t, urlConfig(), []fields{a}, func(t *testing.T, v *Verifier, i *issuer) {
		i.publish(setOf(t, a, b), nil)
		refuses(t, v, "kid that isn't known yet", es(t, next, "b"))
		pass(0)
		if i.called() != 2 {
			t.Errorf("%d calls", i.called())
		}
		accepts(t, v, "kid that was asked for", es(t, next, "b"))
		for range 100 {
			refuses(t, v, "made up", es(t, next, "c"))
			pass(time.Second)
		}
		if i.called() != 2+3 { // after 30, 60 and 90 s
			t.Errorf("%d calls in 100 s", i.called())
		}
	})
}

func TestWhatDoesNotAskForTheSet(t *testing.T) {
	withIssuer(t, urlConfig(), []fields{named(t, ecKey().Public(), "a")}, func(t *testing.T, v *Verifier, i *issuer) {
		stranger := newEC(t)
		refuses(t, v, "bad signature", es(t, stranger, "a"))
		refuses(t, v, "bad signature, no kid", es(t, stranger, nil))
		refuses(t, v, "empty kid", es(t, stranger, ""))
		refuses(t, v, "endless kid", es(t, stranger, strings.Repeat("k", maxClaimBytes+1)))
		refuses(t, v, "kid that isn't a text", es(t, stranger, 7))
		refuses(t, v, "bad header", forge(t, jwt.SigningMethodES256, stranger, `{"alg":"ES256","kid":"z","crit":["x"]}`, good(nil)))
		refuses(t, v, "another algorithm", hs(t, good(nil)))
		pass(time.Minute)
		if i.called() != 1 {
			t.Errorf("%d calls", i.called())
		}
	})
}

func TestStartFails(t *testing.T) {
	weak := jwkOf(t, ecKey().Public(), fields{"use": "enc"})
	for name, test := range map[string]struct {
		set  []byte
		err  error
		want string
	}{
		"no answer":     {nil, errors.New("connection refused"), `Get "https://login.example.com/keys": connection refused`},
		"no set":        {[]byte("hello"), nil, "not a key set: not a JSON object"},
		"empty":         {[]byte{}, nil, "not a key set"},
		"no keys":       {setOf(t), nil, "no key of the set can be used"},
		"no usable key": {setOf(t, weak), nil, `key number 1: its use is "enc", not sig`},
	} {
		v := newIssued(t, urlConfig(), &issuer{set: test.set, err: test.err})
		err := v.Start(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), "auth.jwks_url: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		v.Close()
		v.Close()
	}
	v := newTestVerifier(t, Config{Mode: ModeJWT, JWKSFile: "/nowhere/keys.json", JWKSRefresh: time.Second})
	if err := v.Start(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "auth.jwks_file: open /nowhere/keys.json") {
		t.Error(err)
	}
}

func TestStartIsCutShort(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := urlConfig()
	c.JWKSURL = "http://127.0.0.1:1/keys"
	if err := newTestVerifier(t, c).Start(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestStartWithoutSetsDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which ends only when no goroutine is left
		v := newTestVerifier(t, secretConfig())
		if err := v.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		accepts(t, v, "token of the secret", hs(t, good(nil)))
		if err := newTestVerifier(t, Config{Mode: ModeDev}).Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSetsOfBothKinds(t *testing.T) {
	next := newEC(t)
	c := urlConfig()
	c.JWKSFile = tempFile(t, setOf(t, named(t, next.Public(), "f")))
	withIssuer(t, c, []fields{named(t, ecKey().Public(), "u")}, func(t *testing.T, v *Verifier, i *issuer) {
		i.publish(nil, errors.New("gone"))
		pass(testRefresh)
		accepts(t, v, "key of the file", es(t, next, "f"))
		accepts(t, v, "key of the address", es(t, ecKey(), "u"))
		refuses(t, v, "each under the other's name", es(t, next, "u"))
	})
}
