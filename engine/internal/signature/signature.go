package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The names of the headers.
const (
	Timestamp = "Gannet-Timestamp" // seconds since 1970
	Signature = "Gannet-Signature" // what Header returns
)

// scheme is the version of how the signature is made up. A receiver takes the
// one it knows, so that another can be sent beside it.
const scheme = "v1="

// What is wrong with a signature. Check returns these.
var (
	ErrMalformed = errors.New("signature: malformed")
	ErrMismatch  = errors.New("signature: mismatch")
	ErrTooOld    = errors.New("signature: time too far from now")
)

// Header returns the value of the header Gannet-Signature for a body that is
// sent at a time: "v1=" and, in hexadecimal, HMAC-SHA256 with the secret over
// the time in seconds since 1970, a full stop and the body.
func Header(secret []byte, at time.Time, body []byte) string {
	return string(hex.AppendEncode([]byte(scheme), sum(secret, unix(at), body)))
}

// Set gives a request's header both the time and the signature.
func Set(h http.Header, secret []byte, at time.Time, body []byte) {
	h.Set(Timestamp, unix(at))
	h.Set(Signature, Header(secret, at, body))
}

// Check tells whether the two headers' values are those of the body, made with
// the secret at most tolerance before or after now. Several signatures may be
// given, with commas between them: one that fits is enough, and those of
// other versions are passed over.
func Check(secret []byte, timestamp, signature string, body []byte, now time.Time, tolerance time.Duration) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return ErrMalformed
	}
	if !fits(signature, sum(secret, timestamp, body)) {
		return ErrMismatch
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return ErrTooOld
	}
	return nil
}

// fits compares in a time that doesn't depend on where the two differ.
func fits(signature string, want []byte) bool {
	for one := range strings.SplitSeq(signature, ",") {
		text, ok := strings.CutPrefix(strings.TrimSpace(one), scheme)
		got, err := hex.DecodeString(text)
		if ok && err == nil && subtle.ConstantTimeCompare(got, want) == 1 {
			return true
		}
	}
	return false
}

func sum(secret []byte, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(timestamp))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return mac.Sum(nil)
}

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
