package webhook

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"gannet/codec/wire"
)

// damaged is the site after a restart, with the first row that holds some text
// replaced. The other result mends it, by another restart.
func (s *site) damaged(text string) (broken *site, mend func(*site) *site) {
	s.t.Helper()
	s.close()
	key, value := s.replace(text, nil, nil)
	broken = open1(s.t, s.fs, s.cfg, s.net)
	broken.broken = true
	return broken, func(s *site) *site {
		s.t.Helper()
		s.close()
		s.replace("", key, value)
		return open1(s.t, s.fs, s.cfg, s.net)
	}
}

// replace writes a row, or spoils the first one that holds some text, and returns
// what it was.
func (s *site) replace(text string, key, value []byte) (oldKey, oldValue []byte) {
	s.t.Helper()
	p, err := pebble.Open("/data", &pebble.Options{FS: s.fs, FormatMajorVersion: pebble.FormatNewest, Logger: noLogger{}})
	s.must(err)
	defer func() { s.must(p.Close()) }()
	if key != nil {
		s.must(p.Set(key, value, pebble.Sync))
		return nil, nil
	}
	it, err := p.NewIter(nil)
	s.must(err)
	for it.First(); it.Valid() && !bytes.Contains(it.Value(), []byte(text)); it.Next() {
	}
	oldKey, oldValue = bytes.Clone(it.Key()), bytes.Clone(it.Value())
	s.must(it.Close())
	if oldKey == nil {
		s.t.Fatalf("nothing holds %q", text)
	}
	s.must(p.Set(oldKey, []byte{0xff}, pebble.Sync))
	return oldKey, oldValue
}

type noLogger struct{}

func (noLogger) Infof(string, ...any)  {}
func (noLogger) Errorf(string, ...any) {}
func (noLogger) Fatalf(string, ...any) {}

// What can't be read doesn't hold up what is before it, and is told once it can be
// read again.
func TestUnreadableEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		r.says(0)
		for _, content := range []string{`"one"`, `"two"`, `"spoilt"`, `"three"`} {
			s.send("a", wire.Request{To: "b", Content: []byte(content)})
		}
		s, mend := s.damaged("spoilt")
		r.says(204)
		time.Sleep(time.Minute)
		if list := r.told(t); len(list) != 2 || list[1].Data["content"] != "two" {
			t.Errorf("told %v", list)
		}
		mend(s)
		s.settle()
		if list := r.told(t); len(list) != 2 || list[0].Data["content"] != "spoilt" {
			t.Errorf("told %v", list)
		}
	})
}

// A letter that can't be read doesn't hold up what is new, nor letters before it.
func TestUnreadableLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		r.says(410)
		s.send("a", wire.Request{To: "b"})
		s.send("a", wire.Request{To: "c", Content: []byte(`"spoilt"`)})
		time.Sleep(time.Minute)
		s, mend := s.damaged("spoilt")
		r.says(204)
		n, err := s.Replay(t.Context(), "h", 0, 0)
		s.must(err)
		s.settle()
		s.send("a", wire.Request{To: "d", Content: []byte(`"new"`)})
		s.settle()
		if list := r.told(t); n != 2 || len(list) != 2 || list[1].Data["content"] != "new" || len(s.dead("h")) != 1 {
			t.Errorf("%d, told %v", n, list)
		}
		s = mend(s)
		s.settle()
		if list := r.told(t); len(list) != 1 || len(s.dead("h")) != 0 {
			t.Errorf("told %v", list)
		}
	})
}

// Nothing is sent until the dead letters are counted: another would take the place
// of one that is there.
func TestUncounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "message.created")
		r.says(410)
		s.send("a", wire.Request{To: "b"})
		time.Sleep(time.Minute)
		s, mend := s.damaged("410 Gone")
		s.send("a", wire.Request{To: "b"})
		r.requests()
		time.Sleep(time.Minute)
		if list := r.requests(); len(list) > 0 {
			t.Errorf("asked %d times", len(list))
		}
		s = mend(s)
		time.Sleep(time.Minute)
		if dead := s.dead("h"); len(dead) != 2 || dead[1].Number != 2 {
			t.Errorf("%+v", dead)
		}
	})
}
