package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// call asks the HTTP API: WHO METHOD PATH [BODY] [as=USER] [header=NAME:VALUE]
// [-> STATUS [PATTERN or REASON] or text]. The answer is left in the file answer.
func (s *chatScript) call(args []string) error {
	args, expected := cutArrow(args)
	o, args := options(args, "as", "header")
	if len(args) < 3 || len(args) > 4 {
		return errors.New("usage: call WHO METHOD PATH [BODY] [-> STATUS [PATTERN]]")
	}
	body, err := s.names.fill(strings.Join(args[3:], ""))
	if err != nil {
		return err
	}
	status, answer, err := s.ask(args[0], args[1], args[2], body, o)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.ts.MkAbs("answer"), answer, 0o600); err != nil {
		return err
	}
	if err := s.judge(status, string(answer), expected); err != nil {
		return fmt.Errorf("answered %s\n%w", answer, err)
	}
	return nil
}

func (s *chatScript) ask(who, method, path, body string, o map[string]string) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	path, rawQuery, _ := strings.Cut(path, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return 0, nil, err
	}
	header := s.credentials(who, o["as"], query)
	at := "http://" + s.server.http + "/api/v1" + path + "?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header = header
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	if name, value, ok := strings.Cut(o["header"], ":"); ok {
		header.Set(name, value)
	}
	resp, err := browser.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// credentials are those of a backend that has a key, or of a user.
func (s *chatScript) credentials(who, as string, query url.Values) http.Header {
	key := s.keys[who]
	if key == "" {
		return s.login(who, query)
	}
	header := http.Header{"X-Api-Key": {key}}
	if as != "" {
		header.Set("X-User-Id", as)
	}
	return header
}

// judge holds an answer against what is expected: of a success the data, of a
// refusal the reason.
func (s *chatScript) judge(status int, answer string, expected []string) error {
	if len(expected) == 0 {
		expected = []string{"200"}
	}
	if expected[0] == "text" {
		if status != http.StatusOK || strings.HasPrefix(answer, "{") {
			return fmt.Errorf("status %d, want a text", status)
		}
		return nil
	}
	if strconv.Itoa(status) != expected[0] {
		return fmt.Errorf("want status %s", expected[0])
	}
	envelope, _ := parseJSON(answer).(map[string]any)
	if err := same(number(status), envelope["code"]); err != nil {
		return fmt.Errorf("code: %w", err)
	}
	switch {
	case len(expected) == 1:
		return nil
	case status != http.StatusOK && !strings.HasPrefix(expected[1], "{"):
		return s.names.match(map[string]any{"reason": expected[1], "data": nil}, envelope, nil)
	case status != http.StatusOK:
		_, err := s.find(expected[1:2], answer)
		return err
	}
	_, err := s.find(expected[1:2], plain(envelope["data"]))
	return err
}
