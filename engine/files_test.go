package engine

import "testing"

func TestDivideFiles(t *testing.T) {
	for _, c := range []struct {
		limit          uint64
		reserved, http int
	}{
		{1 << 40, 2048, 1024}, // "unlimited"
		{20000, 2048, 1024},
		{1024, 512, 256},
		{300, 256, 128},
	} {
		got := divideFiles(c.limit)
		if got.reserved != c.reserved || got.http != c.http {
			t.Errorf("limit %d: %+v, want %d and %d", c.limit, got, c.reserved, c.http)
		}
	}
}

// With TLS each WebSocket may take three descriptors, and HTTP as many again.
func TestDivideFilesWithTLS(t *testing.T) {
	for _, limit := range []uint64{1 << 40, 20000, 1024, 300} {
		plain := divideFiles(limit)
		got := plain.withTLS(limit)
		most := int(limit) - got.reserved // WebSocket connections that the loops take
		if got.secure != most || got.http != plain.http || got.secure < 1 {
			t.Errorf("limit %d: %+v", limit, got)
		}
		if used := 3*got.secure + plain.reserved + got.http; used > int(limit) && got.secure > 1 {
			t.Errorf("limit %d: %d may be used", limit, used)
		}
	}
}

// What the configuration says that there is room for is what the budget leaves.
func TestRoom(t *testing.T) {
	plain, secure := DefaultConfig(), DefaultConfig()
	secure.Listen.TLS = "127.0.0.1:0"
	for _, limit := range []uint64{1 << 20, 20000, 1024, 300} {
		if got, want := plain.Room(limit), int(limit)-divideFiles(limit).reserved; got != want {
			t.Errorf("limit %d: room for %d, want %d", limit, got, want)
		}
		if got, want := secure.Room(limit), divideFiles(limit).withTLS(limit).secure; got != want {
			t.Errorf("limit %d, with TLS: room for %d, want %d", limit, got, want)
		}
	}
	if n := plain.Room(0); n != 0 {
		t.Errorf("room for %d in nothing", n)
	}
	if n := plain.Room(^uint64(0)); n < 1<<39 {
		t.Errorf("room for %d where there is no limit", n)
	}
}
