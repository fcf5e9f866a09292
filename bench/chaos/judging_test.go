package chaos

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"gannet/bench/checker"
)

// found are the kinds of what was found.
func found(r *recorder) (kinds []string) {
	for _, f := range r.findings {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

// expect fails unless exactly one thing was found, of a kind; "" is nothing.
func expect(t *testing.T, what string, r *recorder, kind string) {
	t.Helper()
	if got := strings.Join(found(r), " "); got != kind {
		t.Errorf("%s: found %q, want %q: %v", what, got, kind, r.findings)
	}
}

// answering is a world whose server answers every request so.
func answering(t *testing.T, status int, text string) *world {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text)) // who asks finds out
	}))
	w := newWorld(newRecorder(), secret)
	t.Cleanup(func() { w.http.CloseIdleConnections(); s.Close() })
	addr := strings.TrimPrefix(s.URL, "http://")
	w.addr.Store(&address{ws: addr, http: addr})
	return w
}

// TestLostJoin: a guest who is out without having asked for it has lost a join.
func TestLostJoin(t *testing.T) {
	const notFound = `{"code":404,"reason":"not_found"}`
	for _, unsure := range []bool{false, true} {
		w := answering(t, 404, notFound)
		group := w.convs[singleCount]
		v := newVisitor(w, group, group.guests[0])
		v.unsure = unsure
		group.leaving(v.guest.name)
		if left := v.leave(t.Context(), false); left != unsure {
			t.Errorf("unsure %t: left %t", unsure, left)
		}
		expect(t, "a leave", w.rec, map[bool]string{false: kindRefused}[unsure])
	}
}

// TestSyncedShort: a sync that says it went further than it did.
func TestSyncedShort(t *testing.T) {
	for came, kind := range map[string]string{"5": kindUndelivered, "6": ""} {
		w := newWorld(newRecorder(), secret)
		conv := w.convs[0]
		c := newClient(w, w.users[conv.members[0]], "phone", true)
		c.user.convs = []*conversation{conv}
		c.places[conv].synced(5, false)
		r, _ := c.beginSync(newRand(1), nil)
		c.hear(decode(t, `{"type":"chat","id":"1","conv_id":"`+conv.id+`","seq":`+came+`,"from":"x","content":"a"}`))
		c.hear(decode(t, `{"type":"synced","cid":"`+r.CID+`","convs":{"`+conv.id+`":{"seq":6,"has_more":false}}}`))
		expect(t, "up to "+came, w.rec, kind)
	}
}

// TestLate: who isn't connected, or was pushed nothing at all, is found.
func TestLate(t *testing.T) {
	for _, test := range []struct {
		name      string
		tracked   bool
		connected bool
		upTo      uint64
		kind      string
	}{
		{"has all", true, true, 4, ""},
		{"was pushed nothing", true, true, 3, kindUndelivered},
		{"needn't have all", false, true, 3, ""},
		{"is cut off", false, false, 4, kindCutOff},
	} {
		w := newWorld(newRecorder(), secret)
		w.addr.Store(&address{})
		conv := w.convs[0]
		c := newClient(w, w.users[conv.members[0]], "phone", test.tracked)
		c.places[conv].synced(test.upTo, false)
		c.at = &address{}
		if test.connected {
			c.at = w.addr.Load()
		}
		ends := map[*conversation]uint64{conv: 4}
		if is := c.late(ends, w.rec); is != (test.kind != "") {
			t.Errorf("%s: late %t", test.name, is)
		}
		expect(t, test.name, w.rec, test.kind)
	}
}

// TestCloses: codes that no server that works has a reason for are found.
func TestCloses(t *testing.T) {
	for _, test := range []struct {
		code  websocket.StatusCode
		halts bool
		kind  string
	}{
		{1001, false, ""}, {1012, false, ""}, {1013, false, ""}, {4009, true, ""},
		{4009, false, kindClosed}, {1011, false, kindClosed}, {1002, true, kindClosed}, {4008, true, kindClosed}, {4002, false, kindClosed},
	} {
		w := newWorld(newRecorder(), secret)
		w.halts = test.halts
		newClient(w, w.order[0], "phone", true).judgeClose(websocket.CloseError{Code: test.code})
		expect(t, test.code.String(), w.rec, test.kind)
	}
	w := newWorld(newRecorder(), secret)
	newClient(w, w.order[0], "phone", true).judgeClose(errors.New("connection reset"))
	expect(t, "the network", w.rec, "")
}

func TestRefusedUpgrades(t *testing.T) {
	for status, kind := range map[int]string{503: "", 401: kindRefused, 500: kindRefused} {
		w := answering(t, status, "{}")
		c := newClient(w, w.order[0], "phone", true)
		c.patient = longPatience
		if _, err := c.dial(t.Context(), w.addr.Load()); err == nil {
			t.Fatal("it is upgraded")
		}
		expect(t, http.StatusText(status), w.rec, kind)
	}
}

