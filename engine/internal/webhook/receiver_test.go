package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/engine/internal/signature"
)

// network has receivers by their hosts.
type network struct {
	mu        sync.Mutex
	receivers map[string]*receiver
}

func (n *network) at(host string) *receiver {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.receivers[host]
	if r == nil {
		r = &receiver{}
		n.receivers[host] = r
	}
	return r
}

// RoundTrip implements http.RoundTripper.
func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	return n.at(req.URL.Host).take(req, body)
}

// event is one that a receiver was told of.
type event struct {
	ID   string
	Type string
	Time int64
	Data object
}

// batch is the body of a request.
type batch struct {
	Endpoint, Batch string
	Again           bool
	Events          []event

	attempt int
	at      time.Time
}

// receiver answers requests and keeps what it was told.
type receiver struct {
	secret string

	mu     sync.Mutex
	answer func(batch) (status int, header string) // nil: 204; status 0: no answer, below: it never comes
	all    []batch                                 // every request
	taken  []event                                 // what was acknowledged
	wrong  []string
}

var errRefused = errors.New("connection refused")

func (r *receiver) take(req *http.Request, body []byte) (*http.Response, error) {
	b := r.note(req, body)
	status, header := http.StatusNoContent, ""
	r.mu.Lock()
	answer := r.answer
	r.mu.Unlock()
	if answer != nil {
		status, header = answer(b)
	}
	switch {
	case status < 0:
		<-req.Context().Done()
		return nil, req.Context().Err()
	case status == 0:
		return nil, errRefused
	case status < 300:
		r.mu.Lock()
		r.taken = append(r.taken, b.Events...)
		r.mu.Unlock()
	}
	resp := &http.Response{
		StatusCode: status, Status: strconv.Itoa(status) + " " + http.StatusText(status), Header: http.Header{},
		Body: io.NopCloser(strings.NewReader("says the receiver")), Request: req,
	}
	if name, value, ok := strings.Cut(header, ": "); ok {
		resp.Header.Set(name, value)
	}
	return resp, nil
}

// note keeps a request and looks whether it is as it should be.
func (r *receiver) note(req *http.Request, body []byte) (b batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil || d.More() {
		r.wrong = append(r.wrong, "body: "+string(body))
	}
	h := req.Header
	b.at = time.Now()
	b.attempt, _ = strconv.Atoi(h.Get("Gannet-Attempt"))
	err := signature.Check([]byte(r.secret), h.Get("Gannet-Timestamp"), h.Get("Gannet-Signature"), body, b.at, time.Second)
	if err != nil || h.Get("Gannet-Delivery") != b.Batch || h.Get("Content-Type") != "application/json" || b.attempt < 1 {
		r.wrong = append(r.wrong, "header", err.Error())
	}
	r.all = append(r.all, b)
	return b
}

// says lets the receiver answer everything alike.
func (r *receiver) says(status int) {
	r.answers(func(batch) (int, string) { return status, "" })
}

func (r *receiver) answers(fn func(batch) (int, string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = fn
}

// told are the events that were acknowledged since the last call.
func (r *receiver) told(t *testing.T) []event {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.wrong) > 0 {
		t.Errorf("%q", r.wrong)
	}
	list := r.taken
	r.taken = nil
	return list
}

// requests are all since the last call.
func (r *receiver) requests() []batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.all
	r.all = nil
	return list
}

// types are the types of events.
func types(list []event) string {
	words := make([]string, len(list))
	for i, e := range list {
		words[i] = e.Type
	}
	return strings.Join(words, " ")
}
