package terminal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gannet/codec/wire"
)

// api asks the HTTP API for what the WebSocket has no words for: groups.
type api struct {
	base, user, token string
	client            http.Client
}

// apiTime bounds a request.
const apiTime = 15 * time.Second

func newAPI(o *Options) *api {
	return &api{base: strings.TrimSuffix(o.HTTP, "/") + "/api/v1", user: o.User, token: o.Token, client: http.Client{Timeout: apiTime}}
}

// ask makes a request and stores the answer's data in v, if it isn't nil. A
// refusal is a *wire.Error.
func (a *api) ask(ctx context.Context, method, path string, body, v any) error {
	req, err := a.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return fmt.Errorf("%w; --http says where groups are asked for", err)
	}
	defer resp.Body.Close()
	var answer struct {
		Reason, Msg string
		Data        json.RawMessage
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, 8<<20)).Decode(&answer); err != nil {
		return fmt.Errorf("%s is no HTTP API of a server (status %d); see --http", a.base, resp.StatusCode)
	}
	if resp.StatusCode != http.StatusOK {
		return &wire.Error{Code: resp.StatusCode, Reason: answer.Reason, Msg: answer.Msg}
	}
	if v == nil {
		return nil
	}
	return json.Unmarshal(answer.Data, v)
}

func (a *api) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	u, err := url.Parse(a.base + path)
	if err != nil {
		return nil, err
	}
	if a.user != "" {
		q := u.Query()
		q.Set("uid", a.user)
		u.RawQuery = q.Encode()
	}
	var text []byte
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	return req, nil
}
