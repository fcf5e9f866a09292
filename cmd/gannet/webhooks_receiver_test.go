package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// posted is an event that a receiver was told of.
type posted struct {
	ID   string
	Type string
	Data struct {
		ID       string
		ConvID   string `json:"conv_id"`
		Seq      int
		EventSeq int `json:"event_seq"`
		Event    string
		UserID   string `json:"user_id"`
		GroupID  string `json:"group_id"`
		Content  any
	}
}

// own is where the event itself stands in its conversation.
func (p *posted) own() int {
	if p.Data.EventSeq != 0 {
		return p.Data.EventSeq
	}
	return p.Data.Seq
}

// badReceiver takes webhooks and is as bad at it as can be: it fails, hangs, hangs up,
// forgets to say that it has taken something, and is restarted on its port. What it
// has said that it took it never forgets.
type badReceiver struct {
	t      *testing.T
	addr   string
	secret string

	mu       sync.Mutex
	server   *http.Server
	requests int
	restarts int
	repeats  int
	known    map[string]posted
	order    []posted // by the first time of each
	news     chan struct{}
}

func newBadReceiver(t *testing.T) *badReceiver {
	r := &badReceiver{t: t, addr: "127.0.0.1:0", secret: "a-secret-of-a-bad-receiver", known: map[string]posted{}, news: make(chan struct{}, 1)}
	r.listen()
	t.Cleanup(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		_ = r.server.Close()
	})
	return r
}

// listen starts the receiver, again on the port that it had.
func (r *badReceiver) listen() {
	l, err := net.Listen("tcp", r.addr)
	if err != nil {
		r.t.Error(err)
		return
	}
	r.addr = l.Addr().String()
	r.server = &http.Server{Handler: http.HandlerFunc(r.take)}
	go func() { _ = r.server.Serve(l) }()
}

// restart cuts all connections and takes no others for a while.
func (r *badReceiver) restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.server.Close()
	r.restarts++
	<-time.After(50 * time.Millisecond)
	r.listen()
}

func (r *badReceiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the server was killed
	}
	if !r.signed(req.Header, body) {
		r.t.Errorf("signature of %s", body)
	}
	r.mu.Lock()
	r.requests++
	n := r.requests
	r.mu.Unlock()
	if n%25 == 0 {
		go r.restart()
	}
	switch rand.IntN(12) {
	case 0:
		http.Error(w, "not now", http.StatusInternalServerError)
		return
	case 1:
		<-req.Context().Done() // until the other side has had enough
		return
	case 2:
		panic(http.ErrAbortHandler) // which hangs up
	case 3:
		r.keep(body)
		panic(http.ErrAbortHandler) // having taken it
	case 4:
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.keep(body)
	w.WriteHeader(http.StatusNoContent)
}

// signed makes the signature up by itself.
func (r *badReceiver) signed(h http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, []byte(r.secret))
	fmt.Fprintf(mac, "%s.%s", h.Get("Gannet-Timestamp"), body)
	return h.Get("Gannet-Signature") == "v1="+hex.EncodeToString(mac.Sum(nil))
}

func (r *badReceiver) keep(body []byte) {
	var b struct{ Events []posted }
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&b); err != nil || len(b.Events) == 0 {
		r.t.Errorf("%v: %s", err, body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range b.Events {
		if _, known := r.known[e.ID]; known {
			r.repeats++
			continue
		}
		r.known[e.ID] = e
		r.order = append(r.order, e)
	}
	select {
	case r.news <- struct{}{}:
	default:
	}
}

// told returns what is known of an entry.
func (r *badReceiver) told(id string) (posted, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.known[id]
	return e, ok
}

// await waits until all entries were told.
func (r *badReceiver) await(ids []string) {
	r.t.Helper()
	deadline := time.After(2 * patience)
	for len(ids) > 0 {
		if _, ok := r.told(ids[0]); ok {
			ids = ids[1:]
			continue
		}
		select {
		case <-r.news:
		case <-deadline:
			missing := slices.DeleteFunc(ids, func(id string) bool { _, ok := r.told(id); return ok })
			r.t.Fatalf("%d entries were never told, such as %s", len(missing), missing[0])
		}
	}
}

// inOrder holds the order of each conversation against its numbers: 1, 2, 3 …
func (r *badReceiver) inOrder() (conversations int) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	last := map[string]int{}
	for _, e := range r.order {
		if e.Data.ConvID == "" || e.Type == "message.offline" {
			continue
		}
		if e.own() != last[e.Data.ConvID]+1 {
			r.t.Errorf("%s: number %d comes after %d", e.Data.ConvID, e.own(), last[e.Data.ConvID])
		}
		last[e.Data.ConvID] = e.own()
	}
	return len(last)
}
