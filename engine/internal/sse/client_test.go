package sse

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// block is what a client reads between two blank lines.
type block struct {
	id, event, retry string
	data             string // the data lines, joined as WHATWG HTML §9.2.6 says
	lines            int    // of data
	comments         int
}

// String is a block in the short form in which tests say what they expect.
func (b block) String() string {
	text := b.data
	if b.event != "" {
		text = b.event + " " + text
	}
	if b.id != "" {
		text += " #" + b.id
	}
	return text
}

// client reads an event stream as WHATWG HTML §9.2.6 says, but for the byte
// order mark and bare carriage returns.
type client struct {
	t *testing.T
	r *bufio.Reader
}

func newClient(t *testing.T, r io.Reader) *client { return &client{t, bufio.NewReader(r)} }

// read returns the next block, io.EOF where the stream ended behind one, and
// io.ErrUnexpectedEOF where it ended inside one.
func (c *client) read() (b block, err error) {
	for n := 0; ; n++ {
		line, err := c.r.ReadString('\n')
		if err != nil {
			if errors.Is(err, io.EOF) && (n > 0 || line != "") {
				err = io.ErrUnexpectedEOF
			}
			return b, err
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			return b, nil
		}
		if strings.Contains(line, "\r") {
			c.t.Errorf("a carriage return in %q", line)
		}
		field, value, _ := strings.Cut(line, ":")
		b.take(c.t, field, strings.TrimPrefix(value, " "))
	}
}

func (b *block) take(t *testing.T, field, value string) {
	switch field {
	case "":
		b.comments++
	case "id":
		b.id = value
	case "event":
		b.event = value
	case "retry":
		b.retry = value
	case "data":
		if b.lines++; b.lines > 1 {
			b.data += "\n"
		}
		b.data += value
	default:
		t.Errorf("a line with the field %q", field)
	}
}

// next is the next block.
func (c *client) next() block {
	c.t.Helper()
	b, err := c.read()
	if err != nil {
		c.t.Fatalf("reading the stream: %v", err)
	}
	return b
}

// expect reads blocks.
func (c *client) expect(want ...string) {
	c.t.Helper()
	for _, w := range want {
		if got := c.next().String(); got != w {
			c.t.Fatalf("got %q, want %q", got, w)
		}
	}
}

// greeted reads what every stream begins with.
func (c *client) greeted() {
	c.t.Helper()
	if b := c.next(); b.retry != "3000" {
		c.t.Fatalf("the stream begins with %+v", b)
	}
	if b := c.next(); !strings.HasPrefix(b.data, `{"type":"system","event":"welcome"`) || b.id != "" {
		c.t.Fatalf("the first event is %+v", b)
	}
}

// rest reads until the stream has ended.
func (c *client) rest() (blocks []block) {
	c.t.Helper()
	for {
		b, err := c.read()
		if err == io.EOF {
			return blocks
		}
		if err != nil {
			c.t.Fatalf("after %d blocks: %v", len(blocks), err)
		}
		blocks = append(blocks, b)
	}
}

func blocksOf(t *testing.T, stream []byte) []string {
	t.Helper()
	var texts []string
	for _, b := range newClient(t, bytes.NewReader(stream)).rest() {
		texts = append(texts, fmt.Sprint(b))
	}
	return texts
}
