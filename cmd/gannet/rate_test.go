package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestByteRate(t *testing.T) {
	for text, want := range map[string]byteRate{
		"0": 0, "65536": 65536, "64k": 64 << 10, "20M": 20 << 20, "2G": 2 << 30,
	} {
		var r byteRate
		if err := r.Set(text); err != nil || r != want {
			t.Errorf("%s: %d, %v", text, r, err)
		}
	}
	for _, text := range []string{"", "M", "1K", "-1", "1.5M", "20MB", "20 M", "M20", "99999999999G"} {
		var r byteRate
		if err := r.Set(text); err == nil {
			t.Errorf("%q is %d", text, r)
		}
	}
}

// A copy takes as long as its rate says, a pause in between makes up for nothing,
// and the end of the context ends it.
func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit, begun := newThrottle(100<<10), time.Now()
		var got strings.Builder
		told := 0
		n, err := throttled(t.Context(), &got, strings.NewReader(strings.Repeat("x", 1<<20)), limit, func(n int) { told += n })
		if n != 1<<20 || err != nil || got.Len() != 1<<20 || told != 1<<20 {
			t.Errorf("%d bytes, told of %d, %v", n, told, err)
		}
		if took := time.Since(begun); took < 10*time.Second || took > 11*time.Second {
			t.Errorf("took %v", took)
		}
		time.Sleep(time.Hour)
		begun = time.Now()
		if err := limit.wait(t.Context(), 100<<10, begun); err != nil || time.Since(begun) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := limit.wait(ctx, 1<<30, time.Now()); err == nil {
			t.Error("the end of the context isn't noticed")
		}
	})
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 3 << 20: "3.0 MiB", 5 << 40: "5.0 TiB"} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
