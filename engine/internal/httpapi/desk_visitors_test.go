package httpapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/engine/internal/metrics"
)

// proofOf is the hex HMAC of a user under a secret.
func proofOf(secret, user string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(user))
	return hex.EncodeToString(mac.Sum(nil))
}

const identify = "/api/v1/desk/visitors/me/identify"

func TestIdentify(t *testing.T) {
	good := proofOf(identitySecret, "5")
	for _, c := range []struct {
		name, login, body string
		user              string // "" is refused
		mints             bool
	}{
		{"token", anonymous, `{"token":"token-of-5"}`, "5", false},
		{"a site's visitor", anonymous, `{"token":"visitor-token-of-5"}`, "5", false},
		{"hmac", anonymous, `{"user_id":5,"hmac":"` + good + `"}`, "5", true},
		{"hmac in capitals", anonymous, `{"user_id":"5","hmac":"` + strings.ToUpper(good) + `"}`, "5", true},

		{"bad token", anonymous, `{"token":"x"}`, "", false},
		{"expired token", anonymous, `{"token":"expired"}`, "", false},
		{"one of the desk's own", anonymous, `{"token":"own-token-of-5"}`, "", false},
		{"their own", anonymous, `{"token":"own-token-of-visitor_a"}`, "", false},
		{"an agent's", anonymous, `{"token":"agent-token-of-5"}`, "", false},
		{"a supervisor's", anonymous, `{"token":"supervisor-token-of-5"}`, "", false},
		{"an agent's by record", anonymous, `{"token":"token-of-boss"}`, "", false},
		{"a visitor's of the site", anonymous, `{"token":"token-of-visitor_b"}`, "", false},
		{"hmac of another", anonymous, `{"user_id":"6","hmac":"` + good + `"}`, "", false},
		{"hmac by another secret", anonymous, `{"user_id":"5","hmac":"` + proofOf("x"+identitySecret, "5") + `"}`, "", false},
		{"hmac by none", anonymous, `{"user_id":"5","hmac":"` + proofOf("", "5") + `"}`, "", false},
		{"hmac cut short", anonymous, `{"user_id":"5","hmac":"` + good[:62] + `"}`, "", false},
		{"hmac and more", anonymous, `{"user_id":"5","hmac":"` + good + `00"}`, "", false},
		{"no hmac", anonymous, `{"user_id":"5"}`, "", false},
		{"hmac of an agent by record", anonymous, `{"user_id":"boss","hmac":"` + proofOf(identitySecret, "boss") + `"}`, "", false},
		{"hmac of a visitor", anonymous, `{"user_id":"visitor_b","hmac":"` + proofOf(identitySecret, "visitor_b") + `"}`, "", false},
		{"hmac of the system", anonymous, `{"user_id":"system","hmac":"` + proofOf(identitySecret, "system") + `"}`, "", false},
		{"both", anonymous, `{"token":"token-of-5","user_id":"5","hmac":"` + good + `"}`, "", false},
		{"a token and an hmac", anonymous, `{"token":"token-of-5","hmac":"` + good + `"}`, "", false},
		{"nothing", anonymous, `{}`, "", false},

		{"who is identified", "Authorization: Bearer own-token-of-4", `{"token":"token-of-5"}`, "", false},
		{"a user", token, `{"token":"token-of-5"}`, "", false},
		{"a user with a visitor's name", "Authorization: Bearer token-of-visitor_a", `{"token":"token-of-5"}`, "", false},
		{"an agent", agentLogin, `{"token":"token-of-5"}`, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fakeChat{}
			status, _, body := do(newTestServer(f, false), request("POST", identify, c.body, c.login))
			if c.user == "" {
				if status != 400 && status != 403 || len(f.all) > 0 || strings.Contains(body, "token-of") {
					t.Errorf("%d %s, calls %q", status, body, f.all)
				}
				return
			}
			expect(t, "status", status, 200)
			if len(f.all) != 3 || f.all[0] != "identify visitor_a:visitor "+c.user || !strings.HasPrefix(f.all[1], "revoke visitor_a  before=") || f.all[2] != "kick visitor_a " {
				t.Errorf("calls %q", f.all)
			}
			expect(t, "mints", strings.Contains(body, `"token":"own-token-of-5","expires_at":8000`), c.mints)
		})
	}
}

// The revocation is kept as long as a token of the visitor can be good, and no longer.
func TestIdentifyRevokes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeChat{}
		do(newTestServer(f, false), request("POST", identify, `{"token":"token-of-5"}`, anonymous))
		now := time.Now()
		expect(t, "revocation", f.all[1], fmt.Sprintf("revoke visitor_a  before=%d until=%d", now.UnixMilli(), now.Add(time.Hour).UnixMilli()))
	})
}

func TestIdentifyWithoutSecret(t *testing.T) {
	f := &fakeChat{}
	s := newTestServer(f, false)
	s.identity = nil
	status, _, _ := do(s, request("POST", identify, `{"user_id":"5","hmac":"`+proofOf("", "5")+`"}`, anonymous))
	expect(t, "status", status, 403)
	expect(t, "call", f.call, "")
}

