package engine_test

import (
	"strings"
	"testing"
	"time"

	"gannet/engine"
)

func TestHookConfig(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*engine.HookConfig)
		key    string // that the problem names; "" for none
	}{
		"off":              {func(*engine.HookConfig) {}, ""},
		"plain":            {func(h *engine.HookConfig) { h.URL = "http://127.0.0.1:8080/check?x=1" }, ""},
		"signed":           {func(h *engine.HookConfig) { h.URL, h.Secret = "https://example.com", strings.Repeat("x", 32) }, ""},
		"open":             {func(h *engine.HookConfig) { h.Fail = "open" }, ""},
		"one kind":         {func(h *engine.HookConfig) { h.Kinds = []string{"group"} }, ""},
		"no kinds, off":    {func(h *engine.HookConfig) { h.Kinds = nil }, ""},
		"no kinds":         {func(h *engine.HookConfig) { h.URL, h.Kinds = "http://x", nil }, "hook.kinds"},
		"strange kind":     {func(h *engine.HookConfig) { h.Kinds = []string{"single", "notes"} }, "hook.kinds"},
		"no scheme":        {func(h *engine.HookConfig) { h.URL = "example.com/check" }, "hook.url"},
		"strange scheme":   {func(h *engine.HookConfig) { h.URL = "ftp://example.com" }, "hook.url"},
		"no host":          {func(h *engine.HookConfig) { h.URL = "http:///check" }, "hook.url"},
		"password":         {func(h *engine.HookConfig) { h.URL = "http://me:hunter2@example.com" }, "hook.url"},
		"short secret":     {func(h *engine.HookConfig) { h.Secret = strings.Repeat("x", 31) }, "hook.secret"},
		"no time":          {func(h *engine.HookConfig) { h.Timeout = 0 }, "hook.timeout"},
		"too much time":    {func(h *engine.HookConfig) { h.Timeout = time.Minute }, "hook.timeout"},
		"strange fail":     {func(h *engine.HookConfig) { h.Fail = "maybe" }, "hook.fail"},
		"no requests":      {func(h *engine.HookConfig) { h.Requests = 0 }, "hook.requests"},
		"too many at once": {func(h *engine.HookConfig) { h.Requests = 1025 }, "hook.requests"},
	} {
		c := engine.DefaultConfig()
		tc.change(&c.Hook)
		err := c.Validate()
		switch {
		case tc.key == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tc.key != "" && (err == nil || !strings.Contains(err.Error(), tc.key+":")):
			t.Errorf("%s: %v, want an error of %s", name, err, tc.key)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: shows the password: %v", name, err)
		}
	}
}
