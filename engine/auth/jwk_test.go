package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
)

func TestParseKeySet(t *testing.T) {
	for method, key := range signers() {
		for name, change := range map[string]fields{
			"bare":    nil,
			"named":   {"kid": "k"},
			"for us":  {"use": "sig", "alg": method.Alg(), "key_ops": []string{"sign", "verify"}},
			"chatty":  {"x5c": []string{"AAAA"}, "x5u": "http://127.0.0.1:1/", "exp": 1, "nested": fields{"d": 1}},
			"unnamed": {"kid": ""},
		} {
			set, err := parseKeySet(setOf(t, jwkOf(t, key.Public(), change)))
			if err != nil || len(set.keys) != 1 || len(set.skipped) != 0 {
				t.Errorf("%s, %s: %+v, %v", method.Alg(), name, set, err)
				continue
			}
			id, _ := change["kid"].(string)
			if want := (publicKey{id, method.Alg(), key.Public()}); !set.keys[0].equal(want) {
				t.Errorf("%s, %s: %+v", method.Alg(), name, set.keys[0])
			}
		}
	}
}

func TestKeysThatAreLeftOut(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	modulus := func(bits uint) *rsa.PublicKey {
		n := new(big.Int).Lsh(big.NewInt(1), bits-1)
		return &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}
	}
	b64 := base64.RawURLEncoding.EncodeToString
	ec, ed, rs := ecKey().Public(), edKey().Public(), rsaKey().Public()
	for name, test := range map[string]struct {
		key  fields
		want string
	}{
		"unknown kty":    {fields{"kty": "AKP", "alg": "ML-DSA-44"}, `kty "AKP" is not supported`},
		"no kty":         {jwkOf(t, ec, fields{"kty": nil}), `kty "" is not supported`},
		"symmetric":      {fields{"kty": "oct", "k": b64([]byte(testSecret)), "alg": "HS256"}, `kty "oct" is not supported`},
		"kty of another": {jwkOf(t, ec, fields{"kty": "RSA"}), "n is missing"},
		"for encryption": {jwkOf(t, rs, fields{"use": "enc"}), `use is "enc"`},
		"not to verify":  {jwkOf(t, rs, fields{"key_ops": []string{"encrypt"}}), "key_ops"},
		"no operation":   {jwkOf(t, rs, fields{"key_ops": []string{}}), "key_ops"},
		"other alg":      {jwkOf(t, rs, fields{"alg": "RSA-OAEP"}), `alg "RSA-OAEP" is not supported for such a key; allowed is RS256`},
		"alg of HMAC":    {jwkOf(t, rs, fields{"alg": "HS256"}), "allowed is RS256"},
		"alg none":       {jwkOf(t, ed, fields{"alg": "none"}), "allowed is EdDSA"},
		"alg of RSA":     {jwkOf(t, ec, fields{"alg": "RS256"}), "allowed is ES256"},
		"private":        {jwkOf(t, ec, fields{"d": "AAAA"}), "it is a private key"},
		"long kid":       {jwkOf(t, ec, fields{"kid": strings.Repeat("k", 257)}), "kid of 257 bytes"},
		"kid is an int":  {jwkOf(t, ec, fields{"kid": 1}), "kid: json"},
		"RSA 1024":       {jwkOf(t, modulus(1024), nil), "1024 bits is too short"},
		"RSA 16384":      {jwkOf(t, modulus(16384), nil), "16384 bits is too long"},
		"e is 1":         {jwkOf(t, rs, fields{"e": b64([]byte{1})}), "e is not an odd number"},
		"e is even":      {jwkOf(t, rs, fields{"e": b64([]byte{4})}), "e is not an odd number"},
		"e is huge":      {jwkOf(t, rs, fields{"e": b64([]byte{1, 0, 0, 0, 0, 0, 0, 0, 1})}), "e is not an odd number"},
		"P-384":          {jwkOf(t, p384.Public(), nil), `crv "P-384" is not supported`},
		"off the curve":  {jwkOf(t, ec, fields{"y": b64(make([]byte, 32))}), ""},
		"x too short":    {jwkOf(t, ec, fields{"x": b64(make([]byte, 31))}), "x has 31 bytes"},
		"no y":           {jwkOf(t, ec, fields{"y": nil}), "y is missing"},
		"Ed448":          {jwkOf(t, ed, fields{"crv": "Ed448"}), `crv "Ed448" is not supported`},
		"Ed25519 short":  {jwkOf(t, ed, fields{"x": b64(make([]byte, 31))}), "x has 31 bytes"},
		"padded":         {jwkOf(t, ed, fields{"x": base64.URLEncoding.EncodeToString(make([]byte, 32))}), "x is not base64url"},
	} {
		set, err := parseKeySet(setOf(t, test.key, named(t, ec, "good")))
		if err != nil || len(set.keys) != 1 || set.keys[0].id != "good" || len(set.skipped) != 1 {
			t.Errorf("%s: %+v, %v", name, set, err)
			continue
		}
		if got := set.skipped[0].Error(); !strings.HasPrefix(got, "key number 1: ") || !strings.Contains(got, test.want) {
			t.Errorf("%s: left out because of %q, want %q", name, got, test.want)
		}
	}
}

func TestBadKeySets(t *testing.T) {
	for text, want := range map[string]string{
		``:                      "not a JSON object",
		`[]`:                    "not a JSON object",
		`null`:                  "not a JSON object",
		`<html></html>`:         "not a JSON object",
		`{}`:                    `"keys" is missing`,
		`{"Keys":[]}`:           `"keys" is missing`,
		`{"keys":null}`:         `"keys" is missing`,
		`{"keys":{}}`:           "cannot unmarshal",
		`{"keys":[]`:            "EOF",
		`{"keys":[],"keys":[]}`: "comes twice",
		`{"keys":[]} x`:         "something follows",
		"{\"keys\":[\"\xff\"]}": "not UTF-8",
	} {
		if set, err := parseKeySet([]byte(text)); err == nil || set != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v, want %q", text, set, err, want)
		}
	}
	set, err := parseKeySet([]byte(`{"keys":[1,null,"x",[],{},{"kty":"EC","kty":"RSA"}],"more":{}}`))
	if err != nil || len(set.keys) != 0 || len(set.skipped) != 6 {
		t.Errorf("%+v, %v", set, err)
	}
}

// FuzzKeySet reads any text. Every key that comes out must be one that can be
// written and read again.
func FuzzKeySet(f *testing.F) {
	for _, key := range signers() {
		f.Add(setOf(f, named(f, key.Public(), "k")))
	}
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AAAA"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := parseKeySet(text)
		if err != nil {
			return
		}
		for _, k := range set.keys {
			again, err := json.Marshal(jwkOf(t, k.key, fields{"kid": k.id, "alg": k.alg}))
			if err != nil {
				t.Fatal(err)
			}
			if back, err := parseJWK(again); err != nil || !back.equal(k) {
				t.Fatalf("%+v: %+v, %v", k, back, err)
			}
		}
	})
}
