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
