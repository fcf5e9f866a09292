package reactor

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// limit is how long a test waits for what has to happen.
const limit = 20 * time.Second

// echo is a recorder that sends every message back.
func echo() *recorder {
	return &recorder{message: func(c *Conn, payload []byte) {
		c.Send(codec.AppendFrame(nil, codec.OpText, payload))
	}}
}

// serve starts reactors that end with the test.
func serve(t testing.TB, cfg Config, h Handler) *Reactors {
	t.Helper()
	cfg.Logger = slog.New(slog.DiscardHandler)
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	if cfg.CloseWait == 0 {
		cfg.CloseWait = 200 * time.Millisecond
	}
	r, err := Start(cfg, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(context.Background(), nil, codec.CloseRestart); err != nil {
			t.Error(err)
		}
		select {
		case err := <-r.Failed():
			t.Error(err)
		default:
		}
	})
	return r
}

// rawClient is a TCP connection that speaks what the test wants.
type rawClient struct {
	t testing.TB
	net.Conn
	buf    []byte
	reader *codec.Reader
}

func dialRaw(t testing.TB, r *Reactors) *rawClient {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(limit))
	return &rawClient{t: t, Conn: conn, reader: codec.NewReader(codec.ReaderConfig{Client: true, MaxMessage: 1 << 20})}
}

const testKey = "dGhlIHNhbXBsZSBub25jZQ=="

func upgrade(protocols ...string) []byte {
	return codec.AppendRequest(nil, "localhost", "/ws", testKey, protocols, false)
}

// dial connects and upgrades.
func dial(t testing.TB, r *Reactors, protocols ...string) *rawClient {
	t.Helper()
	c := dialRaw(t, r)
	c.write(upgrade(protocols...))
	if resp := c.response(); resp.Status != 101 {
		t.Fatalf("status %d", resp.Status)
	}
	return c
}

