package httpapi

import (
	"net/url"
	"strings"
	"testing"
)

// What is accepted is read as net/url reads it, and holds no key twice.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "a=1&b=2", "to=a%40b&limit=20", "a", "=", "&&", "a=1&a=2", "a=%zz", "a+b=c+d", "a=b=c", strings.Repeat("x&", 40)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var q query
		if err := q.parse(raw); err != nil || strings.Contains(raw, ";") { // net/url refuses semicolons
			return
		}
		want, err := url.ParseQuery(raw)
		if err != nil || len(want) != len(q.params) {
			t.Fatalf("%q: %v, want %v, %v", raw, q.params, want, err)
		}
		for key, values := range want {
			if got, given := q.get(key); !given || len(values) != 1 || got != values[0] {
				t.Errorf("%q: %q is %q, want %q", raw, key, got, values)
			}
		}
	})
}
