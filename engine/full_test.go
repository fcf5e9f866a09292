package engine_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gannet/engine"
)

// onDisk serves on a disk that has as much room as free says.
func onDisk(t *testing.T, dir string, free *atomic.Uint64) *server {
	t.Helper()
	e, err := engine.NewOn(config(dir, nil), slog.New(slog.NewTextHandler(t.Output(), nil)), nil,
		func() (uint64, error) { return free.Load(), nil })
	if err != nil {
		t.Fatal(err)
	}
	return started(t, e)
}

const (
	plenty = 1 << 40
	little = 100 << 20
)

// becomes sets how much room there is and waits until the server minds it.
func (s *server) becomes(free *atomic.Uint64, bytes uint64, full string) {
	s.t.Helper()
	free.Store(bytes)
	s.await("gannet_storage_full " + full + "\n")
}

// refusedWhenFull and doneWhenFull are requests of a, who owns the group g with b
// and c in it. $id is a message of a's to b, $first the first one to the group.
var (
	refusedWhenFull = []string{
		`POST /messages/send {"to":"b","content":1}`,
		`POST /messages/send {"to":"somebody_new","content":1}`,
		`POST /messages/send {"group_id":"g","content":1}`,
		`POST /messages/send {"group_id":"new","content":1}`,
		`POST /messages/edit {"id":"$id","content":2}`,
		`POST /messages/react {"id":"$id","emoji":"x"}`,
		`POST /groups {"group_id":"h","name":"h"}`,
		`POST /groups/g/members {"members":["d"]}`,
		`PATCH /groups/g {"name":"other"}`,
		`PUT /groups/g/members/b {"role":"admin"}`,
		`PUT /groups/g/members/b {"role":"admin","mute_s":60}`,
		`PUT /groups/closed/requests/b {"accept":true}`,
		`POST /groups/g/transfer {"user_id":"b"}`,
	}
	doneWhenFull = []string{
		`GET /messages/history?to=b`,
		`GET /conversations`,
		`GET /groups/g`,
		`GET /groups/g/members`,
		`GET /users/b/presence`,
		`POST /messages/read {"conv_id":"group_g","seq":1}`,
		`PATCH /conversations/group_g {"pinned":true}`,
		`POST /conversations/group_g/clear {"seq":1}`,
		`PUT /blocks/c`,
		`DELETE /blocks/c`,
		`POST /messages/recall {"id":"$id"}`,
		`PUT /groups/g/members/b {"mute_s":60}`,
		`PUT /groups/g/members/b {"muted_until":0}`,
		`PUT /groups/closed/requests/b {"accept":false}`,
		`PUT /groups/g/bans/c`,
		`DELETE /groups/g/bans/c`,
		`DELETE /groups/g/members/b`,
		`DELETE /groups/g`,
	}
)

// asA asks the API as a.
func (s *server) asA(request, id string) (int, object) {
	s.t.Helper()
	method, rest, _ := strings.Cut(request, " ")
	path, body, _ := strings.Cut(rest, " ")
	and := "?"
	if strings.Contains(path, "?") {
		and = "&"
	}
	return s.call(method, "/api/v1"+path+and+"uid=a", strings.ReplaceAll(body, "$id", id))
}

