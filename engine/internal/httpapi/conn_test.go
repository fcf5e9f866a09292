package httpapi

import (
	"bufio"
	"errors"
	"net"
	"strings"
	"testing"
)

// Answers of every size arrive whole, one after another on one connection.
func TestAnswerSizes(t *testing.T) {
	f := &fakeChat{}
	s := newTestServer(f, true)
	defer start(t, s)()
	c := dial(t, s)
	defer c.Close()
	r := bufio.NewReader(c)
	for _, size := range []int{1, 2000, gatherAbove - 100, gatherAbove, 3700, 3800, 3900, 4000, 4096, 5000, gatherUpTo - 100, gatherUpTo, 300 << 10} {
		f.page = []byte(strings.Repeat("x", size))
		status, body := get(t, c, r, "/api/v1/messages/history?to=2&uid=1")
		expect(t, "status", status, 200)
		if want := okHead + "{" + string(f.page) + "}" + okTail; body != want {
			t.Errorf("size %d: %d bytes, want %d", size, len(body), len(want))
		}
	}
}

// countingConn notes each write.
type countingConn struct {
	net.Conn
	writes []string
	err    error
	closed bool
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes = append(c.writes, string(p))
	return len(p), c.err
}

func (c *countingConn) Close() error {
	c.closed = true
	return nil
}

func TestGather(t *testing.T) {
	under := &countingConn{}
	c := &conn{Conn: under, leave: func() {}}
	write := func(s string) {
		t.Helper()
		if n, err := c.Write([]byte(s)); n != len(s) || err != nil {
			t.Error(n, err)
		}
	}
	write("a")
	for range 2 {
		c.gather()
		write("b")
		write("c")
		c.release()
	}
	write("d")
	expect(t, "writes", strings.Join(under.writes, " "), "a bc bc d")

	under.err = errors.New("reset by peer")
	c.gather()
	write("e")
	c.release()
	expect(t, "closed", under.closed, true)
}
