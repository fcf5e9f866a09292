package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/engine"
)

// sound is a configuration without a risk, of a server behind a proxy.
func sound() engine.Config {
	c := engine.DefaultConfig()
	c.Auth.Mode = "jwt"
	c.Auth.JWT.Secret = strings.Repeat("x", 32)
	c.Auth.JWT.MaxTTL, c.Auth.JWT.Audience = time.Hour, "gannet"
	return c
}

func TestRisks(t *testing.T) {
	hooked := func(change func(*engine.HookConfig)) func(*engine.Config) {
		return func(c *engine.Config) {
			c.Hook.URL, c.Hook.Secret = "https://example.com", strings.Repeat("x", 32)
			change(&c.Hook)
		}
	}
	for name, tc := range map[string]struct {
		change func(*engine.Config)
		want   []string
	}{
		"none":           {func(*engine.Config) {}, nil},
		"dev":            {func(c *engine.Config) { c.Auth.Mode = "dev" }, []string{"auth.mode"}},
		"eternal tokens": {func(c *engine.Config) { c.Auth.JWT.MaxTTL = 0 }, []string{"auth.jwt.max_ttl"}},
		"any audience":   {func(c *engine.Config) { c.Auth.JWT.Audience = "" }, []string{"auth.jwt.audience"}},
		"an issuer":      {func(c *engine.Config) { c.Auth.JWT.Audience, c.Auth.JWT.Issuer = "", "me" }, nil},
		"in the clear": {
			func(c *engine.Config) { c.Listen.WS, c.Listen.HTTP = "0.0.0.0:1", "[::]:2" }, []string{"listen.ws", "listen.http"},
		},
		"open admin":       {func(c *engine.Config) { c.Listen.Admin = ":3" }, []string{"listen.admin"}},
		"many are proxies": {func(c *engine.Config) { c.Listen.TrustedProxies = []string{"203.0.0.0/8"} }, []string{"listen.trusted_proxies"}},
		"own proxies":      {func(c *engine.Config) { c.Listen.TrustedProxies = []string{"10.0.0.0/8", "203.0.113.7/32", "loopback"} }, nil},
		"no limits": {
			func(c *engine.Config) { c.Limits.MessagesPerSecond, c.Limits.ConnectionsPerUser = 0, 0 },
			[]string{"limits.messages_per_second", "limits.connections_per_user"},
		},
		"visitors":       {func(c *engine.Config) { c.Desk.Visitors, c.Desk.VisitorsPerMinute = true, 0 }, []string{"desk.visitors_per_minute"}},
		"full disk":      {func(c *engine.Config) { c.Storage.MinFreeBytes = 0 }, []string{"storage.min_free_bytes"}},
		"hook":           {hooked(func(*engine.HookConfig) {}), nil},
		"hook unsigned":  {hooked(func(h *engine.HookConfig) { h.Secret = "" }), []string{"hook.secret"}},
		"hook open":      {hooked(func(h *engine.HookConfig) { h.Fail = "open" }), []string{"hook.fail"}},
		"hook in clear":  {hooked(func(h *engine.HookConfig) { h.URL = "http://10.0.0.1/x" }), []string{"hook.url"}},
		"hook beside it": {hooked(func(h *engine.HookConfig) { h.URL = "http://127.0.0.1:1/x" }), nil},
	} {
		c := sound()
		tc.change(&c)
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, r := range c.Risks() {
			got = append(got, r.Key)
			if r.Text == "" {
				t.Errorf("%s: nothing is said of %s", name, r.Key)
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// What is wrong with files is said, all of it at once; no network is needed.
func TestCheckFiles(t *testing.T) {
	if err := sound().CheckFiles(); err != nil {
		t.Error(err)
	}
	c := sound()
	c.Auth.JWT.Secret, c.Auth.JWT.PublicKeyFile = "", "no-such.pem"
	c.Storage.EncryptionKeyFile = "no-such.keys"
	c.Listen.TLS, c.TLS.CertFile, c.TLS.KeyFile = "127.0.0.1:0", "no-such.crt", "no-such.key"
	err := c.CheckFiles()
	for _, key := range []string{"auth.jwt.public_key_file", "storage.encryption_key_file", "tls.cert_file"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%v doesn't name %s", err, key)
		}
	}
}