// TestFull: with too little room nothing new is taken, over HTTP or WebSocket;
// reading, connecting and what takes away go on, and all of it when there is room.
func TestFull(t *testing.T) {
	var free atomic.Uint64
	free.Store(plenty)
	s := onDisk(t, t.TempDir(), &free)
	a := s.enter("a")
	s.api("POST", "/api/v1/groups?uid=a", `{"group_id":"g","name":"g","members":["b","c"]}`)
	a.expect(object{"event": "created"}) // between conversations there is no order, so first this
	id := s.api("POST", "/api/v1/messages/send?uid=a", `{"to":"b","cid":"kept","content":"hi"}`)["msg_id"].(string)
	a.expect(object{"type": "chat", "id": id})
	s.api("POST", "/api/v1/groups?uid=a", `{"group_id":"closed","name":"closed","join":"approval"}`)
	a.expect(object{"event": "created", "group_id": "closed"})
	s.api("POST", "/api/v1/groups/closed/join?uid=b", `{}`)
	a.expect(object{"group_id": "closed"})

	s.becomes(&free, little, "1")
	for _, request := range refusedWhenFull {
		if status, answer := s.asA(request, id); status != 507 || answer["reason"] != "storage_full" {
			t.Errorf("%s: %v", request, answer)
		}
	}
	for i, text := range []string{
		`{"type":"send","cid":"1","to":"b","content":1}`,
		`{"type":"edit","cid":"1","id":"` + id + `","content":1}`,
		`{"type":"react","cid":"1","id":"` + id + `","emoji":"x"}`,
	} {
		for range 20 { // a fault of the server's, so nobody is closed for it
			a.ask(text, object{"type": "error", "cid": "1", "code": 507.0, "reason": "storage_full"})
		}
		if i == 0 {
			a.ask(`{"type":"send","cid":"kept","to":"b","content":"hi"}`, object{"type": "sent", "id": id})
		}
	}
	if status, answer := s.call("GET", "/readyz", ""); status != 200 {
		t.Errorf("readyz: %v", answer)
	}
	b := s.dial("uid=b")
	b.expect(object{"event": "welcome"})
	b.expect(object{"type": "group", "event": "created"})
	b.expect(object{"type": "chat", "id": id})
	b.ask(`{"type":"history","cid":"h","to":"a"}`, object{"type": "history"})
	b.ask(`{"type":"read","cid":"r","conv_id":"single_a:b","seq":1}`, object{"type": "ok", "cid": "r"})
	for _, request := range doneWhenFull {
		if status, answer := s.asA(request, id); status != 200 {
			t.Errorf("%s: %v", request, answer)
		}
	}

	s.becomes(&free, plenty, "0")
	if status, answer := s.asA(`POST /messages/send {"to":"b","content":1}`, id); status != 200 {
		t.Errorf("with room: %v", answer)
	}
	want := fmt.Sprintf("gannet_storage_full_refusals_total %d\n", len(refusedWhenFull)+3*20)
	if text := s.scrape(); !strings.Contains(text, want) || !strings.Contains(text, fmt.Sprintf("gannet_storage_free_bytes %d\n", plenty)) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

// TestStartFull: below the bound a server starts and reads; far below, it says why
// it doesn't start.
func TestStartFull(t *testing.T) {
	dir := t.TempDir()
	var free atomic.Uint64
	free.Store(plenty)
	s := onDisk(t, dir, &free)
	s.api("POST", "/api/v1/messages/send?uid=a", `{"to":"b","content":"hi"}`)
	s.stop()

	free.Store(little)
	s = onDisk(t, dir, &free)
	if status, answer := s.asA(`POST /messages/send {"to":"b","content":1}`, ""); status != 507 {
		t.Errorf("the first send: %v", answer)
	}
	if got := s.api("GET", "/api/v1/messages/history?uid=b&to=a", "")["messages"].([]any); len(got) != 1 {
		t.Errorf("%v", got)
	}
	s.stop()

	free.Store(16<<20 - 1)
	var log bytes.Buffer
	e, err := engine.NewOn(config(dir, nil), slog.New(slog.NewTextHandler(&log, nil)), nil,
		func() (uint64, error) { return free.Load(), nil })
	if err == nil || !strings.Contains(err.Error(), "the disk is full; make room") || !strings.Contains(err.Error(), "storage.min_free_bytes") {
		t.Errorf("%v, %v", e, err)
	}
	free.Store(16 << 20)
	onDisk(t, dir, &free).stop()
}

// operator is the server to who asks the operator's listener.
func (s *server) operator() *server {
	return &server{Engine: s.Engine, t: s.t, ws: s.ws, http: s.admin, admin: s.admin}
}

// TestBackupNeedsRoom: a backup isn't begun where it might fill the disk, and one
// that was left makes room at the next start.
func TestBackupNeedsRoom(t *testing.T) {
	dir := t.TempDir()
	var free atomic.Uint64
	free.Store(plenty)
	s := onDisk(t, dir, &free)
	s.becomes(&free, little, "1")
	if status, answer := s.operator().call("POST", "/api/v1/backups", ""); status != 507 || answer["reason"] != "storage_full" {
		t.Errorf("%d, %v", status, answer)
	}
	s.becomes(&free, plenty, "0")
	if status, answer := s.operator().call("POST", "/api/v1/backups", ""); status != 200 {
		t.Errorf("%d, %v", status, answer)
	}
	s.stop()

	left := filepath.Join(dir, "backups", "copy-left")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	e, err := engine.NewOn(config(dir, nil), slog.New(slog.DiscardHandler), nil, func() (uint64, error) {
		if _, err := os.Stat(left); err == nil {
			return 0, nil // it takes all
		}
		return plenty, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	started(t, e).stop()
}
