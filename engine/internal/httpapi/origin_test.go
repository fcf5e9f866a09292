package httpapi

import "testing"

// TestAllows: which pages may call, by the host that was asked for.
func TestAllows(t *testing.T) {
	allowed := []string{"https://chat.example.com", "https://app.example.org:8443/", "http://[2001:db8::7]:3000"}
	for _, c := range []struct {
		origin, host string
		always, dev  bool // whether it may, in dev mode too or only there
	}{
		{"https://im.example.com", "im.example.com", true, true},
		{"https://im.example.com", "im.example.com:9501", true, true}, // its other port
		{"https://IM.example.com:8443", "im.Example.com", true, true},
		{"http://10.0.0.1:3000", "10.0.0.1:9501", true, true},
		{"http://[2001:db8::1]", "[2001:db8::1]:9501", true, true},
		{"http://[2001:db8::1]:3000", "[2001:db8::1]", true, true},
		{"http://[2001:db8::2]", "[2001:db8::1]", false, false},
		{"https://sub.im.example.com", "im.example.com", false, false},
		{"https://example.com", "im.example.com", false, false},
		{"https://im.example.com.evil.example", "im.example.com", false, false},
		{"https://im.example.com.", "im.example.com", false, false},
		{"https://xim.example.com", "im.example.com", false, false},
		{"https://evil.example", "im.example.com", false, false},
		{"https://im.example.com@evil.example", "im.example.com", false, false},
		{"https://im.example.com:80@evil.example", "im.example.com", false, false},
		{"https://evil@im.example.com", "im.example.com", false, false},
		{"https://im.example.com:443.evil.example", "im.example.com", false, false},
		{"https://im.example.com:x", "im.example.com", false, false},
		{"https://im.example.com/evil", "im.example.com", false, false},
		{"https://im.example.com:443/evil", "im.example.com", false, false},
		{"https://im.example.com?evil", "im.example.com", false, false},
		{"https://im.example.com#evil", "im.example.com", false, false},
		{`https://im.example.com\evil`, "im.example.com", false, false},
		{"https://im.example.com evil", "im.example.com", false, false},
		{"https://evil.example https://im.example.com", "im.example.com", false, false},
		{"[im.example.com]", "im.example.com", false, false},
		{"https://[[::1]", "[::1]", false, false},
		{"https://:80", "", false, false},
		{"https://:80", ":9501", false, false},
		{"https://", "", false, false},
		{"null", "null", false, false},
		{"", "", false, false},
		{"://im.example.com", "im.example.com", false, false},
		{"javascript://im.example.com", "im.example.com", false, false},
		{"ws://im.example.com", "im.example.com", false, false},
		{"chrome-extension://im.example.com", "im.example.com", false, false},

		{"https://chat.example.com", "x", true, true},
		{"https://CHAT.example.com", "x", true, true},
		{"http://chat.example.com", "x", false, false},
		{"https://chat.example.com:8443", "x", false, false},
		{"https://chat.example.com/", "x", false, false},
		{"https://chat.example.com.evil.example", "x", false, false},
		{"https://evil.example/https://chat.example.com", "x", false, false},
		{"https://app.example.org:8443", "x", true, true},
		{"https://app.example.org", "x", false, false},
		{"http://[2001:db8::7]:3000", "x", true, true},
		{"http://[2001:db8::7]", "x", false, false},

		{"http://localhost:3000", "x", false, true},
		{"https://app.localhost", "x", false, true},
		{"http://127.0.0.1", "x", false, true},
		{"http://127.7.7.7:1", "x", false, true},
		{"http://[::1]:3000", "x", false, true},
		{"http://[0:0:0:0:0:0:0:1]", "x", false, true},
		{"http://[::ffff:127.0.0.1]", "x", false, true},
		{"http://localhost.evil.example", "x", false, false},
		{"http://127.0.0.1.evil.example", "x", false, false},
		{"http://127.0.0.1:80@evil.example", "x", false, false},
		{"http://localhost:3000.evil.example", "x", false, false},
		{"http://evil-localhost", "x", false, false},
		{"http://0.0.0.0", "x", false, false},
		{"http://[::]", "x", false, false},
		{"http://2130706433", "x", false, false},
		{"http://0x7f000001", "x", false, false},
		{"http://127.1", "x", false, false},
	} {
		for _, dev := range []bool{false, true} {
			o := Origins{Allowed: allowed, Dev: dev}
			if got, want := o.Allows(c.origin, c.host), c.always || dev && c.dev; got != want {
				t.Errorf("a page of %q, asking for %q, dev %v: %v, want %v", c.origin, c.host, dev, got, want)
			}
		}
	}
}

// TestAllowsHost: names that a foreign page could give this machine are refused in
// dev mode, whatever they resolve to.
func TestAllowsHost(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:9501": true, "LOCALHOST": true, "localhost.": true, "a.localhost": true,
		"127.0.0.1": true, "127.255.255.254:1": true, "[::1]": true, "[::1]:9501": true, "[0:0::1]": true, "[::ffff:7f00:1]:1": true,
		"": false, ":9501": false, "evil.example": false, "localhost.evil.example": false, "evil.example:9501": false,
		"localhost:9501.evil.example": false, "localhost@evil.example": false, "localhost:1@evil.example": false,
		"127.0.0.1.nip.io": false, "0.0.0.0": false, "[::]": false, "192.168.0.1": false, "[fe80::1]": false,
		"127.1": false, "2130706433": false, "0177.0.0.1": false, "017700000001": false, "0x7f.1": false, "localhost,evil.example": false,
	} {
		if got := (&Origins{Dev: true}).AllowsHost(host); got != want {
			t.Errorf("Host %q: %v, want %v", host, got, want)
		}
		if !(&Origins{}).AllowsHost(host) {
			t.Errorf("Host %q is refused outside dev mode", host)
		}
	}
}
