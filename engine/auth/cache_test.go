package auth

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func expiring(user string, in time.Duration) Identity {
	return Identity{User: user, Expires: time.Now().Add(in)}
}

func TestCacheIsBounded(t *testing.T) {
	c := newCache(8)
	for i := range 1000 {
		c.put(fmt.Sprint("token", i), expiring(fmt.Sprint(i), time.Hour))
	}
	kept := 0
	for i := range 1000 {
		if id, ok := c.get(fmt.Sprint("token", i), time.Now()); ok {
			kept++
			if id.User != fmt.Sprint(i) {
				t.Fatalf("token%d speaks for %s", i, id.User)
			}
		}
	}
	if kept == 0 || kept > 8*cacheWays {
		t.Fatalf("%d tokens kept in %d places", kept, 8*cacheWays)
	}
}

func TestCacheGivesUpTheFirstToExpire(t *testing.T) {
	c := newCache(1)
	for i := range cacheWays {
		c.put(fmt.Sprint("token", i), expiring("a", time.Duration(cacheWays-i)*time.Hour))
	}
	c.put("one more", expiring("b", 10*time.Hour))
	for i := range cacheWays {
		if _, ok := c.get(fmt.Sprint("token", i), time.Now()); ok != (i != cacheWays-1) {
			t.Errorf("token%d kept: %t", i, ok)
		}
	}
}

func TestCacheForgetsExpiredTokens(t *testing.T) {
	c := newCache(1)
	id := expiring("a", time.Hour)
	c.put("token", id)
	if _, ok := c.get("token", id.Expires); ok {
		t.Fatal("answered at its end")
	}
	if c.sets[0][0].Load() != nil {
		t.Fatal("still in memory")
	}
}

func TestCacheLeavesLongTokensOut(t *testing.T) {
	c := newCache(1)
	long := strings.Repeat("x", maxCachedBytes+1)
	c.put(long, expiring("a", time.Hour))
	if _, ok := c.get(long, time.Now()); ok {
		t.Fatal("kept")
	}
}

func TestCacheInTheFarFuture(t *testing.T) {
	c := newCache(1)
	c.put("token", Identity{User: "a", Expires: time.Unix(maxUnix, 0)})
	if _, ok := c.get("token", time.Now()); !ok {
		t.Fatal("a token of the year 9999 counts as expired")
	}
}

func TestCacheIsSafeForConcurrentUse(t *testing.T) {
	c := newCache(2)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 2000 {
				user := fmt.Sprint(i % 20)
				if id, ok := c.get(user, time.Now()); ok && id.User != user {
					t.Errorf("token of %s speaks for %s", user, id.User)
				}
				c.put(user, expiring(user, time.Hour))
			}
		})
	}
	wg.Wait()
}
