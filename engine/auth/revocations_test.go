package auth

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var noon = time.Unix(1_700_000_000, 0)

func TestRevoked(t *testing.T) {
	var r Revocations
	r.Revoke(Revocation{User: "alice", Before: noon})
	r.Revoke(Revocation{TokenID: "t1"})
	r.Revoke(Revocation{User: "carol", Before: noon, TokenID: "t2"})
	r.Revoke(Revocation{Before: noon})
	for _, test := range []struct {
		id   Identity
		want bool
	}{
		{Identity{User: "alice", Issued: noon.Add(-time.Second)}, true},
		{Identity{User: "alice", Issued: noon}, false},
		{Identity{User: "alice"}, true},
		{Identity{User: "Alice"}, false},
		{Identity{User: "bob"}, false},
		{Identity{User: "bob", ID: "t1", Issued: noon.Add(time.Hour)}, true},
		{Identity{User: "t1", ID: "alice"}, false},
		{Identity{User: "carol"}, true},
		{Identity{User: "bob", ID: "t2"}, true},
		{Identity{}, false},
	} {
		if got := r.Revoked(test.id); got != test.want {
			t.Errorf("%+v: %t", test.id, got)
		}
	}
}

func TestRevocationsOfOneUserAddUp(t *testing.T) {
	for _, test := range []struct {
		first, second Revocation
		at            time.Time // of Forget
		issued        time.Time
		want          bool
	}{
		{Revocation{Before: noon}, Revocation{Before: noon.Add(-time.Hour)}, noon, noon.Add(-time.Second), true},
		{Revocation{Before: noon.Add(-time.Hour)}, Revocation{Before: noon}, noon, noon.Add(-time.Second), true},
		{Revocation{Before: noon}, Revocation{Before: noon, Until: noon}, noon, time.Time{}, true},
		{Revocation{Before: noon, Until: noon}, Revocation{Before: noon}, noon, time.Time{}, true},
		{Revocation{Before: noon, Until: noon.Add(1)}, Revocation{Before: noon, Until: noon}, noon, time.Time{}, true},
		{Revocation{Before: noon, Until: noon}, Revocation{Before: noon, Until: noon}, noon, time.Time{}, false},
	} {
		var r Revocations
		for _, v := range []Revocation{test.first, test.second} {
			v.User = "alice"
			r.Revoke(v)
		}
		r.Forget(test.at)
		if got := r.Revoked(Identity{User: "alice", Issued: test.issued}); got != test.want {
			t.Errorf("%+v: %t", test, got)
		}
	}
}

func TestForget(t *testing.T) {
	var r Revocations
	r.Revoke(Revocation{TokenID: "for ever"})
	r.Revoke(Revocation{TokenID: "t", Until: noon})
	r.Revoke(Revocation{User: "alice", Before: noon, Until: noon})
	alice, token := Identity{User: "alice"}, Identity{ID: "t"}
	r.Forget(noon.Add(-1))
	if !r.Revoked(alice) || !r.Revoked(token) {
		t.Error("forgotten too early")
	}
	r.Forget(noon)
	if r.Revoked(alice) || r.Revoked(token) {
		t.Error("still there")
	}
	if r.Forget(noon.Add(1000 * time.Hour)); !r.Revoked(Identity{ID: "for ever"}) {
		t.Error("without Until, and forgotten")
	}
}

func TestEpochMovesWithEachRevocation(t *testing.T) {
	var r Revocations
	before := r.Epoch()
	r.Revoke(Revocation{User: "alice", Before: noon, Until: noon})
	first := r.Epoch()
	r.Revoke(Revocation{User: "alice", Before: noon, Until: noon})
	if second := r.Epoch(); before == first || first == second {
		t.Fatal(before, first, second)
	}
}

// TestRevocationsAreSafeForConcurrentUse also holds that who sees the epoch of a
// revocation sees the revocation.
func TestRevocationsAreSafeForConcurrentUse(t *testing.T) {
	const n = 1000
	var r Revocations
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n {
			r.Revoke(Revocation{User: fmt.Sprint(i), Before: noon})
		}
	})
	wg.Go(func() {
		for range 50 {
			r.Forget(noon)
		}
	})
	for range 2 {
		wg.Go(func() {
			for epoch := uint64(0); epoch < n; {
				if epoch = r.Epoch(); epoch > 0 && !r.Revoked(Identity{User: fmt.Sprint(epoch - 1)}) {
					t.Errorf("revocation %d isn't seen", epoch)
				}
			}
		})
	}
	wg.Wait()
}

func TestVerifyRefusesRevokedTokens(t *testing.T) {
	v := newTestVerifier(t, secretConfig())
	now := time.Now()
	old := hs(t, good(jwt.MapClaims{"iat": now.Add(-time.Minute).Unix()}))
	fresh := hs(t, good(jwt.MapClaims{"iat": now.Unix(), "jti": "f"}))
	undated := hs(t, good(jwt.MapClaims{"iat": nil}))
	check := func(when string, want map[string]error) {
		t.Helper()
		for token, err := range want {
			for range 2 { // checked, then remembered
				if _, got := v.Verify(token); got != err {
					t.Errorf("%s: %v, want %v", when, got, err)
				}
			}
		}
	}
	check("before", map[string]error{old: nil, fresh: nil, undated: nil})
	v.Revocations().Revoke(Revocation{User: "alice", Before: now.Add(-time.Second)})
	check("by user", map[string]error{old: ErrUnauthorized, fresh: nil, undated: ErrUnauthorized})
	v.Revocations().Revoke(Revocation{TokenID: "f", Until: now})
	check("by token", map[string]error{old: ErrUnauthorized, fresh: ErrUnauthorized})
	v.Revocations().Forget(now)
	check("forgotten", map[string]error{old: ErrUnauthorized, fresh: nil})
}

func TestOutlived(t *testing.T) {
	c := secretConfig()
	c.Leeway = 30 * time.Second
	if until := newTestVerifier(t, c).Outlived(noon); !until.IsZero() {
		t.Error(until)
	}
	c.MaxTTL = time.Hour
	if until := newTestVerifier(t, c).Outlived(noon); !until.Equal(noon.Add(time.Hour + time.Minute)) {
		t.Error(until)
	}
}

func BenchmarkRevoked(b *testing.B) {
	var r Revocations
	for i := range 10_000 {
		r.Revoke(Revocation{User: fmt.Sprint(i), Before: noon})
	}
	id := Identity{User: "5000", ID: "0123456789abcdef", Issued: noon}
	b.ReportAllocs()
	for b.Loop() {
		if r.Revoked(id) {
			b.Fatal()
		}
	}
}
