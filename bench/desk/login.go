package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A login is somebody who calls the HTTP API.
type login struct {
	*world
	token string // of a user
	key   string // of a backend
	user  string // for whom the backend acts; "": for itself
}

// nobody has no login at all.
func (w *world) nobody() *login { return &login{world: w} }

func (w *world) backend() *login { return &login{world: w, key: w.apiKey} }

// as is a user with a token of the site's own.
func (w *world) as(user, role string) (*login, error) {
	token, err := w.signer.Mint(user, role, tokenLife)
	return &login{world: w, token: token}, err
}

// A refusal is an answer of the server that says no.
type refusal struct {
	status int
	reason string
	msg    string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.status, r.reason, r.msg) }

// envelope is what all answers of the HTTP API are in.
type envelope struct {
	Reason string          `json:"reason"`
	Msg    string          `json:"msg"`
	Data   json.RawMessage `json:"data"`
}

const (
	requestPatience = 20 * time.Second
	betweenTries    = 50 * time.Millisecond
)

// call asks until there is an answer, from one server or the next, and leaves its
// data in out, where that isn't nil. The error is a *refusal, or that ctx has ended.
func (l *login) call(ctx context.Context, method, path string, body, out any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	for {
		at := l.server(ctx)
		if at == nil {
			return ctx.Err()
		}
		status, answer, err := l.try(ctx, "http://"+at.http+"/api/v1"+path, method, text)
		if err == nil && status != http.StatusServiceUnavailable {
			return settle(status, answer, out)
		}
		if !pause(ctx, betweenTries) {
			return ctx.Err()
		}
	}
}

// try is one request.
func (l *login) try(ctx context.Context, url, method string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	switch {
	case l.token != "":
		req.Header.Set("Authorization", "Bearer "+l.token)
	case l.key != "":
		req.Header.Set("X-API-Key", l.key)
		if l.user != "" {
			req.Header.Set("X-User-Id", l.user)
		}
	}
	resp, err := l.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// settle takes the data out of an answer.
func settle(status int, answer []byte, out any) error {
	var e envelope
	if err := json.Unmarshal(answer, &e); err != nil {
		return &refusal{status, "garbled", fmt.Sprintf("%.200q", answer)}
	}
	if status >= http.StatusMultipleChoices {
		return &refusal{status, e.Reason, e.Msg}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(e.Data, out); err != nil {
		return &refusal{status, "garbled", fmt.Sprintf("%v: %.200q", err, answer)}
	}
	return nil
}
