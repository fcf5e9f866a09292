package engine

import (
	"strings"
	"testing"
)

// The keys of TLS and of the proxies in front are judged before anything is opened.
func TestTLSConfig(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string // in the complaint; "" is none
	}{
		"none":              {func(*Config) {}, ""},
		"certificate alone": {func(c *Config) { c.TLS = TLSConfig{"cert.pem", "key.pem"} }, ""},
		"all":               {func(c *Config) { c.Listen.TLS, c.TLS = "127.0.0.1:9443", TLSConfig{"cert.pem", "key.pem"} }, ""},
		"no certificate":    {func(c *Config) { c.Listen.TLS, c.TLS.KeyFile = "127.0.0.1:9443", "key.pem" }, "tls.cert_file"},
		"no key":            {func(c *Config) { c.Listen.TLS, c.TLS.CertFile = "127.0.0.1:9443", "cert.pem" }, "tls.key_file"},
		"no address":        {func(c *Config) { c.Listen.TLS, c.TLS = "9443", TLSConfig{"cert.pem", "key.pem"} }, "listen.tls"},
		"another's address": {func(c *Config) { c.Listen.TLS, c.TLS = c.Listen.HTTP, TLSConfig{"cert.pem", "key.pem"} }, "listen.tls"},
		"dev mode":          {func(c *Config) { c.Listen.TLS, c.TLS = "0.0.0.0:9443", TLSConfig{"cert.pem", "key.pem"} }, "listen.tls"},
		"proxies":           {func(c *Config) { c.Listen.TrustedProxies = []string{"10.0.0.0/8", "::1", "loopback"} }, ""},
		"a bad proxy":       {func(c *Config) { c.Listen.TrustedProxies = []string{"10.0.0.0/8", "proxy"} }, `listen.trusted_proxies: "proxy"`},
		"all the world":     {func(c *Config) { c.Listen.TrustedProxies = []string{"0.0.0.0/0"} }, "listen.trusted_proxies"},
	} {
		config := DefaultConfig()
		c.change(&config)
		err := config.Validate()
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