// TestLists: what a list leaves out is found, and a cursor counts only if nothing
// has moved it.
func TestLists(t *testing.T) {
	w := newWorld(newRecorder(), secret)
	conv := w.convs[0]
	u := w.users[conv.members[0]]
	u.convs = []*conversation{conv}
	l := w.list(u, 0)
	w.shows(l, nil, nil)
	expect(t, "an empty conversation", w.rec, "")
	u.see(conv, 3)
	w.shows(w.list(u, 0), []listed{{conv.id, 3}}, nil)
	expect(t, "a list", w.rec, "")
	if e := w.rec.history(); e[len(e)-1].Phase != checker.OK || e[len(e)-1].Seq != 3 {
		t.Errorf("it is noted as %+v", e[len(e)-1])
	}
	l = w.list(u, 0)
	u.hasRead(conv, u.reading(conv), true)
	w.shows(l, []listed{{conv.id, 2}}, nil)
	if e := w.rec.history(); e[len(e)-1].Phase != checker.Unknown {
		t.Errorf("while it was moved it is noted as %+v", e[len(e)-1])
	}
	w.shows(w.list(u, 0), nil, nil)
	expect(t, "a list without it", w.rec, kindUnlisted)
}

// TestLook: a user on WebSocket looks at the list, too.
func TestLook(t *testing.T) {
	w := newWorld(newRecorder(), secret)
	conv := w.convs[0]
	c := newClient(w, w.users[conv.members[0]], "phone", true)
	c.user.convs = []*conversation{conv}
	c.waiting = map[string]*waiter{"look1": {list: w.list(c.user, 1)}, "look2": {list: w.list(c.user, 1)}}
	c.hear(decode(t, `{"type":"conversations","cid":"look1","conversations":[{"conv_id":"`+conv.id+`","read_seq":2}]}`))
	c.hear(decode(t, `{"type":"error","cid":"look2","code":500,"reason":"internal"}`))
	expect(t, "an error", w.rec, kindRefused)
	if e := w.rec.history(); e[2].Phase != checker.OK || e[2].Seq != 2 || len(c.waiting) != 0 {
		t.Errorf("noted are %+v, %d wait", e, len(c.waiting))
	}
}

// TestReadIsToldNothing: the history has no place that only the client knows.
func TestReadIsToldNothing(t *testing.T) {
	w := newWorld(newRecorder(), secret)
	u := w.order[0]
	c := newClient(w, u, "phone", true)
	conv := u.convs[0]
	u.see(conv, 7)
	c.waiting = make(map[string]*waiter)
	place := u.reading(conv)
	c.begin("r", &waiter{conv: conv, place: place, op: operation{checker.Event{Verb: checker.Read, Seq: place}}})
	c.hear(decode(t, `{"type":"ok","cid":"r"}`))
	if e := w.rec.history(); len(e) != 2 || e[0].Seq != 7 || e[1].Phase != checker.OK || e[1].Seq != 0 {
		t.Errorf("noted are %+v", e)
	}
}

// TestOver: what has no answer is over when the server is gone that was asked.
func TestOver(t *testing.T) {
	r := newRecorder()
	a, b := &address{}, &address{}
	e := checker.Event{User: "a", Conv: "c", Verb: checker.Leave}
	r.unknown(r.invoke(e), a)
	r.unknown(r.invoke(e), b)
	r.unknown(r.invoke(e), nil)
	a.gone = 7
	h := r.history()
	if h[1].Over != 7 || h[3].Over != 0 || h[5].Over != 0 {
		t.Errorf("noted are %+v", h)
	}
}

// TestNoFailpoints: what a program can't be made to have is a mistake where it was
// asked for by name.
func TestNoFailpoints(t *testing.T) {
	o := Options{Faults: []string{"kill", "mid-recall"}}
	if _, err := o.choose(false, t.Output()); !isUsage(err) || !strings.Contains(err.Error(), "mid-recall") {
		t.Errorf("named: %v", err)
	}
	o = Options{}
	chosen, err := o.choose(false, t.Output())
	if err != nil || len(chosen) == 0 || len(chosen) == len(faults) {
		t.Errorf("none named: %d faults, %v", len(chosen), err)
	}
}

func isUsage(err error) bool {
	_, ok := errors.AsType[UsageError](err)
	return ok
}

// TestHistoriesOfSeveral: they don't fit into a file that is there.
func TestHistoriesOfSeveral(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		o   Options
		bad bool
	}{
		{Options{Faults: []string{"kill"}, Rounds: 1, History: file}, false},
		{Options{Faults: []string{"kill"}, Rounds: 2, History: file}, true},
		{Options{Faults: []string{"kill"}, Rounds: 2, History: filepath.Dir(file)}, false},
		{Options{Faults: []string{"kill", "halt"}, Rounds: 1, History: file}, true},
	} {
		if _, err := test.o.choose(true, t.Output()); isUsage(err) != test.bad {
			t.Errorf("%+v: %v", test.o, err)
		}
	}
}

// TestMissed: a campaign that has tried nothing is no success.
func TestMissed(t *testing.T) {
	o := Options{}
	for _, test := range []struct {
		rounds, missed int
		want           error
	}{{2, 0, nil}, {2, 1, nil}, {2, 2, ErrMissed}} {
		r := Result{Fault: "mid-recall"}
		r.add(&campaign{rounds: test.rounds, missed: test.missed}, judgement{})
		if err := o.outcome([]Result{r}); !errors.Is(err, test.want) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}
