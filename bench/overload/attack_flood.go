package overload

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"gannet/codec"
)

// runDescriptors opens more sockets, on each port, than the server has descriptors,
// keeps them for the attack's time and lets them go.
func runDescriptors(ctx context.Context, s *siege) error {
	nothing := func(int, *socket) error { return nil }
	sockets, err := s.crowd(ctx, s.n, s.target.WS, nothing)
	if err == nil {
		var web *crowd
		web, err = s.crowd(ctx, s.n, s.target.HTTP, nothing)
		pause(ctx, s.lasts)
		web.release()
	}
	sockets.release()
	if err != nil {
		return err
	}
	return s.recovery(ctx)
}

// runHTTPFlood opens connections that say nothing, and has a client for every
// fortieth of them make requests without end.
func runHTTPFlood(ctx context.Context, s *siege) error {
	token, err := s.target.token(user(0))
	if err != nil {
		return err
	}
	hc := &http.Client{Timeout: answerTime, Transport: &http.Transport{MaxIdleConnsPerHost: s.n}}
	defer hc.CloseIdleConnections()
	silent, err := s.crowd(ctx, s.n/2, s.target.HTTP, func(int, *socket) error { return nil })
	defer silent.release()
	if err != nil {
		return err
	}
	if err := s.again(ctx, max(1, s.n/40), func(ctx context.Context, _ int) error {
		return s.ask(ctx, hc, http.MethodGet, "/conversations", token, "")
	}); err != nil {
		return err
	}
	silent.release()
	hc.CloseIdleConnections()
	return s.recovery(ctx)
}

// ask makes a request of the HTTP API and throws the answer away.
func (s *siege) ask(ctx context.Context, hc *http.Client, method, path, token, body string) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.target.HTTP+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	s.tally.add("requests", 1)
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// recoverTime is in which a server has to take connections again.
const recoverTime = 5 * time.Second

// recovery finds out how long it takes until both ports serve a newcomer.
func (s *siege) recovery(ctx context.Context) error {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, recoverTime)
	defer cancel()
	token, err := s.target.token("newcomer")
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if s.visit(ctx, token) == nil {
			s.tally.add("recovered", 1)
			s.tally.add("ms to recover", int(time.Since(began).Milliseconds()))
			return nil
		}
		pause(ctx, 50*time.Millisecond)
	}
	return fmt.Errorf("nobody gets in %s after the attack", recoverTime)
}

// visit logs in over WebSocket and makes one HTTP request.
func (s *siege) visit(ctx context.Context, token string) error {
	c, err := s.target.open(ctx, s.target.WS, 0)
	if err != nil {
		return err
	}
	defer c.cut()
	if _, err := c.upgrade(s.target, token, false); err != nil {
		return err
	}
	hc := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return s.ask(ctx, hc, http.MethodGet, "/conversations", token, "")
}

// runBadJSON sends requests that are none, over WebSocket until the server has
// enough of it, and over HTTP.
func runBadJSON(ctx context.Context, s *siege) error {
	var bad []byte
	for range 10 {
		bad = append(bad, codec.AppendMaskedFrame(nil, codec.OpText, mask, []byte(`{"type":"send",,}`))...)
	}
	tokens, err := s.tokens()
	if err != nil {
		return err
	}
	hc := &http.Client{Timeout: answerTime, Transport: &http.Transport{MaxIdleConnsPerHost: s.n}}
	defer hc.CloseIdleConnections()
	return s.breach(ctx, false, func(ctx context.Context, c *socket, i int) error {
		if err := s.ask(ctx, hc, http.MethodPost, "/messages/send", tokens[i], `{"to":,}`); err != nil {
			return err
		}
		_, err = c.Write(bad)
		return err
	})
}
