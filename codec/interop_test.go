package codec

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// endpoint is one side of a connection on top of this package, as simple as
// can be: it blocks.
type endpoint struct {
	net.Conn
	client  bool
	deflate *Deflate
	context Compressor
	reader  Reader
	buf     []byte // read and not yet decoded
}

// start begins with the frames; rest is what came behind the head.
func (e *endpoint) start(deflate *Deflate, rest []byte) {
	e.deflate, e.buf = deflate, rest
	e.reader.Reset(ReaderConfig{Client: e.client, MaxMessage: 1 << 20, Deflate: deflate})
}

// fill reads what has come, one piece at least.
func (e *endpoint) fill() error {
	piece := make([]byte, 1000)
	n, err := e.Read(piece)
	e.buf = append(e.buf, piece[:n]...)
	return err
}

// next returns the next message.
func (e *endpoint) next() (Message, error) {
	for {
		msg, n, err := e.reader.Next(e.buf)
		if err != nil {
			return msg, err
		}
		msg.Payload = bytes.Clone(msg.Payload)
		e.buf = e.buf[n:]
		switch {
		case n > 0 && msg.Op != OpContinuation:
			return msg, nil
		case n == 0:
			if err := e.fill(); err != nil {
				return msg, err
			}
		}
	}
}

func (e *endpoint) send(op Op, payload []byte) error {
	_, err := e.Write(e.encode(op, payload))
	return err
}

func (e *endpoint) encode(op Op, payload []byte) []byte {
	key := [4]byte{1, 2, 3, 4}
	compressed := e.deflate != nil && !op.Control()
	switch {
	case e.client && !compressed:
		return AppendMaskedFrame(nil, op, key, payload)
	case !compressed:
		return AppendFrame(nil, op, payload)
	case e.client && e.deflate.ClientNoContextTakeover:
		return AppendMaskedDeflatedFrame(nil, op, key, payload)
	case e.client:
		return e.context.AppendMaskedFrame(nil, op, key, payload)
	case e.deflate.ServerNoContextTakeover:
		return AppendDeflatedFrame(nil, op, payload)
	}
	return e.context.AppendFrame(nil, op, payload)
}

// accept does the server's side of the handshake.
func (e *endpoint) accept() error {
	for {
		req, n, err := ParseRequest(e.buf)
		if err != nil {
			return err
		}
		if n > 0 {
			deflate, _ := NegotiateDeflate(req.Extensions, DeflatePolicy{})
			_, err := e.Write(AppendAccept(nil, req, "gannet.v1", deflate))
			e.start(deflate, e.buf[n:])
			return err
		}
		if err := e.fill(); err != nil {
			return err
		}
	}
}

// connect does the client's side of the handshake.
func (e *endpoint) connect(deflate bool) error {
	protocols := []string{"gannet.v1"}
	if _, err := e.Write(AppendRequest(nil, "localhost", "/", testKey, protocols, deflate)); err != nil {
		return err
	}
	for {
		resp, n, err := ParseResponse(e.buf, testKey)
		if err != nil {
			return err
		}
		if n > 0 {
			e.start(resp.Deflate, e.buf[n:])
			return resp.Check(protocols, deflate)
		}
		if err := e.fill(); err != nil {
			return err
		}
	}
}

// echo sends back what comes, up to the close handshake (RFC 6455 §5.5.1).
func (e *endpoint) echo() error {
	for {
		msg, err := e.next()
		if err != nil {
			return err
		}
		switch msg.Op {
		case OpPing:
			err = e.send(OpPong, msg.Payload)
		case OpClose:
			return e.send(OpClose, msg.Payload)
		case OpText, OpBinary:
			err = e.send(msg.Op, msg.Payload)
		}
		if err != nil {
			return err
		}
	}
}

var interopModes = map[string]websocket.CompressionMode{
	"plain":        websocket.CompressionDisabled,
	"own contexts": websocket.CompressionContextTakeover,
	"no contexts":  websocket.CompressionNoContextTakeover,
}

