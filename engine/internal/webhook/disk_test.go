package webhook

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

// Nothing is told before it is on disk: no message, and no recall.
func TestOnlyWhatIsOnDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var held atomic.Bool
		free := make(chan struct{})
		fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
			if held.Load() && op.Kind == errorfs.OpFileSync || held.Load() && op.Kind == errorfs.OpFileSyncData {
				<-free
			}
			return nil
		}))
		s := start(t, nil)
		s = open1(t, fs, s.cfg, s.net)
		r := s.endpoint("h", nil, "message.*", "user.*")
		s.send("a", wire.Request{To: "b"})
		s.settle()
		r.told(t)
		r.says(0)
		two := s.send("a", wire.Request{To: "b", Content: []byte(`"kept"`)})
		s.settle()

		held.Store(true)
		done := make(chan error, 2)
		go func() { done <- s.chat.Recall(t.Context(), "a", two.ID) }()
		s.settle()
		go func() {
			_, err := s.chat.SendBatch(t.Context(), []chat.Outgoing{{From: "a", To: "c", Content: []byte("1")}})
			done <- err
		}()
		s.Present("d", true)
		r.says(204)
		time.Sleep(30 * time.Second)
		list := r.told(t)
		if len(list) != 2 || list[0].Data["content"] != "kept" || len(done) > 0 {
			t.Errorf("told %v while the disk stands still", list)
		}
		held.Store(false)
		close(free)
		s.must(<-done)
		s.must(<-done)
		s.settle()
		if got := types(r.told(t)); got != "message.recalled message.created message.offline user.online" && got != "user.online message.recalled message.created message.offline" {
			t.Errorf("told %s", got)
		}
	})
}

// A redirect is no acknowledgement, and isn't followed.
func TestRedirect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r, other := s.endpoint("h", nil, "message.created"), s.net.at("other")
		r.answers(func(batch) (int, string) { return 307, "Location: http://other/" })
		s.send("a", wire.Request{To: "b"})
		s.settle()
		if st := s.status("h"); len(other.requests()) > 0 || len(r.told(t)) > 0 || st.State != StateRetrying || st.LastError != "307 Temporary Redirect (redirects aren't followed): says the receiver" {
			t.Errorf("%+v", st)
		}
	})
}
