package httpapi

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzAllows: a page that may call, where none was named, is one of the host that
// was asked for, as net/url reads the two.
func FuzzAllows(f *testing.F) {
	for _, seed := range [][2]string{
		{"https://im.example.com", "im.example.com:9501"}, {"http://[::1]:3000", "[::1]"}, {"https://im.example.com:1@evil", "im.example.com"},
		{"null", "null"}, {"http://", ""}, {"https://a:b:c", "a"}, {"https://[a]:1", "a"}, {"https://a.", "a"}, {"http://::1", "[::1]"}, {"http://A", "a"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, origin, host string) {
		if !(&Origins{}).Allows(origin, host) {
			return
		}
		page, err := url.Parse(origin)
		asked, err2 := url.Parse("//" + host)
		if err != nil || err2 != nil {
			return // no browser has such an origin, and no request such a host
		}
		if page.User != nil || !strings.EqualFold(page.Hostname(), asked.Hostname()) {
			t.Errorf("a page of %q may call %q", origin, host)
		}
	})
}
