package engine_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// upgrade is a good upgrade request for a target.
func upgrade(target string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
}

// raw is a client that may break the rules.
type raw struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// connect opens a connection and sends a text.
func (s *server) connect(text string) *raw {
	s.t.Helper()
	conn, err := net.DialTimeout("tcp", s.ws, patience)
	if err != nil {
		s.t.Fatal(err)
	}
	s.hangUps = append(s.hangUps, func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	c := &raw{s.t, conn, bufio.NewReader(conn)}
	c.write([]byte(text))
	return c
}

// upgraded connects a simple client of a user in dev mode.
func (s *server) upgraded(user string) *raw {
	s.t.Helper()
	c := s.connect(upgrade("/ws?uid=" + user))
	if resp := c.response(); resp.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatalf("status %d", resp.StatusCode)
	}
	if op, text := c.next(); op != 1 || !strings.Contains(string(text), `"welcome"`) {
		s.t.Fatalf("%d %s instead of a welcome", op, text)
	}
	return c
}

func (c *raw) response() *http.Response {
	c.t.Helper()
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

func (c *raw) write(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

// masked is a frame as clients send it, masked with zeros.
func masked(first byte, payload string) []byte {
	return append(append(head(first, 0x80, len(payload)), 0, 0, 0, 0), payload...)
}

// head is a frame's header without the masking key.
func head(first, mask byte, size int) []byte {
	switch {
	case size < 126:
		return []byte{first, mask | byte(size)}
	case size < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{first, mask | 126}, uint16(size))
	}
	return binary.BigEndian.AppendUint64([]byte{first, mask | 127}, uint64(size))
}

// next reads one frame of the server.
func (c *raw) next() (op byte, payload []byte) {
	c.t.Helper()
	op, payload, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	return op, payload
}

func (c *raw) read() (op byte, payload []byte, err error) {
	var h [8]byte
	if _, err := io.ReadFull(c.r, h[:2]); err != nil {
		return 0, nil, err
	}
	op, size := h[0]&0x0f, uint64(h[1])
	switch size {
	case 126:
		_, err = io.ReadFull(c.r, h[:2])
		size = uint64(binary.BigEndian.Uint16(h[:2]))
	case 127:
		_, err = io.ReadFull(c.r, h[:8])
		size = binary.BigEndian.Uint64(h[:8])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(c.r, payload)
	return op, payload, err
}

// expectClose reads on to the close frame, returns how many frames came before,
// and checks that nothing comes after it.
func (c *raw) expectClose(code int) (before int) {
	c.t.Helper()
	for {
		op, payload := c.next()
		if op != 8 {
			before++
			continue
		}
		if len(payload) < 2 || int(binary.BigEndian.Uint16(payload)) != code {
			c.t.Fatalf("closed with %q, want code %d", payload, code)
		}
		if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
			c.t.Fatal(err)
		}
		if _, _, err := c.read(); !errors.Is(err, io.EOF) {
			c.t.Errorf("behind the close frame: %v", err)
		}
		return before
	}
}
