package hook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/signature"
)

// Config is what a Hook needs to know. All of it must be set but where a field
// says otherwise.
type Config struct {
	URL        string
	Secret     []byte        // signs what is sent; empty: nothing does
	Timeout    time.Duration // of one question, from the first byte to the last
	FailOpen   bool          // a message whose question failed is let through, else refused
	Requests   int           // at a time at most
	MaxContent int           // bytes of a changed content at most
	Figures    *Figures
	Logger     *slog.Logger
}

// Hook asks the operator's service. Its methods may be called by any goroutine.
type Hook struct {
	cfg     Config
	client  http.Client
	circuit circuit
	quiet   quiet
}

// New makes a Hook. Close lets go of its connections.
func New(cfg Config) *Hook {
	var only http.Protocols
	only.SetHTTP1(true) // many requests at a time, each on a connection of its own
	return &Hook{cfg: cfg, client: http.Client{
		Transport: &http.Transport{
			MaxConnsPerHost: cfg.Requests, MaxIdleConnsPerHost: cfg.Requests, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: cfg.Timeout, DisableCompression: true, Protocols: &only,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes connections that are idle.
func (h *Hook) Close() { h.client.CloseIdleConnections() }

// Ask asks about a message and returns what is to become of it, also where nobody
// answers. Its error is that of ctx alone: then there is no verdict. Nothing of the
// verdict belongs to anybody else.
func (h *Hook) Ask(ctx context.Context, q *wire.Question) (wire.Verdict, error) {
	pass, wait := h.circuit.enter(time.Now())
	if wait > 0 {
		h.cfg.Figures.count(notAsked)
		return h.failed(wait), nil
	}
	began := time.Now()
	v, became, err := h.exchange(ctx, q)
	h.cfg.Figures.took(time.Since(began))
	if ctx.Err() != nil {
		h.circuit.abandon(pass)
		return wire.Verdict{}, ctx.Err()
	}
	h.cfg.Figures.count(became)
	h.note(h.circuit.leave(pass, time.Now(), became.alive()), err)
	if err != nil {
		return h.failed(0), nil
	}
	return v, nil
}

// exchange makes one request.
func (h *Hook) exchange(ctx context.Context, q *wire.Question) (wire.Verdict, result, error) {
	ctx, cancel := context.WithTimeout(ctx, h.cfg.Timeout)
	defer cancel()
	req, err := h.request(ctx, q)
	if err != nil {
		return wire.Verdict{}, badAnswer, err
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return wire.Verdict{}, missed(ctx), withoutURL(err)
	}
	defer resp.Body.Close()
	most := int64(h.cfg.MaxContent) + envelope
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case err != nil:
		return wire.Verdict{}, missed(ctx), err
	case resp.StatusCode != http.StatusOK:
		return wire.Verdict{}, ofStatus(resp.StatusCode), errors.New("the hook answered " + resp.Status)
	case int64(len(body)) > most:
		return wire.Verdict{}, badAnswer, errors.New("the hook's answer is too large")
	}
	return h.verdict(body)
}

// withoutURL leaves the address, in which there may be a secret, out of the log.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// envelope is room in an answer for what stands around the content.
const envelope = 4 << 10

func (h *Hook) request(ctx context.Context, q *wire.Question) (*http.Request, error) {
	body := wire.AppendQuestion(make([]byte, 0, len(q.Content)+512), q)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "gannet")
	// A question may be asked twice, so one that met a connection which was just
	// being closed is. The header itself isn't sent: see net/http.Transport.
	req.Header["Idempotency-Key"] = []string{}
	if len(h.cfg.Secret) > 0 {
		signature.Set(req.Header, h.cfg.Secret, time.Now(), body)
	}
	return req, nil
}

func (h *Hook) verdict(body []byte) (wire.Verdict, result, error) {
	v, bad := wire.DecodeVerdict(body, h.cfg.MaxContent)
	switch {
	case bad != nil:
		return v, badAnswer, bad
	case v.Refusal != nil:
		return v, denied, nil
	case v.Content != nil:
		return v, changed, nil
	}
	return v, allowed, nil
}

// errFailed is what a sender is told where the hook must be asked and couldn't be.
var errFailed = wire.NewSpread(wire.ReasonBusy, failedText, time.Second)

const failedText = "the message could not be checked; try again"

// failed is the verdict where there is none. Wait says how long nobody will be
// asked; 0 that the next one may be.
func (h *Hook) failed(wait time.Duration) wire.Verdict {
	switch {
	case h.cfg.FailOpen:
		return wire.Verdict{}
	case wait == 0:
		return wire.Verdict{Refusal: errFailed.Pick()}
	}
	return wire.Verdict{Refusal: wire.RetryError(wire.ReasonBusy, failedText, wire.Later(wait))}
}

// note logs what an operator wants to know, and no more of it than can be read.
func (h *Hook) note(now turn, err error) {
	switch {
	case now == opened:
		h.cfg.Logger.Error("the hook doesn't answer and isn't asked for a while", "fail_open", h.cfg.FailOpen, "err", err)
	case now == closed:
		h.cfg.Logger.Info("the hook answers again")
	case err != nil && h.quiet.over(time.Now()):
		h.cfg.Logger.Warn("asking the hook failed", "fail_open", h.cfg.FailOpen, "err", err)
	}
}
