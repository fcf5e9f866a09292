package checker

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// file is a history in memory.
type file struct {
	bytes.Buffer
	closed bool
	full   error
}

func (f *file) Write(p []byte) (int, error) {
	if f.full != nil {
		return 0, f.full
	}
	return f.Buffer.Write(p)
}

func (f *file) Close() error {
	f.closed = true
	return nil
}

// TestWrittenIsRead: what many goroutines append is read as it was, and each
// one's in its order.
func TestWrittenIsRead(t *testing.T) {
	var f file
	w := NewWriter(&f)
	var wg sync.WaitGroup
	for user := range 8 {
		wg.Go(func() {
			for i := range 100 {
				w.Append(Event{
					At: int64(i), User: fmt.Sprint("u", user), Conn: 1, Phase: Push, Verb: Deliver, Conv: "g",
					Entries: []Entry{{Seq: uint64(i), ID: "x", From: "é\n", Content: "\u2028<", Recalled: true}},
				})
			}
		})
	}
	wg.Wait()
	if err := w.Close(); err != nil || !f.closed {
		t.Fatal(err, f.closed)
	}
	events, err := ReadHistory(&f)
	if err != nil || len(events) != 800 {
		t.Fatal(len(events), err)
	}
	next := make(map[string]int64)
	for _, e := range events {
		want := Entry{Seq: uint64(e.At), ID: "x", From: "é\n", Content: "\u2028<", Recalled: true}
		if e.At != next[e.User] || !reflect.DeepEqual(e.Entries, []Entry{want}) {
			t.Fatalf("%+v, want the %d. event of its user", e, next[e.User])
		}
		next[e.User]++
	}
}

func TestWriterTellsTheFirstError(t *testing.T) {
	full := errors.New("no space")
	f := &file{full: full}
	w := NewWriter(f)
	for range 2000 {
		w.Append(Event{User: "a", Conv: strings.Repeat("x", 100)})
	}
	f.full = nil
	if err := w.Flush(); !errors.Is(err, full) {
		t.Errorf("flush: %v", err)
	}
	if err := w.Close(); !errors.Is(err, full) || !f.closed || f.Len() > 0 {
		t.Errorf("close: %v, closed %t, %d bytes", err, f.closed, f.Len())
	}
}

func TestFlush(t *testing.T) {
	var f file
	w := NewWriter(&f)
	w.Append(Event{User: "a"})
	if before := f.Len(); w.Flush() != nil || before > 0 || f.Len() == 0 {
		t.Errorf("%d bytes before, %d after", before, f.Len())
	}
}

func TestReadHistoryIsStrict(t *testing.T) {
	good := `{"at":1,"user":"a","conn":1,"op":1,"phase":"invoke","verb":"send","conv":"g"}` + "\n"
	for name, line := range map[string]string{
		"line is cut":    strings.TrimSuffix(good, "\n"),
		"EOF":            "\n",
		"unknown field":  `{"at":1,"user":"a","conn":1,"op":1,"phase":"invoke","verb":"send","conv":"g","x":1}` + "\n",
		"more than one":  strings.TrimSuffix(good, "\n") + good,
		"no user":        `{"at":1,"conn":1,"op":1,"phase":"invoke","verb":"send","conv":"g"}` + "\n",
		"no conv":        `{"at":1,"user":"a","conn":1,"op":1,"phase":"invoke","verb":"send"}` + "\n",
		"before the":     `{"at":-1,"user":"a","conn":1,"op":1,"phase":"invoke","verb":"send","conv":"g"}` + "\n",
		"its number":     `{"at":1,"user":"a","conn":1,"phase":"invoke","verb":"send","conv":"g"}` + "\n",
		"phase \"x\"":    `{"at":1,"user":"a","conn":1,"op":1,"phase":"x","verb":"send","conv":"g"}` + "\n",
		"verb \"x\"":     `{"at":1,"user":"a","conn":1,"op":1,"phase":"ok","verb":"x","conv":"g"}` + "\n",
		"no operation":   `{"at":1,"user":"a","conn":1,"op":1,"phase":"push","verb":"deliver","conv":"g"}` + "\n",
		"the verb":       `{"at":1,"user":"a","conn":1,"phase":"push","verb":"send","conv":"g"}` + "\n",
		"is over":        `{"at":1,"user":"a","conn":1,"op":1,"phase":"ok","verb":"read","conv":"g","over":1}` + "\n",
		"a connection":   `{"at":1,"user":"a","conn":0,"phase":"push","verb":"deliver","conv":"g"}` + "\n",
		"cannot unmarsh": `{"at":"1"}` + "\n",
	} {
		_, err := ReadHistory(strings.NewReader(good + line))
		if err == nil || !strings.Contains(err.Error(), "line 2: ") || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v, want %q in line 2", line, err, name)
		}
	}
	if events, err := ReadHistory(strings.NewReader(good + good)); err != nil || len(events) != 2 {
		t.Errorf("%d events, %v", len(events), err)
	}
	broken := errors.New("broken")
	if _, err := ReadHistory(io.MultiReader(strings.NewReader(good), failing{broken})); !errors.Is(err, broken) {
		t.Errorf("%v, want the reader's error", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
