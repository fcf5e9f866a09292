package httpapi

import (
	"testing"
)

const unauthorized = `{"code":401,"msg":"a valid login is needed","data":null,"reason":"unauthorized"}`

func TestLogin(t *testing.T) {
	const basic = "Authorization: Basic dXNlcjpwYXNz"
	for _, c := range []struct {
		name    string
		dev     bool
		query   string
		headers []string
		user    string // "" is refused
	}{
		{"token", false, "", []string{token}, "1"},
		{"scheme in other letters", false, "", []string{"Authorization: bearer token-of-1"}, "1"},
		{"none", false, "", nil, ""},
		{"garbled", false, "", []string{"Authorization: Bearer"}, ""},
		{"two spaces", false, "", []string{"Authorization: Bearer  token-of-1"}, ""},
		{"other scheme", false, "", []string{basic}, ""},
		{"bad token", false, "", []string{"Authorization: Bearer x"}, ""},
		{"double", false, "", []string{token, token}, ""},
		{"uid outside dev", false, "&uid=1", nil, ""},
		{"uid", true, "&uid=1", nil, "1"},
		{"user_id", true, "&user_id=1", nil, "1"},
		{"uid and the same user_id", true, "&uid=1&user_id=1", nil, "1"},
		{"uid and another user_id", true, "&uid=1&user_id=2", nil, ""},
		{"no uid", true, "", nil, ""},
		{"bad uid", true, "&uid=a%20b", nil, ""},
		{"token before uid", true, "&uid=2", []string{token}, "1"},
		{"bad token and uid", true, "&uid=2", []string{"Authorization: Bearer x"}, ""},
		{"double and uid", true, "&uid=2", []string{token, token}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fakeChat{}
			status, header, body := do(newTestServer(f, c.dev), request("GET", "/api/v1/messages/history?to=9"+c.query, "", c.headers...))
			if c.user != "" {
				expect(t, "status", status, 200)
				expect(t, "call", f.call, "history "+c.user+" 9 before=0 limit=20")
				return
			}
			expect(t, "status", status, 401)
			expect(t, "body", body, unauthorized)
			expect(t, "challenge", header.Get("WWW-Authenticate"), `Bearer realm="gannet"`)
			expect(t, "call", f.call, "")
		})
	}
}

func TestExpiredToken(t *testing.T) {
	status, header, body := do(newTestServer(&fakeChat{}, false), request("GET", "/api/v1/groups/7", "", "Authorization: Bearer expired"))
	expect(t, "status", status, 401)
	expect(t, "body", body, `{"code":401,"msg":"the token has expired","data":null,"reason":"token_expired"}`)
	expect(t, "challenge", header.Get("WWW-Authenticate"), `Bearer realm="gannet"`)
}

// Every route of the API wants a login, and asks for it before it looks at
// anything else.
func TestEveryRouteWantsALogin(t *testing.T) {
	for _, rt := range publicRoutes() {
		status, _, body := do(newTestServer(&fakeChat{}, false), request(rt.method, rt.path, "{", "Content-Type: text/plain", "X-User-Id: 1"))
		if rt.level == levelOpen {
			expect(t, rt.path, status, map[bool]int{true: 200, false: 415}[rt.body == noBody])
			continue
		}
		expect(t, rt.path, status, 401)
		expect(t, rt.path, body, unauthorized)
	}
}

func TestOrigins(t *testing.T) {
	for _, c := range []struct {
		origin string
		dev    bool
		ok     bool
	}{
		{"http://localhost:9501", false, true}, // the host of the request
		{"http://localhost:3000", false, true},
		{"https://LOCALHOST", false, true},
		{"https://chat.example.com", false, true},
		{"https://CHAT.example.com", false, true},
		{"http://chat.example.com", false, false},
		{"https://chat.example.com:444", false, false},
		{"https://chat.example.com.evil.example", false, false},
		{"https://evil.example", false, false},
		{"http://127.0.0.1:3000", false, false},
		{"http://127.0.0.1:3000", true, true},
		{"http://[::1]:3000", true, true},
		{"http://app.localhost", true, true},
		{"http://localhost.evil.example", true, false},
		{"http://127.0.0.1.evil.example", true, false},
		{"null", true, false},
		{"file://", true, false},
		{"http://", true, false},
		{"ftp://localhost", true, false},
		{"localhost", true, false},
	} {
		f := &fakeChat{}
		status, header, _ := do(newTestServer(f, c.dev), request("GET", "/api/v1/groups/7", "", token, "Origin: "+c.origin))
		if c.ok {
			expect(t, c.origin, status, 200)
			expect(t, c.origin, header.Get("Access-Control-Allow-Origin"), c.origin)
			expect(t, c.origin, header.Get("Vary"), "Origin")
			continue
		}
		expect(t, c.origin, status, 403)
		expect(t, c.origin, header.Get("Access-Control-Allow-Origin"), "")
		expect(t, c.origin, f.call, "")
	}
	status, _, _ := do(newTestServer(&fakeChat{}, true), request("GET", "/", "", "Origin: http://localhost", "Origin: http://localhost"))
	expect(t, "two origins", status, 403)
}

func TestPreflight(t *testing.T) {
	s := newTestServer(&fakeChat{}, false)
	ask := func(origin string) (int, string) {
		status, header, body := do(s, request("OPTIONS", "/api/v1/messages/send", "", "Origin: "+origin,
			"Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization, content-type"))
		if status == 204 {
			expect(t, "body", body, "")
			expect(t, "origin", header.Get("Access-Control-Allow-Origin"), origin)
			expect(t, "headers", header.Get("Access-Control-Allow-Headers"), "Authorization, Content-Type, Idempotency-Key, Last-Event-ID")
		}
		return status, header.Get("Access-Control-Allow-Methods")
	}
	status, methods := ask("https://chat.example.com")
	expect(t, "allowed", status, 204)
	expect(t, "methods", methods, "GET, POST, PUT, PATCH, DELETE")
	status, methods = ask("https://evil.example")
	expect(t, "foreign", status, 403)
	expect(t, "methods", methods, "")
	status, _, _ = do(s, request("OPTIONS", "/api/v1/messages/send", "", "Origin: https://chat.example.com"))
	expect(t, "OPTIONS that is no preflight", status, 405)
}

// In dev mode a page of another site could reach the server under its own name.
func TestDNSRebinding(t *testing.T) {
	for host, ok := range map[string]bool{
		"localhost:9501": true, "localhost": true, "127.0.0.1:9501": true, "127.9.9.9": true, "[::1]:9501": true, "[::1]": true,
		"LocalHost:9501": true, "localhost.:9501": true, "dev.localhost:9501": true, "[::ffff:127.0.0.1]:1": true,
		"evil.example:9501": false, "evil.example": false, "10.0.0.1:9501": false, "": false, "localhost.evil.example": false,
		"0.0.0.0:9501": false, "[::]:9501": false, "127.0.0.1.evil.example": false, "2130706433": false,
	} {
		for _, target := range []string{"/", "/api/v1/groups/7?uid=1", "/healthz", "/nowhere"} {
			r := request("GET", target, "")
			r.Host = host
			status, _, _ := do(newTestServer(&fakeChat{}, true), r)
			if (status != 403) != ok {
				t.Errorf("Host %q, %s: %d", host, target, status)
			}
		}
	}
	status, _, _ := do(newTestServer(&fakeChat{}, false), request("GET", "/healthz", "", "Host: im.example.com"))
	expect(t, "outside dev mode", status, 200)
}
