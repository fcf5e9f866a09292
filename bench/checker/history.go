package checker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// writerBuffer is how many bytes of a history wait in memory at most.
const writerBuffer = 64 << 10

// Writer writes a history, one JSON object a line. Many goroutines may use it
// at once; the order of the lines is that of the calls, and a client that
// appends before it acts and after it was told makes its own come in order.
type Writer struct {
	mu     sync.Mutex
	buffer *bufio.Writer
	file   io.Closer
	err    error // the first one; nothing is written after it
}

// NewWriter writes to w, which it owns from now on.
func NewWriter(w io.WriteCloser) *Writer {
	return &Writer{buffer: bufio.NewWriterSize(w, writerBuffer), file: w}
}

// Append adds an event. It waits while the disk is behind. An error is kept for
// Flush and Close: who records needn't stop for it.
func (w *Writer) Append(e Event) {
	line, err := json.Marshal(e)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	if err == nil {
		_, err = w.buffer.Write(append(line, '\n'))
	}
	w.err = err
}

// Flush hands what was appended to the file, and returns the first error of all
// so far.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush()
}

func (w *Writer) flush() error {
	if w.err == nil {
		w.err = w.buffer.Flush()
	}
	return w.err
}

// Close flushes and closes the file. Nothing may be appended afterwards.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.flush(), w.file.Close())
}

// ReadHistory reads what a Writer has written. It is strict: an unknown key, an
// event that can't be, an empty or a cut line are errors that name the line.
func ReadHistory(r io.Reader) ([]Event, error) {
	lines := bufio.NewReaderSize(r, writerBuffer)
	var events []Event
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return events, nil
		}
		if err == io.EOF {
			err = errors.New("the line is cut short")
		}
		var e Event
		if err == nil {
			e, err = parseEvent(line)
		}
		if err != nil {
			return nil, fmt.Errorf("history, line %d: %w", n, err)
		}
		events = append(events, e)
	}
}

func parseEvent(line []byte) (Event, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	var e Event
	if err := d.Decode(&e); err != nil {
		return Event{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return Event{}, errors.New("more than one value in the line")
	}
	return e, e.validate()
}

// validate finds what no client can have noted.
func (e *Event) validate() error {
	switch {
	case e.User == "":
		return errors.New("no user")
	case e.Conv == "":
		return errors.New("no conversation")
	case e.At < 0:
		return errors.New("a time before the clock began")
	case e.Phase == Push:
		return e.validatePush()
	case e.Op == 0:
		return errors.New("an operation without its number")
	case e.Over < 0 || e.Over > 0 && e.Phase != Unknown:
		return errors.New("only an unknown outcome is over at some time")
	}
	switch e.Phase {
	case Invoke, OK, Fail, Unknown:
	default:
		return fmt.Errorf("unknown phase %q", e.Phase)
	}
	switch e.Verb {
	case Send, Recall, History, Sync, Read, Join, Leave, Final:
		return nil
	}
	return fmt.Errorf("unknown verb %q", e.Verb)
}

func (e *Event) validatePush() error {
	switch {
	case e.Op != 0:
		return errors.New("a push belongs to no operation")
	case e.Verb != Deliver:
		return fmt.Errorf("a push with the verb %q", e.Verb)
	case e.Conn == 0:
		return errors.New("a push without a connection")
	}
	return nil
}
