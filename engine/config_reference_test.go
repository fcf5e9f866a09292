package engine

import (
	"strings"
	"testing"
	"time"
)

func TestEverySettingIsDocumentedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range DefaultConfig().Settings() {
		if s.Key == "" || strings.HasSuffix(s.Key, ".") || seen[s.Key] || seen[s.Env] {
			t.Errorf("key %q (%s) is missing its name or comes twice", s.Key, s.Env)
		}
		seen[s.Key], seen[s.Env] = true, true
		if s.Doc == "" || strings.HasSuffix(s.Doc, ".") {
			t.Errorf("%s: the doc tag %q must say what it does, without a full stop", s.Key, s.Doc)
		}
		switch s.Value.(type) {
		case string, int, bool, time.Duration, []string:
		default:
			t.Errorf("%s: no one can set a %T", s.Key, s.Value)
		}
	}
}

func TestSettingsAreInTheirPlaces(t *testing.T) {
	c := DefaultConfig()
	c.Listen.WS = "127.0.0.1:7"
	c.Auth.JWT.Secret = "a secret"
	c.Auth.JWT.OldSecrets = []string{"an old secret", "another"}
	c.HTTP.AllowedOrigins = []string{"https://a.example", "https://b.example"}
	got := map[string]Setting{}
	for _, s := range c.Settings() {
		got[s.Key] = s
	}
	for key, want := range map[string]string{
		"listen.ws":            "127.0.0.1:7",
		"auth.jwt.secret":      "********",
		"auth.jwt.old_secrets": "********",
		"auth.jwt.issuer":      "",
		"dedupe.window":        "168h",
		"websocket.deflate":    "false",
		"groups.max_members":   "500",
		"http.allowed_origins": "https://a.example,https://b.example",
	} {
		if got[key].String() != want {
			t.Errorf("%s = %q, want %q", key, got[key], want)
		}
	}
	if env := got["auth.jwt.public_key_file"].Env; env != "GANNET_AUTH_JWT_PUBLIC_KEY_FILE" {
		t.Error(env)
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Second: "1s", 60 * time.Second: "60s", 90 * time.Second: "90s", 2 * time.Minute: "2m",
		time.Hour: "1h", 90 * time.Minute: "90m", 168 * time.Hour: "168h", 250 * time.Millisecond: "250ms",
		1500 * time.Millisecond: "1.5s", -time.Second: "-1s",
	} {
		got := formatDuration(d)
		if back, err := time.ParseDuration(got); got != want || err != nil || back != d {
			t.Errorf("formatDuration(%d) = %q, want %q", d, got, want)
		}
	}
}
