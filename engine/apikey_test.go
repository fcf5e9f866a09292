package engine_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"gannet/engine"
)

// shopKey is the API key of a backend, shopEntry what the configuration knows of it.
const shopKey = "gk_a-key-for-tests"

var shopEntry = func() string {
	hash := sha256.Sum256([]byte(shopKey))
	return "shop:" + hex.EncodeToString(hash[:])
}()

// TestAPIKey: a backend is whoever it says, and nobody else is.
func TestAPIKey(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	bearer := "Bearer " + token(t, "alice", hour)
	for name, test := range map[string]struct {
		headers http.Header
		want    string
	}{
		"for a user":            {http.Header{"X-Api-Key": {shopKey}, "X-User-Id": {"alice"}}, "200"},
		"for nobody":            {http.Header{"X-Api-Key": {shopKey}}, "400"},
		"for a bad id":          {http.Header{"X-Api-Key": {shopKey}, "X-User-Id": {"a b"}}, "400"},
		"for two":               {http.Header{"X-Api-Key": {shopKey}, "X-User-Id": {"alice", "bob"}}, "400"},
		"other key":             {http.Header{"X-Api-Key": {shopKey + "x"}, "X-User-Id": {"alice"}}, "401"},
		"empty key":             {http.Header{"X-Api-Key": {""}, "X-User-Id": {"alice"}}, "401"},
		"hash for key":          {http.Header{"X-Api-Key": {shopEntry[len("shop:"):]}, "X-User-Id": {"alice"}}, "401"},
		"key twice":             {http.Header{"X-Api-Key": {shopKey, shopKey}, "X-User-Id": {"alice"}}, "401"},
		"key and token":         {http.Header{"X-Api-Key": {shopKey}, "Authorization": {bearer}}, "401"},
		"bad key, good token":   {http.Header{"X-Api-Key": {"x"}, "Authorization": {bearer}}, "401"},
		"key for token":         {http.Header{"Authorization": {"Bearer " + shopKey}}, "401"},
		"user without key":      {http.Header{"X-User-Id": {"alice"}}, "401"},
		"two tokens":            {http.Header{"Authorization": {bearer, bearer}}, "401"},
		"token":                 {http.Header{"Authorization": {bearer}}, "200"},
		"token of somebody and": {http.Header{"Authorization": {bearer}, "X-User-Id": {"a b"}}, "200"}, // which counts for nothing
	} {
		s.run(name, func(t *testing.T) {
			status, text := s.exchangeWith(test.headers, "/api/v1/blocks")
			if want := outcomes[test.want]; status != want.status {
				t.Errorf("%d %s, want %d", status, text, want.status)
			}
			if test.want == "401" && text != unauthorized {
				t.Errorf("%s, want as everywhere %s", text, unauthorized)
			}
		})
	}
}

// TestAPIKeyElsewhere: what is said beside a token counts for nothing, keys are for
// HTTP only, and one that was taken out is none.
func TestAPIKeyElsewhere(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, permissionConfig)
	const path = "/api/v1/blocks"
	bearer := "Bearer " + token(t, "alice", hour)
	s.api("PUT", "/api/v1/blocks/carol", "", "Authorization", bearer, "X-User-Id", "bob")
	for user, n := range map[string]int{"alice": 1, "bob": 0} {
		if got := s.api("GET", path, "", "X-API-Key", shopKey, "X-User-Id", user)["blocks"].([]any); len(got) != n {
			t.Errorf("%s blocks %v", user, got)
		}
	}

	c, _ := s.tryDial("/ws?uid=alice", websocket.DialOptions{HTTPHeader: http.Header{"X-Api-Key": {shopKey}, "X-User-Id": {"alice"}}})
	c.send(`{"type":"ping"}`)
	c.expectClose(4001)

	s.stop()
	s = serve(t, dir, func(c *engine.Config) {
		permissionConfig(c)
		c.Auth.APIKeys = nil
	})
	if status, text := s.exchangeWith(http.Header{"X-Api-Key": {shopKey}, "X-User-Id": {"alice"}}, path); status != 401 || text != unauthorized {
		t.Errorf("a key that was taken out is answered %d %s", status, text)
	}
}

// exchangeWith asks by GET with headers that may come several times.
func (s *server) exchangeWith(headers http.Header, path string) (int, string) {
	s.t.Helper()
	var list []string
	for name, values := range headers {
		for _, value := range values {
			list = append(list, name, value)
		}
	}
	status, text := s.exchange("GET", path, "", list...)
	return status, string(text)
}
