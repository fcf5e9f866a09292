package overload

import (
	"maps"
	"sync"
)

// A tally counts what attackers see. Any goroutine may use it.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (t *tally) add(key string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = make(map[string]int)
	}
	t.counts[key] += n
}

func (t *tally) snapshot() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}
