package storage

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func TestParseKeys(t *testing.T) {
	a, b := testKey("a"), testKey("2026-11_b.c")
	for text, want := range map[string][]Key{
		"":         nil,
		" \n#x\n,": nil,
		a.Text():   {a},
		"# now, and before\n" + a.Text() + "\r\n\n  " + b.Text() + "  \n": {a, b},
		b.Text() + "," + a.Text(): {b, a},
	} {
		if got, err := ParseKeys(text); !slices.Equal(got, want) || err != nil {
			t.Errorf("%d keys, %v; want %d", len(got), err, len(want))
		}
	}
}

// What is refused is described without a byte of a secret.
func TestParseKeysRefuses(t *testing.T) {
	a := testKey("a")
	secret := strings.TrimPrefix(a.Text(), "a:")
	for _, text := range []string{
		secret, ":" + secret, "A:" + secret, "a b:" + secret, secret + ":" + secret, strings.Repeat("a", 33) + ":" + secret,
		"a:", "a:" + secret[:40], "a:" + secret + secret, "a:!" + secret[1:], "a:" + secret[:43], "a:" + secret[:42] + "P=",
		"a:" + secret + "\nb:" + secret[1:], a.Text() + "\n" + a.Text(), "a=" + secret,
	} {
		_, err := ParseKeys(text)
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if strings.Contains(err.Error(), secret[:8]) || strings.Contains(err.Error(), secret[10:20]) {
			t.Errorf("secret in %q", err)
		}
	}
}

func TestNewKey(t *testing.T) {
	a, err := NewKey("a")
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewKey("a")
	if err != nil || a.Secret == b.Secret || a.Secret == [keyBytes]byte{} {
		t.Errorf("not random: %v", err)
	}
	if _, err := NewKey("no:id"); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	if got, err := ParseKeys(a.Text()); !slices.Equal(got, []Key{a}) || err != nil {
		t.Error("the text isn't read as the key", err)
	}
}

// However a key is printed, its secret isn't.
func TestKeyIsHidden(t *testing.T) {
	k := testKey("a")
	var out bytes.Buffer
	o := Options{Keys: []Key{k}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, k)
		fmt.Fprintf(&out, verb, &k)
		fmt.Fprintf(&out, verb, o.Keys)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", k, "keys", o.Keys)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", k, "keys", o.Keys)
	text, err := json.Marshal(o.Keys)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	for _, secret := range []string{
		string(k.Secret[:4]), fmt.Sprintf("%x", k.Secret[:4]), fmt.Sprint(k.Secret[:4])[1:9],
		strings.ReplaceAll(fmt.Sprint(k.Secret[:4])[1:9], " ", ","),
		base64.StdEncoding.EncodeToString(k.Secret[:])[:8],
	} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is in %q", secret, out.String())
		}
	}
}
