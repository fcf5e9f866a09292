package signature_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"gannet/engine/internal/signature"
)

var (
	secret = []byte("whsec_example")
	at     = time.Unix(1_760_000_000, 987_000_000)
	body   = []byte(`{"events":[]}`)
)

// The expected value was made with another program:
// printf '1760000000.{"events":[]}' | openssl dgst -sha256 -hmac whsec_example
func TestHeader(t *testing.T) {
	const want = "v1=ffa324376172045a7d56cdddd7c8b56a41855e9bd2ac297324d618a868a4aae9"
	if got := signature.Header(secret, at, body); got != want {
		t.Errorf("Header = %s, want %s", got, want)
	}
	h := http.Header{}
	signature.Set(h, secret, at, body)
	if h.Get("Gannet-Timestamp") != "1760000000" || h.Get("Gannet-Signature") != want {
		t.Errorf("Set: %v", h)
	}
}

func TestCheck(t *testing.T) {
	good := signature.Header(secret, at, body)
	other := signature.Header([]byte("another"), at, body)
	for _, c := range []struct {
		name, timestamp, signature string
		body                       []byte
		now                        time.Time
		want                       error
	}{
		{"good", "1760000000", good, body, at, nil},
		{"at the edge", "1760000000", good, body, time.Unix(1_760_000_300, 0), nil},
		{"one of several", "1760000000", "v2=00, " + other + " , " + good, body, at, nil},
		{"another body", "1760000000", good, []byte(`{"events":[1]}`), at, signature.ErrMismatch},
		{"another secret", "1760000000", other, body, at, signature.ErrMismatch},
		{"another time", "1760000001", good, body, at, signature.ErrMismatch},
		{"too old", "1760000000", good, body, at.Add(6 * time.Minute), signature.ErrTooOld},
		{"from the future", "1760000000", good, body, at.Add(-6 * time.Minute), signature.ErrTooOld},
		{"no time", "", good, body, at, signature.ErrMalformed},
		{"a date for a time", "2026-01-01", good, body, at, signature.ErrMalformed},
		{"no signature", "1760000000", "", body, at, signature.ErrMismatch},
		{"no version", "1760000000", good[3:], body, at, signature.ErrMismatch},
		{"cut", "1760000000", good[:len(good)-2], body, at, signature.ErrMismatch},
		{"not hexadecimal", "1760000000", "v1=xyz", body, at, signature.ErrMismatch},
	} {
		err := signature.Check(secret, c.timestamp, c.signature, c.body, c.now, 5*time.Minute)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}
