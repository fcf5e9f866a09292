package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

func hashOf(key string) string {
	hash := sha256.Sum256([]byte(key))
	return hex.EncodeToString(hash[:])
}

func TestFindAPIKey(t *testing.T) {
	long := strings.Repeat("x", maxAPIKeyBytes+1)
	keys, err := NewAPIKeys([]string{"first:" + hashOf("a"), "second:" + hashOf("b"), "long:" + hashOf(long)})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"a": "first", "b": "second", "": "", "c": "", "A": "", "a ": "", "first": "", hashOf("a"): "", "first:" + hashOf("a"): "", long: "",
	} {
		if name, ok := keys.Find(key); name != want || ok != (want != "") {
			t.Errorf("Find(%.20q) = %q, %t", key, name, ok)
		}
	}
}

func TestNoAPIKeys(t *testing.T) {
	none, err := NewAPIKeys(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range []*APIKeys{nil, none} {
		if name, ok := keys.Find(""); name != "" || ok {
			t.Error(name, ok)
		}
	}
}

func TestNewAPIKeysRefuses(t *testing.T) {
	hash := hashOf("a")
	many := make([]string, maxAPIKeys+1)
	for i := range many {
		many[i] = fmt.Sprintf("n%d:%s", i, hashOf(fmt.Sprint(i)))
	}
	for name, test := range map[string]struct {
		list []string
		want string
	}{
		"empty":        {[]string{""}, "number 1: this is not name:hash"},
		"a key itself": {[]string{"gk_hunter2"}, "this is not name:hash"},
		"no name":      {[]string{":" + hash}, "the name is not allowed"},
		"blank":        {[]string{"a b:" + hash}, "the name is not allowed"},
		"long name":    {[]string{strings.Repeat("n", 65) + ":" + hash}, "is not allowed; allowed are 1 to 64"},
		"mixed up":     {[]string{"gk_hunter2:a"}, "a key stands in the place of its name"},
		"mixed up too": {[]string{"hunter2/+=:a"}, "the name is not allowed"},
		"plain key":    {[]string{"ok:" + hash, "a:gk_hunter2"}, "number 2: the hash of a is not 64 lower-case hexadecimal digits"},
		"capitals":     {[]string{"a:" + strings.ToUpper(hash)}, "is not 64 lower-case"},
		"short":        {[]string{"a:" + hash[1:]}, "is not 64 lower-case"},
		"long":         {[]string{"a:" + hash + "0"}, "is not 64 lower-case"},
		"two colons":   {[]string{"a:" + hash + ":"}, "is not 64 lower-case"},
		"not hex":      {[]string{"a:" + strings.Repeat("g", 64)}, "is not 64 lower-case"},
		"name twice":   {[]string{"a:" + hash, "a:" + hashOf("b")}, "the name a comes twice"},
		"hash twice":   {[]string{"a:" + hash, "b:" + hash}, "b has the hash of a"},
		"too many":     {many, "257 keys are too many; allowed is 256"},
	} {
		keys, err := NewAPIKeys(test.list)
		if err == nil || keys != nil || !strings.HasPrefix(err.Error(), "auth.api_keys: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the key is shown: %v", name, err)
		}
	}
}

func TestNewAPIKey(t *testing.T) {
	key, entry, err := NewAPIKey("billing")
	if err != nil || !strings.HasPrefix(key, "gk_") || len(key) != len("gk_")+43 {
		t.Fatalf("%q, %v", key, err)
	}
	keys, err := NewAPIKeys([]string{entry})
	if err != nil {
		t.Fatal(err)
	}
	if name, ok := keys.Find(key); name != "billing" || !ok {
		t.Errorf("%q, %t", name, ok)
	}
	if other, _, _ := NewAPIKey("billing"); other == key {
		t.Error("the same key again")
	}
	if _, _, err := NewAPIKey("a:b"); err == nil || !strings.Contains(err.Error(), `"a:b" is not a name`) {
		t.Error(err)
	}
}

func BenchmarkFindAPIKey(b *testing.B) {
	list := make([]string, 16)
	for i := range list {
		list[i] = fmt.Sprintf("n%d:%s", i, hashOf(fmt.Sprint(i)))
	}
	keys, err := NewAPIKeys(list)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		keys.Find("gk_0123456789012345678901234567890123456789012")
	}
}
