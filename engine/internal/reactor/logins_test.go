package reactor

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/codec"
)

// TestLoginsPerSecond: in any second there are at most twice the bound, and over a
// long time there is the bound.
func TestLoginsPerSecond(t *testing.T) {
	const bound = 100
	var l logins
	l.set(bound)
	var taken []time.Duration
	for now := time.Duration(0); now < 10*time.Second; now += time.Millisecond {
		for range 3 {
			if l.take(now) {
				taken = append(taken, now)
			}
		}
	}
	if n := len(taken); n < 11*bound-1 || n > 11*bound {
		t.Errorf("%d in 10 s, with one second's worth at the start", n)
	}
	for i := range len(taken) - 2*bound {
		if taken[i+2*bound]-taken[i] < time.Second {
			t.Fatalf("more than %d from %s to %s", 2*bound, taken[i], taken[i+2*bound])
		}
	}
	if idle := 20 * time.Second; !l.take(idle) {
		t.Error("none after a pause")
	}
}

func TestNoBoundOfLogins(t *testing.T) {
	var l logins
	l.set(0)
	for range 1 << 16 {
		if !l.take(0) {
			t.Fatal("refused")
		}
	}
}

// TestComeBack: those who are refused are told to return one after another, at the
// rate that there is room for.
func TestComeBack(t *testing.T) {
	const bound, refused = 100, 1000
	var l logins
	l.set(bound)
	var waits []time.Duration
	for range refused {
		waits = append(waits, l.comeBack(0))
	}
	slices.Sort(waits)
	if waits[0] <= 0 || waits[refused-1] < 9*time.Second || waits[refused-1] > 11*time.Second {
		t.Errorf("from %s to %s", waits[0], waits[refused-1])
	}
	for i := range refused - 3*bound {
		if waits[i+3*bound]-waits[i] < time.Second {
			t.Fatalf("more than %d return from %s to %s", 3*bound, waits[i], waits[i+3*bound])
		}
	}
}

// TestComeBackSometime: nobody is sent away for long, however many there are, and
// they don't return all at once.
func TestComeBackSometime(t *testing.T) {
	var l logins
	l.set(1)
	var waits []time.Duration
	for range 1000 {
		waits = append(waits, l.comeBack(0))
	}
	if most := slices.Max(waits); most > 2*longestReturn {
		t.Errorf("sent away for %s", most)
	}
	late := waits[100:]
	if slices.Max(late)-slices.Min(late) < longestReturn/2 {
		t.Errorf("all return from %s to %s", slices.Min(late), slices.Max(late))
	}
}

// TestPostponed: above the bound a login is refused, and the client told when to
// return. Who is refused for another reason takes no login from others.
func TestPostponed(t *testing.T) {
	stranger := true
	h := &recorder{open: func(c *Conn, _ *codec.Request) {
		if stranger {
			c.Reject(401, "unauthorized", "")
			return
		}
		if wait, ok := c.Login(); !ok {
			c.Postpone("busy", "too many", wait)
			c.Postpone("busy", "answered already", wait)
			return
		}
		c.Accept("")
	}}
	r := serve(t, Config{Reactors: 1, MaxLogins: 1}, h)
	for range 10 {
		if got := ask(t, r); got.Status != 401 {
			t.Fatalf("a stranger got %d", got.Status)
		}
	}
	r.Do(0, func() { stranger = false })
	if got := ask(t, r); got.Status != 101 {
		t.Fatalf("the first is refused: %d", got.Status)
	}
	// Each more is one too many, until a second has passed.
	for r.Stats().Postponed == 0 {
		got := ask(t, r)
		if got.Status != 101 && (got.Status != 503 || !strings.Contains(string(got.Body), `"retry_after_ms":`)) {
			t.Fatalf("got %d %s", got.Status, got.Body)
		}
	}
	if s := r.Stats(); s.Rejected[503] != 0 || s.Rejected[401] != 10 {
		t.Errorf("stats %+v", s)
	}
}

func ask(t *testing.T, r *Reactors) *codec.Response {
	c := dialRaw(t, r)
	c.write(upgrade())
	return c.response()
}

// TestSpread: who is refused together doesn't return together.
func TestSpread(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 100 {
		d := busy.spread().retryAfter
		if d < busy.retryAfter/2 || d > busy.retryAfter*3/2 {
			t.Fatalf("%s", d)
		}
		seen[d] = true
	}
	if len(seen) < 50 {
		t.Errorf("only %d different times", len(seen))
	}
}