// What proves somebody is shown neither by a refusal nor in the log.
func TestIdentifyKeepsSecrets(t *testing.T) {
	var log strings.Builder
	for _, body := range []string{
		`{"token":"hunter2"}`, `{"user_id":"5","hmac":"hunter2"}`, `{"user_id":"hunter2 ","hmac":""}`,
		`{"token":"token-of-5"}`, `{"user_id":"5","hmac":"` + proofOf(identitySecret, "5") + `"}`,
	} {
		f := &fakeChat{err: errDisk}
		s := New(Config{
			Chat: f, Auth: fakeAuth{}, Desk: fakeDesk{f}, Visitors: fakeVisitors{f}, IdentitySecret: []byte(identitySecret), SystemUser: "system",
			MaxBody: testMaxBody, MaxConnections: 1, Metrics: metrics.New(), Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		_, _, answer := do(s, request("POST", identify, body, anonymous))
		for _, secret := range []string{"hunter2", "token-of", identitySecret, proofOf(identitySecret, "5")[:20]} {
			if strings.Contains(answer, secret) || strings.Contains(log.String(), secret) {
				t.Errorf("%s: shown in %s or %s", body, answer, log.String())
			}
		}
	}
	if !strings.Contains(log.String(), "request failed") {
		t.Error("nothing was logged")
	}
}

func TestRenew(t *testing.T) {
	for login, want := range map[string]int{visitorLogin: 200, anonymous: 200, token: 403, "Authorization: Bearer visitor-token-of-9": 403, agentLogin: 403} {
		status, _, _ := do(newTestServer(&fakeChat{}, false), request("POST", "/api/v1/desk/visitors/me/renew", `{}`, login))
		expect(t, login, status, want)
	}
}

// A token isn't kept on disk for retries.
func TestTokensAreNotKept(t *testing.T) {
	for _, c := range deskCalls {
		if !strings.Contains(c.target, "/visitors") {
			continue
		}
		f := &fakeChat{}
		s := newTestServer(f, false)
		for range 2 {
			status, _, _ := do(s, request(c.method, c.target, c.body, append(c.headers(), "Idempotency-Key: k")...))
			expect(t, c.target, status, 200)
		}
		expect(t, c.target, f.kept, 0)
	}
	f := &fakeChat{}
	do(newTestServer(f, false), request("POST", "/api/v1/desk/sessions/s1/claim", "", agentLogin, "Idempotency-Key: k"))
	expect(t, "another one", f.kept, 1)
}

func TestNoVisitors(t *testing.T) {
	f := &fakeChat{}
	s := newTestServer(f, false)
	s.visitors = nil
	status, _, body := do(s, request("POST", "/api/v1/desk/visitors", ""))
	expect(t, "come", status, 404)
	expect(t, "come", body, `{"code":404,"msg":"no such path","data":null,"reason":"not_found"}`)
	status, _, _ = do(s, request("POST", "/api/v1/desk/visitors/me/renew", "", visitorLogin))
	expect(t, "renew", status, 403)
	expect(t, "call", f.call, "")
}

// arrive asks for a visitor's token from an address.
func arrive(s http.Handler, from string) (status int, retry string) {
	r := request("POST", "/api/v1/desk/visitors", "")
	r.RemoteAddr = from
	r.Header.Set("X-Forwarded-For", from+"1") // which anybody could write
	status, header, _ := do(s, r)
	return status, header.Get("Retry-After")
}

func TestArrivalsByAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(&fakeChat{}, false)
		s.arrivals.setPerMinute(2, maxAddresses)
		var got []int
		for _, from := range []string{
			"192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "[::ffff:192.0.2.1]:4", "192.0.2.2:1",
			"[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::ffff:0:0:3]:1", "[2001:db8:0:1::1]:1", "127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1",
		} {
			status, _ := arrive(s, from)
			got = append(got, status)
		}
		if want := []int{200, 200, 429, 429, 200, 200, 200, 429, 200, 200, 200, 429}; !slices.Equal(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
		status, retry := arrive(s, "192.0.2.1:1")
		if status != 429 || retry == "" || retry == "0" {
			t.Errorf("%d, Retry-After %q", status, retry)
		}
		time.Sleep(30 * time.Second)
		status, _ = arrive(s, "192.0.2.1:1")
		expect(t, "after half a minute", status, 200)
	})
}

// Addresses are forgotten once they may come as often as ever, and there is room
// for so many at a time.
func TestAddressesAreBounded(t *testing.T) {
	var r rate
	r.setPerMinute(60, 4*len(r.shards))
	held := func() (n int) {
		for i := range r.shards {
			n += len(r.shards[i].full)
		}
		return n
	}
	passed := 0
	for i := range 10_000 {
		if r.take(fmt.Sprint("old", i), r.start) == nil {
			passed++
		}
	}
	if passed != held() || passed > 4*len(r.shards) || passed < 3*len(r.shards) {
		t.Errorf("%d came, %d are remembered", passed, held())
	}
	if err := r.take("new", r.start.Add(2*time.Second)); err != nil {
		t.Error("when the others may come again:", err)
	}
}
