package chat

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gannet/engine/internal/sequencer"
)

// Who is too fast is told when to come again, and isn't closed for it. Pings and
// acks are free.
func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, func(c *Config, _ *sequencer.Config) { c.MessagesPerSecond, c.Burst = 10, 20 })
		c := s.simple("a")
		ask := func(granted, refused int) {
			t.Helper()
			for range granted {
				c.ask(`{"type":"send","to":"b","content":1}`, object{"type": "sent"})
			}
			for range refused {
				got := c.ask(`{"type":"send","cid":"c","to":"b","content":1}`, object{"type": "error", "cid": "c", "reason": "rate_limited", "code": 429})
				if wait := got["retry_after_ms"].(float64); wait < 1 || wait > 150 {
					t.Errorf("%v", got["raw"])
				}
			}
		}
		ask(20, 3*maxErrors)
		for range 50 {
			c.ask(`{"type":"ping"}`, object{"type": "pong"})
			c.say(`{"type":"ack","conv_id":"single_a:b","seq":1}`)
		}
		if got := s.Stats().RateLimited; got != 3*maxErrors {
			t.Errorf("%d counted", got)
		}
		time.Sleep(100 * time.Millisecond)
		ask(1, 1)
		time.Sleep(time.Second)
		ask(10, 1)
		time.Sleep(time.Minute)
		ask(20, 1)
		other := s.simple("z")
		other.ask(`{"type":"send","to":"b","content":1}`, object{"type": "sent"})
		c.ask(`{"type":"ping"}`, object{"type": "pong"}) // still open
	})
}

// Altogether a bucket gives no more than the burst and what flows in, and who keeps to the rate is never refused.
func TestBucket(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctest.Test(t, func(*testing.T) {
			rate, burst := rapid.IntRange(1, 50).Draw(rt, "rate"), rapid.IntRange(1, 100).Draw(rt, "burst")
			var b bucket
			start, given := time.Now(), 0
			for range 100 {
				wait := b.take(time.Since(start), rate, burst)
				if wait == 0 {
					given++
				}
				if most := float64(burst) + time.Since(start).Seconds()*float64(rate) + 1e-6; float64(given) > most {
					rt.Fatalf("%d given, %g are most", given, most)
				}
				if wait > 0 && rapid.Bool().Draw(rt, "obeys") {
					time.Sleep(wait + time.Microsecond)
					if again := b.take(time.Since(start), rate, burst); again != 0 {
						rt.Fatalf("told to wait %v, and then %v more", wait, again)
					}
					given++
				}
				time.Sleep(time.Duration(rapid.IntRange(0, 30).Draw(rt, "pause")) * time.Millisecond)
			}
		})
	})
}
