package auth

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// FuzzVerify sends any text through the whole check. Whatever comes back must
// be a valid identity or one of the two errors, the same when asked again.
func FuzzVerify(f *testing.F) {
	v := newTestVerifier(f, secretConfig())
	f.Add(hs(f, good(nil)))
	f.Add(forge(f, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header("none"), good(nil)))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		first, err := v.Verify(token)
		switch {
		case err == nil && (!ValidUser(first.User) || !first.Expires.After(time.Now())):
			t.Fatalf("accepted as %+v", first)
		case err != nil && (err != ErrUnauthorized && err != ErrExpired || first != Identity{}):
			t.Fatalf("%+v, %v", first, err)
		}
		if again, err2 := v.Verify(token); again != first || err2 != err {
			t.Fatalf("first %+v, %v; then %+v, %v", first, err, again, err2)
		}
	})
}

// FuzzClaims signs any header and payload rightly, so that what stands behind
// the signature check is reached. What is accepted must read the same to a
// lenient decoder.
func FuzzClaims(f *testing.F) {
	v := newTestVerifier(f, secretConfig())
	f.Add(`{"alg":"HS256","typ":"JWT"}`, `{"sub":"alice","exp":4102444800}`)
	f.Add(`{"alg":"HS256","crit":["x"]}`, `{"sub":7,"exp":4102444800.5,"aud":["a"]}`)
	f.Add(`{"alg":"none"}`, `{"sub":"a","sub":"b","nbf":1e400}`)
	f.Fuzz(func(t *testing.T, header, payload string) {
		id, err := v.Verify(forge(t, jwt.SigningMethodHS256, []byte(testSecret), header, payload))
		if err != nil {
			return
		}
		lenient := map[string]any{}
		d := json.NewDecoder(strings.NewReader(payload))
		d.UseNumber()
		if err := d.Decode(&lenient); err != nil || fmt.Sprint(lenient["sub"]) != id.User {
			t.Fatalf("%s %s: accepted as %+v, reads as %v, %v", header, payload, id, lenient, err)
		}
		exp, err := lenient["exp"].(json.Number).Float64()
		if err != nil || int64(exp) != id.Expires.Unix() {
			t.Fatalf("%s %s: expires %s, %v", header, payload, id.Expires, err)
		}
	})
}

// FuzzAPIKeys reads any entry of auth.api_keys. One that is taken is shown as it
// is; one that isn't is masked, and the error shows no part that could be a key.
func FuzzAPIKeys(f *testing.F) {
	for _, seed := range []string{"", ":", "shop:" + hashOf("a"), "gk_x:" + hashOf("a"), hashOf("a") + ":shop", "shop:gk_0123456789", "a:b:c", "a b:" + hashOf("a")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, item string) {
		keys, err := NewAPIKeys([]string{item})
		if shown := ShownAPIKeys([]string{item})[0]; (err == nil) != (shown == item) {
			t.Fatalf("%q, %v: shown as %q", item, err, shown)
		}
		if err == nil {
			if k := keys.keys[0]; item != k.name+":"+hex.EncodeToString(k.hash[:]) {
				t.Fatalf("%q is taken for %+v", item, k)
			}
			return
		}
		name, _, _ := strings.Cut(item, ":")
		text := strings.ReplaceAll(err.Error(), " of "+name+" ", "") // it may name the backend
		for _, part := range strings.Split(item, ":") {
			if strings.HasPrefix(part, apiKeyPrefix) && len(part) > len(apiKeyPrefix) && strings.Contains(text, part) {
				t.Fatalf("%q: %v", item, err)
			}
		}
	})
}
