package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestAlive: who keeps the watchdog quiet is every loop and the log's writer; when
// one of them stops answering, it is not.
func TestAlive(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	alive := func(of string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := s.Alive(ctx); err != nil {
			t.Errorf("%s: %v", of, err)
		}
	}
	dead := func(of string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if err := s.Alive(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), of) {
			t.Errorf("%s hangs: %v", of, err)
		}
	}
	alive("at first")
	for name, hold := range map[string]func() func(){
		"log": s.HoldLog, "event loop": func() func() { return s.HoldLoop(1) },
	} {
		release := hold()
		dead(name)
		release()
		alive("after the " + name)
	}
}