func (c *rawClient) write(b []byte) {
	c.t.Helper()
	if _, err := c.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

func (c *rawClient) more() error {
	part := make([]byte, 64<<10)
	n, err := c.Read(part)
	c.buf = append(c.buf, part[:n]...)
	return err
}

func (c *rawClient) response() *codec.Response {
	c.t.Helper()
	for {
		resp, n, err := codec.ParseResponse(c.buf, testKey)
		if resp != nil && (err != nil || n > 0) {
			c.buf = c.buf[n:]
			return resp
		}
		if err := c.more(); err != nil {
			c.t.Fatal(err)
		}
	}
}

// status reads a refusal to the end of the connection.
func (c *rawClient) status() string {
	c.t.Helper()
	all, err := io.ReadAll(c)
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.SplitN(string(all), "\r\n", 2)[0]
}

// next is the next message or control frame.
func (c *rawClient) next() codec.Message {
	c.t.Helper()
	for {
		msg, n, err := c.reader.Next(c.buf)
		if err != nil {
			c.t.Fatal(err)
		}
		if n > 0 {
			msg.Payload = bytes.Clone(msg.Payload)
			c.buf = c.buf[n:]
			return msg
		}
		if err := c.more(); err != nil {
			c.t.Fatalf("no message: %v", err)
		}
	}
}

func (c *rawClient) text() string {
	c.t.Helper()
	msg := c.next()
	if msg.Op != codec.OpText {
		c.t.Fatalf("op %v: %q", msg.Op, msg.Payload)
	}
	return string(msg.Payload)
}

// closeCode skips to the close frame.
func (c *rawClient) closeCode() uint16 {
	c.t.Helper()
	for {
		if msg := c.next(); msg.Op == codec.OpClose {
			code, _, _ := codec.ParseClose(msg.Payload)
			return code
		}
	}
}

// end waits for the server to close the socket.
func (c *rawClient) end() {
	c.t.Helper()
	for c.more() == nil {
	}
}

func masked(op codec.Op, text string) []byte {
	return codec.AppendMaskedFrame(nil, op, [4]byte{1, 2, 3, 4}, []byte(text))
}

func TestEcho(t *testing.T) {
	turns := make(chan int, 100)
	n := 0
	h := &recorder{
		message: func(c *Conn, payload []byte) { n++; c.Send(codec.AppendFrame(nil, codec.OpText, payload)) },
		turnEnd: func(*Conn) { turns <- n; n = 0 },
	}
	r := serve(t, Config{Reactors: 1}, h)
	c := dial(t, r)
	c.write(slices.Concat(masked(codec.OpText, "one"), masked(codec.OpPing, "p"), masked(codec.OpBinary, "two")))
	if a, p, b := c.text(), c.next(), c.text(); a != "one" || b != "two" || p.Op != codec.OpPong || string(p.Payload) != "p" {
		t.Fatalf("got %q %v %q", a, p, b)
	}
	sum := <-turns
	for sum < 2 {
		sum += <-turns
	}
	stats := r.Stats()
	if stats.Messages != 2 || stats.Accepted != 1 || stats.Connections != 1 || stats.Frames != 3 {
		t.Fatalf("stats %+v", stats)
	}
}

// TestForeignClient: another implementation, with and without compression.
func TestForeignClient(t *testing.T) {
	r := serve(t, Config{Reactors: 2, Deflate: true, MaxMessage: 1 << 20, Protocols: []string{"gannet.v1"}}, echo())
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for _, mode := range []websocket.CompressionMode{websocket.CompressionDisabled, websocket.CompressionNoContextTakeover, websocket.CompressionContextTakeover} {
		c, _, err := websocket.Dial(ctx, "ws://"+r.Addr().String()+"/ws", &websocket.DialOptions{
			CompressionMode: mode, Subprotocols: []string{"other", "gannet.v1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		c.SetReadLimit(1 << 20)
		if c.Subprotocol() != "gannet.v1" {
			t.Fatalf("subprotocol %q", c.Subprotocol())
		}
		for _, size := range []int{0, 10, 200, 70_000, 1 << 20} {
			text := strings.Repeat("abcdefghij", size/10)
			if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
				t.Fatal(err)
			}
			_, got, err := c.Read(ctx)
			if err != nil || string(got) != text {
				t.Fatalf("%d bytes came back as %d: %v", len(text), len(got), err)
			}
		}
		if err := c.Close(websocket.StatusNormalClosure, "bye"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestByteByByte: neither the upgrade nor frames depend on how they are cut.
func TestByteByByte(t *testing.T) {
	r := serve(t, Config{Reactors: 1}, echo())
	c := dialRaw(t, r)
	_ = c.Conn.(*net.TCPConn).SetNoDelay(true)
	text := strings.Repeat("x", 300)
	for _, b := range slices.Concat(upgrade(), masked(codec.OpText, "hello"), masked(codec.OpText, text)) {
		c.write([]byte{b})
	}
	if resp := c.response(); resp.Status != 101 {
		t.Fatalf("status %d", resp.Status)
	}
	if a, b := c.text(), c.text(); a != "hello" || b != text {
		t.Fatalf("got %q, %q", a, b)
	}
}

// TestPosts: posts, functions and joins reach real connections on their loops.
func TestPosts(t *testing.T) {
	ids := make(chan delivery.Conn, 1)
	points := make(chan uint64, 1)
	h := echo()
	h.open = func(c *Conn, _ *codec.Request) {
		c.Bind("u", "d")
		c.Accept("", textFrame("welcome"))
		ids <- c.ID()
	}
	h.joined = func(_ *Conn, point uint64) { points <- point }
	r := serve(t, Config{Reactors: 2}, h)
	c := dial(t, r)
	id := <-ids
	r.Post(id.Reactor, []delivery.Post{{Kind: delivery.Join, Serial: id.Serial, Point: 42, Rooms: []delivery.Room{{Conv: 1, From: 5}}}})
	if point := <-points; point != 42 {
		t.Fatalf("point %d", point)
	}
	r.Post(id.Reactor, []delivery.Post{{Kind: delivery.ToRoom, Room: 1, Run: textRun(1, 5, 3)}})
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.DoConn(id, func(c *Conn) { c.Send(textFrame("by function")) })
	r.DoConn(delivery.Conn{Reactor: id.Reactor, Serial: 99}, func(*Conn) { t.Error("found a connection that is none") })
	for _, want := range []string{"welcome", "1/6", "1/7", "by function"} {
		if got := c.text(); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}
