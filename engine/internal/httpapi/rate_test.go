package httpapi

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestRate(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name             string
		perSecond, burst int
		at               []time.Duration // of the requests
		waits            []time.Duration // 0 is let through
	}{
		{"none", 0, 0, []time.Duration{0, 0, 0}, []time.Duration{0, 0, 0}},
		{"burst, then one a tenth", 10, 3, []time.Duration{0, 0, 0, 0, 50 * ms, 100 * ms, 100 * ms}, []time.Duration{0, 0, 0, 100 * ms, 50 * ms, 0, 100 * ms}},
		{"full again", 10, 2, []time.Duration{0, 0, 0, time.Hour, time.Hour, time.Hour}, []time.Duration{0, 0, 100 * ms, 0, 0, 100 * ms}},
		{"half full", 10, 4, []time.Duration{0, 0, 0, 0, 200 * ms, 200 * ms, 200 * ms}, []time.Duration{0, 0, 0, 0, 0, 0, 100 * ms}},
		{"no burst", 2, 0, []time.Duration{0, 0, 500 * ms}, []time.Duration{0, 500 * ms, 0}},
		{"what is refused costs nothing", 10, 1, []time.Duration{0, 10 * ms, 20 * ms, 100 * ms}, []time.Duration{0, 90 * ms, 80 * ms, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r rate
			r.set(c.perSecond, c.burst)
			for i, at := range c.at {
				var wait time.Duration
				if e := r.take("1", r.start.Add(at)); e != nil {
					wait = e.RetryAfter
				}
				if least := c.waits[i]; wait < least || wait > least*3/2 {
					t.Errorf("wait %d: %v, want %v or up to half as much more", i, wait, least)
				}
			}
		})
	}
}

// However requests come, no more get through than a bucket lets out.
func TestRateIsABucket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		perSecond, burst := rapid.IntRange(1, 1000).Draw(t, "per second"), rapid.IntRange(1, 50).Draw(t, "burst")
		var r rate
		r.set(perSecond, burst)
		left, at := r.bucket, time.Duration(0) // of the bucket, in time
		for range rapid.IntRange(1, 200).Draw(t, "requests") {
			pause := time.Duration(rapid.IntRange(0, 20).Draw(t, "pause")) * r.token / 4
			at += pause
			left = min(r.bucket, left+pause)
			passes := r.take("1", r.start.Add(at)) == nil
			if want := left >= r.token; passes != want {
				t.Fatalf("at %v with %v left: %v", at, left, passes)
			}
			if passes {
				left -= r.token
			}
		}
	})
}

// Users who have gone are forgotten.
func TestRateIsBounded(t *testing.T) {
	var r rate
	r.set(100, 200)
	now := r.start
	for i := range 200_000 {
		now = now.Add(time.Millisecond)
		r.take(fmt.Sprint(i), now)
	}
	n := 0
	for i := range r.shards {
		n += len(r.shards[i].full)
	}
	// Each is remembered for a token's 10 ms.
	if most := 2 * minSweep * len(r.shards); n > most {
		t.Errorf("%d users are remembered, want at most %d", n, most)
	}
	// Nobody is who has not spent anything: in the end there is one bucket.
	now = now.Add(time.Hour)
	for i := range 100 * minSweep * len(r.shards) {
		r.take(fmt.Sprint("x", i), now)
	}
	for i := range r.shards {
		for user := range r.shards[i].full {
			if !strings.HasPrefix(user, "x") {
				t.Fatalf("%s is still remembered", user)
			}
		}
	}
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeChat{}
		s := newTestServer(f, false)
		s.rate.set(2, 2)
		ask := func(headers ...string) (int, string, string) {
			status, header, body := do(s, request("GET", "/api/v1/blocks", "", headers...))
			return status, header.Get("Retry-After"), body
		}
		for range 2 {
			status, _, _ := ask(token)
			expect(t, "status", status, 200)
		}
		status, retry, body := ask(token)
		expect(t, "status", status, 429)
		expect(t, "Retry-After", retry, "1")
		var wait int
		if _, err := fmt.Sscanf(body, `{"code":429,"msg":"too many requests","data":null,"reason":"rate_limited","retry_after_ms":%d}`, &wait); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if wait < 500 || wait > 750 {
			t.Errorf("asked to wait for %d ms", wait)
		}
		for range 5 { // a backend has no bound, whomever it acts for
			status, _, _ := ask(backend, "X-User-Id: 1")
			expect(t, "backend", status, 200)
		}
		status, _, _ = ask("Authorization: Bearer token-of-2")
		expect(t, "another user", status, 200)
		status, _, _ = do(s, request("GET", "/healthz", "", token))
		expect(t, "open", status, 200)
		time.Sleep(500 * time.Millisecond) // in the bubble's time
		status, _, _ = ask(token)
		expect(t, "later", status, 200)
	})
}

func BenchmarkRate(b *testing.B) {
	var r rate
	r.set(1_000_000_000, 1_000_000)
	users := make([]string, 10_000)
	for i := range users {
		users[i] = fmt.Sprintf("user-%d", i)
	}
	now := time.Now()
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for i := 0; p.Next(); i++ {
			if r.take(users[i%len(users)], now) != nil {
				b.Error("refused")
			}
		}
	})
}