func interopPayloads() [][]byte {
	var payloads [][]byte
	for _, size := range []int{0, 1, 125, 126, 1000, 10_000, 65535, 65536, 200_000} {
		payloads = append(payloads, []byte(strings.Repeat("Größe 名 ", size/13+1)), []byte(strings.Repeat("x", size)))
	}
	return payloads
}

// A foreign client talks to this package's server side.
func TestForeignClient(t *testing.T) {
	for name, mode := range interopModes {
		t.Run(name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			served := make(chan error, 1)
			go func() {
				defer ours.Close()
				e := &endpoint{Conn: ours}
				if err := e.accept(); err != nil {
					served <- err
					return
				}
				if want := mode != websocket.CompressionDisabled; (e.deflate != nil) != want {
					served <- fmt.Errorf("deflate is %v", e.deflate)
					return
				}
				served <- e.echo()
			}()
			talk(t, dialForeign(t, theirs, mode))
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}

func dialForeign(t *testing.T, conn net.Conn, mode websocket.CompressionMode) *websocket.Conn {
	t.Helper()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}
	c, _, err := websocket.Dial(t.Context(), "ws://localhost/ws", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{"gannet.v1"},
		CompressionMode: mode, CompressionThreshold: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Subprotocol() != "gannet.v1" {
		t.Errorf("subprotocol %q", c.Subprotocol())
	}
	c.SetReadLimit(1 << 20)
	return c
}

// talk has every payload echoed and closes.
func talk(t *testing.T, c *websocket.Conn) {
	t.Helper()
	for i, payload := range interopPayloads() {
		kind := websocket.MessageText
		if i%2 == 1 {
			kind = websocket.MessageBinary
		}
		if err := c.Write(t.Context(), kind, payload); err != nil {
			t.Fatal(err)
		}
		got, echoed, err := c.Read(t.Context())
		if err != nil || got != kind || !bytes.Equal(echoed, payload) {
			t.Fatalf("%d bytes came back as %d, %v", len(payload), len(echoed), err)
		}
	}
	if err := c.Close(websocket.StatusNormalClosure, "bye"); err != nil {
		t.Error(err)
	}
}

// This package's client side talks to a foreign server.
func TestForeignServer(t *testing.T) {
	for name, mode := range interopModes {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				foreignEcho(t, w, r, mode)
			}))
			defer server.Close()
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			e := &endpoint{Conn: conn, client: true}
			if err := e.connect(true); err != nil {
				t.Fatal(err)
			}
			if want := mode != websocket.CompressionDisabled; (e.deflate != nil) != want {
				t.Fatalf("deflate is %v", e.deflate)
			}
			e.converse(t)
		})
	}
}

func foreignEcho(t *testing.T, w http.ResponseWriter, r *http.Request, mode websocket.CompressionMode) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{"gannet.v1"}, CompressionMode: mode, CompressionThreshold: 1,
	})
	if err != nil {
		t.Error(err)
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(1 << 20)
	for {
		kind, payload, err := c.Read(r.Context())
		if err != nil {
			if websocket.CloseStatus(err) != websocket.StatusNormalClosure {
				t.Error(err)
			}
			return
		}
		if err := c.Write(r.Context(), kind, payload); err != nil {
			t.Error(err)
			return
		}
	}
}

// converse has every payload echoed and closes.
func (e *endpoint) converse(t *testing.T) {
	t.Helper()
	for i, payload := range interopPayloads() {
		op := OpText + Op(i%2)
		if err := e.send(op, payload); err != nil {
			t.Fatal(err)
		}
		msg, err := e.next()
		if err != nil || msg.Op != op || !bytes.Equal(msg.Payload, payload) {
			t.Fatalf("%d bytes came back as %d, %v", len(payload), len(msg.Payload), err)
		}
	}
	if _, err := e.Write(AppendMaskedClose(nil, [4]byte{5, 6, 7, 8}, CloseNormal, "bye")); err != nil {
		t.Fatal(err)
	}
	msg, err := e.next()
	if err != nil || msg.Op != OpClose {
		t.Fatal(msg, err)
	}
	if code, _, err := ParseClose(msg.Payload); code != CloseNormal || err != nil {
		t.Errorf("closed with %d, %v", code, err)
	}
}
