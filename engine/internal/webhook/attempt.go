package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gannet/engine/internal/signature"
	"gannet/storage"
)

const (
	maxAnswer = 64 << 10 // bytes that are read of a receiver's answer
	maxShown  = 200      // bytes of them, or of an error, that are shown
)

// verdict is what became of a request.
type verdict uint8

const (
	taken   verdict = iota // acknowledged
	refused                // the receiver will not take it, however often it is asked
	failed                 // it may go better later
)

// answer is what a receiver said.
type answer struct {
	verdict verdict
	status  int    // 0: there was none
	shown   string // the beginning of its body
	err     string // why it is no acknowledgement, without anything of the body; one short line
	wait    time.Duration
	took    time.Duration
}

// newClient posts to endpoints. Redirects aren't followed: whoever answers one
// would get what is meant for somebody else.
func newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends a body to an endpoint and judges the answer.
func (h *Hub) post(ctx context.Context, rec *storage.Webhook, id string, attempt int, body []byte) answer {
	ctx, cancel := context.WithTimeout(ctx, h.cfg.Timeout)
	defer cancel()
	start := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, rec.URL, bytes.NewReader(body))
	if err != nil {
		return answer{verdict: failed, err: unwrapped(err)}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Gannet-Webhook")
	req.Header.Set("Gannet-Delivery", id)
	req.Header.Set("Gannet-Attempt", strconv.Itoa(attempt))
	signature.Set(req.Header, rec.Secret, start, body)
	resp, err := h.client.Do(req)
	if err != nil {
		return answer{verdict: failed, err: unwrapped(err), took: time.Since(start)}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	a := judge(resp, start)
	a.shown, a.took = shown(text), time.Since(start)
	if err != nil && a.verdict == taken { // it said so, and that is enough
		a.shown = ""
	}
	return a
}

// judge tells by the status whether a request was acknowledged.
func judge(resp *http.Response, now time.Time) answer {
	a := answer{status: resp.StatusCode, err: strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))}
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return answer{verdict: taken, status: code}
	case code == http.StatusRequestTimeout || code == http.StatusTooEarly || code == http.StatusTooManyRequests:
		a.verdict = failed
	case code >= 400 && code < 500:
		a.verdict = refused
	case code >= 300 && code < 400:
		a.verdict = failed
		a.err += " (redirects aren't followed)"
	default:
		a.verdict = failed
	}
	a.wait = retryAfter(resp.Header.Get("Retry-After"), now)
	return a
}

// retryAfter reads when a receiver wants to be asked again: seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return max(0, min(wait, maxRetryWait))
}

// shown is the beginning of what a receiver says, as one line of text without what
// steers terminals.
func shown[T string | []byte](text T) string {
	line := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, string(text[:min(len(text), maxShown)]))
	return strings.TrimSpace(line)
}

// unwrapped leaves out the method and the URL, which may hold a secret.
func unwrapped(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return shown(err.Error()) // some quote what came
}
