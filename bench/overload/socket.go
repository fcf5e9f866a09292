package overload

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"time"

	"gannet/codec"
)

// A socket is an attacker's connection.
type socket struct {
	net.Conn
	buf []byte // read, not yet looked at
}

// open connects without a word.
func (t *target) open(ctx context.Context, addr string, i int) (*socket, error) {
	return openWith(ctx, dialer(i, 0), addr)
}

func openWith(ctx context.Context, d *net.Dialer, addr string) (*socket, error) {
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &socket{Conn: nc}, nil
}

// upgradeRequest is the head of an upgrade, with the token for a login.
func (t *target) upgradeRequest(key, token string, deflate bool) []byte {
	return codec.AppendRequest(nil, t.WS, "/ws", key, nil, deflate,
		codec.Header{Name: "Authorization", Value: "Bearer " + token})
}

// answerTime is how long an attacker waits for a server that says nothing.
const answerTime = 30 * time.Second

// upgrade logs in and returns the answer; the welcome is left unread.
func (s *socket) upgrade(t *target, token string, deflate bool) (*codec.Response, error) {
	key := newKey()
	if err := s.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return nil, err
	}
	if _, err := s.Write(t.upgradeRequest(key, token, deflate)); err != nil {
		return nil, err
	}
	for {
		resp, n, err := codec.ParseResponse(s.buf, key)
		if resp != nil || err != nil {
			s.buf = s.buf[n:]
			return resp, err
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

// newKey makes a Sec-WebSocket-Key (RFC 6455 §4.1).
func newKey() string {
	var nonce [16]byte
	rand.Read(nonce[:])
	return base64.StdEncoding.EncodeToString(nonce[:])
}

// fill reads what there is.
func (s *socket) fill() error {
	chunk := make([]byte, 4<<10)
	n, err := s.Read(chunk)
	s.buf = append(s.buf, chunk[:n]...)
	return err
}

// closeCode reads until the server's close frame and returns its code.
func (s *socket) closeCode(deflate *codec.Deflate) (uint16, error) {
	if err := s.SetReadDeadline(time.Now().Add(answerTime)); err != nil {
		return 0, err
	}
	r := codec.NewReader(codec.ReaderConfig{Client: true, MaxMessage: 1 << 20, Deflate: deflate})
	for {
		m, n, err := r.Next(s.buf)
		switch {
		case err != nil:
			return 0, err
		case n == 0:
			if err := s.fill(); err != nil {
				return 0, err
			}
		case m.Op == codec.OpClose:
			code, _, err := codec.ParseClose(m.Payload)
			return code, err
		}
		s.buf = s.buf[n:]
	}
}

// ended waits until the server has ended the connection, and throws away what it
// says before.
func (s *socket) ended(within time.Duration) error {
	if err := s.SetReadDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	for chunk := make([]byte, 4<<10); ; {
		if _, err := s.Read(chunk); err != nil {
			if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
				return fmt.Errorf("the server did not end a connection within %s", within)
			}
			return nil
		}
	}
}

// cut ends the connection without a goodbye: the server is sent a reset.
func (s *socket) cut() {
	if tcp, ok := s.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = s.Close()
}
