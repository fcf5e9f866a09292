package engine_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// badLogin is a login that is none: headers, and what stands in the address.
type badLogin struct{ name, headers, query string }

// badLogins are refused at every door. At those where an address can hold a token,
// it doesn't help that a good one does.
func badLogins(t *testing.T) []badLogin {
	t.Helper()
	good, eve := token(t, "alice", hour), token(t, "eve", hour)
	bearer := func(token string) string { return "Authorization: Bearer " + token + "\r\n" }
	in := func(token string) string { return "token=" + url.QueryEscape(token) }
	unsigned := func(alg string) string {
		text, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"sub": "alice", "exp": time.Now().Add(hour).Unix()}).
			SignedString(jwt.UnsafeAllowNoneSignatureType)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(text, "none", alg, 1)
	}
	stripped := good[:strings.LastIndexByte(good, '.')+1]
	var list []badLogin
	for name, token := range map[string]string{
		"none":               unsigned("none"),
		"garbled":            "x.y.z",
		"one segment":        "x",
		"stripped":           stripped,
		"another's":          stripped + eve[strings.LastIndexByte(eve, '.')+1:],
		"forged":             tokenOf(t, "another secret, which is as long as it should be", "alice", hour),
		"empty secret":       tokenOf(t, "", "alice", hour),
		"not yet good":       sign(t, secret, jwt.MapClaims{"sub": "alice", "exp": time.Now().Add(hour).Unix(), "nbf": time.Now().Add(hour / 2).Unix()}),
		"never expires":      sign(t, secret, jwt.MapClaims{"sub": "alice"}),
		"expires in words":   sign(t, secret, jwt.MapClaims{"sub": "alice", "exp": "tomorrow"}),
		"of the server":      token(t, "system", hour),
		"of nobody":          token(t, "", hour),
		"of somebody and":    token(t, "alice\x00", hour),
		"long":               sign(t, secret, jwt.MapClaims{"sub": "a b", "exp": time.Now().Add(hour).Unix(), "x": strings.Repeat("x", 3<<10)}),
		"quoted":             `"` + good + `"`,
		"padded":             good + "=",
		"with a word behind": good + " x",
		"two in one":         good + "," + good,
	} {
		list = append(list, badLogin{name, bearer(token), ""}, badLogin{name + ", in the address", "", in(token)},
			badLogin{name + ", beside a good one", bearer(token), in(good)})
	}
	return append(list, []badLogin{
		{"no scheme", "Authorization: " + good + "\r\n", ""},
		{"another scheme", "Authorization: Basic " + good + "\r\n", ""},
		{"scheme alone", "Authorization: Bearer\r\n", in(good)},
		{"scheme and blank", "Authorization: Bearer \r\n", in(good)},
		{"two blanks", bearer(" " + good), ""},
		{"a tab", "Authorization: Bearer\t" + good + "\r\n", ""},
		{"two headers", bearer(good) + bearer(good), ""},
		{"two headers, one bad", bearer(good) + bearer("x"), in(good)},
		{"two headers, in other letters", bearer(good) + "authorization: Bearer " + good + "\r\n", ""},
	}...)
}

// refusedUpgrade is the answer of the WebSocket's door, which isn't that of the API.
const refusedUpgrade = `{"code":401,"reason":"unauthorized","msg":"a valid login is needed"}`

// TestUnauthorized: whatever is wrong with a login, and wherever it comes, the
// answer is the same.
func TestUnauthorized(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	for _, bad := range badLogins(t) {
		s.run(bad.name, func(*testing.T) {
			s.expectUnauthorized(s.http, "/api/v1/blocks?", unauthorized, bad)
			s.expectUnauthorized(s.http, eventsPath+"?", unauthorized, bad)
			s.expectUnauthorized(s.ws, "/ws?", refusedUpgrade, bad)
		})
	}
	long := badLogin{headers: "Authorization: Bearer " + strings.Repeat("x", 9<<10) + "\r\n"}
	s.expectUnauthorized(s.http, "/api/v1/blocks?", unauthorized, long)
	if resp, _ := s.tryLogin(s.ws, "/ws?", long); resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("an upgrade with 9 KiB of token is answered %d", resp.StatusCode)
	}
	// The shape of the requests is a good one.
	good := badLogin{headers: "Authorization: bearer " + token(t, "alice", hour) + "\r\n"}
	for _, path := range []string{"/api/v1/blocks?", eventsPath + "?"} {
		if resp, _ := s.tryLogin(s.http, path, good); resp.StatusCode != 200 {
			t.Errorf("%s: a good login is answered %d", path, resp.StatusCode)
		}
	}
	if resp, _ := s.tryLogin(s.ws, "/ws?", good); resp.StatusCode != 101 {
		t.Errorf("a good login is answered %d", resp.StatusCode)
	}
}

func (s *server) expectUnauthorized(addr, target, want string, bad badLogin) {
	s.t.Helper()
	resp, body := s.tryLogin(addr, target, bad)
	if resp.StatusCode != http.StatusUnauthorized || body != want {
		s.t.Errorf("%s: %d %s, want 401 %s", target, resp.StatusCode, body, want)
	}
	if got := resp.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
		s.t.Errorf("%s: WWW-Authenticate: %s", target, got)
	}
}

// tryLogin sends a request just as the login has it, which could be an upgrade.
func (s *server) tryLogin(addr, target string, login badLogin) (*http.Response, string) {
	s.t.Helper()
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	request := strings.Replace(upgrade(target+login.query), "Upgrade: ", login.headers+"Upgrade: ", 1)
	if _, err := io.WriteString(conn, request); err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if resp.StatusCode < 400 {
		return resp, "" // perhaps of a stream, which has no end
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, string(body)
}

// TestRepeatedParameters: nobody is two users, or the one of them that somebody in
// front of the server didn't look at.
func TestRepeatedParameters(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	for _, query := range []string{"uid=1&uid=2", "uid=1&uid=1", "uid=1&device=a&device=b", "uid=1&%75id=2", "token=x&uid=1&token="} {
		s.tryDialStatus(400, "/ws?"+query)
		if status, text := s.exchange("GET", "/api/v1/blocks?"+query, ""); status != 400 {
			t.Errorf("%s: %d %s", query, status, text)
		}
	}
	s.tryDialStatus(101, "/ws?uid=1&user_id=1&device=a")
}
