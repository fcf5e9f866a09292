package engine

import (
	"fmt"
	"net/url"
	"time"

	"gannet/engine/auth"
)

// HookConfig is about the service that is asked about messages before they are
// stored: docs/hook.md.
type HookConfig struct {
	URL      string        `koanf:"url" doc:"address of a service that is asked about each message before it is stored, http or https; empty = nobody is asked"`
	Secret   string        `koanf:"secret" secret:"true" doc:"shared secret that signs what hook.url is asked, at least 32 bytes; empty = it isn't signed"`
	Timeout  time.Duration `koanf:"timeout" doc:"how long the service may take to answer"`
	Fail     string        `koanf:"fail" doc:"what becomes of a message when the service doesn't answer or its answer can't be used: closed = it is refused (503 busy), open = it is let through"`
	Kinds    []string      `koanf:"kinds" doc:"messages of which conversations it is asked about: single, group, service; separated by commas"`
	Requests int           `koanf:"requests" doc:"how many messages it is asked about at a time, each on a connection of its own; of one user it is one"`
}

func defaultHook() HookConfig {
	return HookConfig{Timeout: time.Second, Fail: failClosed, Kinds: []string{"single", "group", "service"}, Requests: 64}
}

// The values of hook.fail.
const (
	failClosed = "closed"
	failOpen   = "open"
)

func (h HookConfig) validate(p *problems) {
	p.add(h.checkURL())
	if n := len(h.Secret); 0 < n && n < auth.MinSecretBytes {
		p.add(fmt.Errorf("hook.secret: %d bytes are too few; allowed is %d or more, such as the output of: openssl rand -hex 32",
			n, auth.MinSecretBytes))
	}
	p.duration("hook.timeout", h.Timeout, 10*time.Millisecond, 30*time.Second)
	p.oneOf("hook.fail", h.Fail, failClosed, failOpen)
	for _, kind := range h.Kinds {
		p.oneOf("hook.kinds", kind, "single", "group", "service")
	}
	if h.URL != "" && len(h.Kinds) == 0 {
		p.unless(false, "hook.kinds", "", "at least one of single, group and service where there is a hook.url")
	}
	p.between("hook.requests", h.Requests, 1, 1024)
}

// checkURL judges hook.url without showing it: there may be a password in it.
func (h HookConfig) checkURL() error {
	if h.URL == "" {
		return nil
	}
	u, err := url.Parse(h.URL)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Errorf("hook.url: allowed is http://host:port/path or https://host/path")
	case u.User != nil:
		return fmt.Errorf("hook.url: a name and password in it are not allowed; hook.secret says who asks")
	}
	return nil
}
