package engine_test

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"gannet/engine"
	"gannet/storage"
)

// slowLog is a disk whose log can be made to take its time.
type slowLog struct{ hold atomic.Pointer[chan struct{}] } // a sync waits until it is closed; nil: for nothing

func (f *slowLog) MaybeError(op errorfs.Op) error {
	sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData
	if hold := f.hold.Load(); hold != nil && sync && strings.HasSuffix(op.Path, ".log") {
		<-*hold
	}
	return nil
}

func (f *slowLog) String() string { return "slow log" }

// TestStall: while the disk doesn't answer, what would have to be written is
// refused busy, over HTTP and WebSocket, reading goes on, and what was under way is
// answered in the end.
func TestStall(t *testing.T) {
	disk := &slowLog{}
	e, err := engine.NewOn(config(t.TempDir(), nil), slog.New(slog.NewTextHandler(t.Output(), nil)), func(o *storage.Options) {
		o.FS, o.OnStall = errorfs.Wrap(vfs.Default, disk), func(storage.Stall) {}
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := started(t, e)
	a, b := s.enter("a"), s.enter("b")
	a.ask(`{"type":"send","to":"b","content":"before"}`, object{"type": "sent", "seq": 1.0})
	b.expect(object{"type": "chat", "seq": 1.0})

	hold := make(chan struct{})
	disk.hold.Store(&hold)
	a.send(`{"type":"send","cid":"under way","to":"b","content":1}`)
	s.await("gannet_log_stalled 1\n")
	waits := map[any]bool{}
	for range 20 {
		busy := a.ask(`{"type":"send","cid":"late","to":"b","content":1}`, object{"type": "error", "cid": "late", "reason": "busy", "code": 503.0})
		wait, _ := busy["retry_after_ms"].(float64)
		if wait < 100 || wait > 300 {
			t.Errorf("asked to come back in %v ms", wait)
		}
		waits[wait] = true
	}
	if len(waits) < 2 {
		t.Errorf("all come back at once: %v", waits)
	}
	for _, request := range []string{`POST /messages/send {"to":"b","content":1}`, `POST /groups {"group_id":"g","name":"g"}`} {
		if status, answer := s.asA(request, ""); status != 503 || answer["reason"] != "busy" {
			t.Errorf("%s: %v", request, answer)
		}
	}
	page := b.ask(`{"type":"history","cid":"h","to":"a"}`, object{"type": "history"})
	if n := len(page["messages"].([]any)); n != 1 {
		t.Errorf("%d messages: %v", n, page)
	}
	for _, request := range []string{"GET /messages/history?to=b", "GET /conversations"} {
		if status, answer := s.asA(request, ""); status != 200 {
			t.Errorf("%s: %v", request, answer)
		}
	}
	s.await("gannet_storage_disk_stalls_total 1\n")

	close(hold)
	a.expect(object{"type": "sent", "cid": "under way", "seq": 2.0})
	b.expect(object{"type": "chat", "seq": 2.0})
	s.await("gannet_log_stalled 0\n")
	a.ask(`{"type":"send","to":"b","content":1}`, object{"type": "sent", "seq": 3.0})
}

// await waits until a scrape shows a line.
func (s *server) await(line string) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(s.scrape(), line); {
		if time.Now().After(deadline) {
			s.t.Fatalf("no scrape shows %q", line)
		}
	}
}
