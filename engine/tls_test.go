package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	proxyproto "github.com/pires/go-proxyproto"

	"gannet/codec"
	"gannet/engine"
)

// secureServer is a server with listen.tls and a certificate of the test's own.
type secureServer struct {
	*server
	trust *tls.Config
}

func serveTLS(t *testing.T, change func(*engine.Config)) *secureServer {
	t.Helper()
	return serveTLSLogging(t, change, t.Output())
}

// serveTLSLogging is serveTLS with a log of one's own.
func serveTLSLogging(t *testing.T, change func(*engine.Config), log io.Writer) *secureServer {
	t.Helper()
	dir := t.TempDir()
	cert, key, roots := selfSigned(t, dir)
	s := serveLogging(t, filepath.Join(dir, "data"), func(c *engine.Config) {
		c.Listen.TLS, c.TLS.CertFile, c.TLS.KeyFile = "127.0.0.1:0", cert, key
		if change != nil {
			change(c)
		}
	}, log)
	return &secureServer{s, &tls.Config{RootCAs: roots, ServerName: "localhost"}}
}

// selfSigned writes a certificate for localhost and its key.
func selfSigned(t *testing.T, dir string) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, text := range map[string][]byte{certFile: certPEM, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(certPEM)
	return certFile, keyFile, roots
}

// browser speaks to the server over TLS, by HTTP/2 where that is said. What is given
// as preface goes before the first byte of TLS.
func (s *secureServer) browser(h2 bool, preface []byte) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!h2)
	protocols.SetHTTP2(h2)
	transport := &http.Transport{TLSClientConfig: s.trust.Clone(), DisableKeepAlives: !h2, Protocols: protocols}
	if preface != nil {
		transport.DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			if _, err := conn.Write(preface); err != nil {
				return nil, err
			}
			return tls.Client(conn, s.trust), nil
		}
	}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// tryDialTLS opens a WebSocket over TLS.
func (s *secureServer) tryDialTLS(query string, preface []byte, headers http.Header) (*client, int) {
	s.t.Helper()
	ws, resp, err := websocket.Dial(s.t.Context(), "wss://"+s.TLSAddr()+"/ws?"+query,
		&websocket.DialOptions{HTTPClient: s.browser(false, preface), HTTPHeader: headers})
	if err != nil {
		if resp == nil {
			s.t.Fatal(err)
		}
		return nil, resp.StatusCode
	}
	ws.SetReadLimit(-1)
	s.hangUps = append(s.hangUps, func() { ws.CloseNow() })
	return &client{s.t, ws}, resp.StatusCode
}

func (s *secureServer) enterTLS(user string) *client {
	s.t.Helper()
	c, status := s.tryDialTLS("uid="+user+"&device=d", nil, nil)
	if c == nil {
		s.t.Fatalf("status %d", status)
	}
	c.expect(object{"type": "system", "event": "welcome", "user_id": user})
	c.ask(toNobody, object{"type": "sent"})
	return c
}

func (s *secureServer) get(h2 bool, path string) *http.Response {
	s.t.Helper()
	resp, err := s.browser(h2, nil).Get("https://" + s.TLSAddr() + path)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp
}

// TestTLS: everything is there over TLS: both kinds of HTTP, WebSockets, streams.
func TestTLS(t *testing.T) {
	s := serveTLS(t, nil)
	secure, plain := s.enterTLS("1"), s.enter("2")
	long := strings.Repeat("long ", 12_000)
	for _, text := range []string{"hi", strings.Repeat("x", 512), long} {
		secure.send(fmt.Sprintf(`{"type":"send","to":"2","content":%q}`, text))
		plain.expect(object{"type": "chat", "from": "1", "content": text})
		plain.send(fmt.Sprintf(`{"type":"send","to":"1","content":%q}`, text))
		for _, kind := range []string{"sent", "chat"} {
			secure.expect(object{"type": kind})
		}
		plain.expect(object{"type": "sent"})
	}
	for _, h2 := range []bool{false, true} {
		resp := s.get(h2, "/api/v1/messages/history?uid=1&to=2")
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || (resp.ProtoMajor == 2) != h2 || !strings.Contains(string(body), long) {
			t.Errorf("HTTP/%d: status %d, %d bytes, %v", resp.ProtoMajor, resp.StatusCode, len(body), err)
		}
		events := s.get(h2, eventsPath+"?uid=3&device=e")
		stream := &stream{t: t, r: bufio.NewReader(events.Body)}
		stream.expect(object{"type": "system", "event": "welcome"})
		plain.ask(`{"type":"send","to":"3","content":"to the stream"}`, object{"type": "sent"})
		stream.expect(object{"type": "chat", "content": "to the stream"})
		events.Body.Close()
	}
	if !strings.Contains(s.scrape(), `gannet_http_connections_active{listener="tls"} `) {
		t.Error("no figure of the listener")
	}
}

// TestTLSRefuses: what is no WebSocket of ours is refused as it is without TLS.
func TestTLSRefuses(t *testing.T) {
	s := serveTLS(t, nil)
	for _, c := range []struct {
		headers http.Header
		query   string
		status  int
	}{
		{http.Header{"Origin": {"https://evil.example.com"}}, "uid=1", 403},
		{http.Header{"Origin": {"https://localhost"}}, "uid=1", 101},
		{http.Header{"X-Large": {strings.Repeat("x", 10_000)}}, "uid=1", 431},
		{nil, "uid=no%20id", 401},
	} {
		if got, status := s.tryDialTLS(c.query, nil, c.headers); status != c.status {
			t.Errorf("%.40v, %s: %v, %d, want %d", c.headers, c.query, got, status, c.status)
		}
	}
	resp := s.get(true, "/ws")
	resp.Body.Close()
	if resp.StatusCode != 404 {
		t.Errorf("no upgrade: %d", resp.StatusCode)
	}
	old := s.trust.Clone()
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if conn, err := tls.Dial("tcp", s.TLSAddr(), old); err == nil {
		conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

// TestTLSAddress: over TLS too a connection counts for its client, whom a proxy names
// before TLS begins or in the request.
func TestTLSAddress(t *testing.T) {
	s := serveTLS(t, func(c *engine.Config) {
		c.Limits.ConnectionsPerAddress = 1
		c.Listen.TrustedProxies = []string{"loopback"}
	})
	from := &net.TCPAddr{IP: net.ParseIP("203.0.113.9"), Port: 4711}
	preface, err := proxyproto.HeaderProxyFromAddrs(2, from, &net.TCPAddr{IP: net.ParseIP("203.0.113.1"), Port: 443}).Format()
	if err != nil {
		t.Fatal(err)
	}
	nobody := []byte("PROXY UNKNOWN\r\n")
	forwarded := func(client string) http.Header { return http.Header{"X-Forwarded-For": {"192.0.2.1, " + client}} }
	for i, c := range []struct {
		preface []byte
		headers http.Header
		status  int
	}{
		{preface, nil, 101},
		{preface, nil, 429},
		{preface, forwarded("203.0.113.10"), 429}, // the client's own claim
		{nil, forwarded("203.0.113.9"), 429},
		{nil, forwarded("203.0.113.10"), 101},
		{nil, forwarded("203.0.113.10"), 429},
		{nobody, forwarded("203.0.113.9"), 101}, // the client's own claim
		{nil, nil, 101},
		{nil, nil, 101}, // the proxy itself
	} {
		if _, status := s.tryDialTLS(fmt.Sprintf("uid=1&device=d%d", i), c.preface, c.headers); status != c.status {
			t.Errorf("%d: status %d, want %d", i, status, c.status)
		}
	}
}

// TestTLSShutdown: who is connected over TLS is told when to come back, too, by a
// WebSocket or a stream.
func TestTLSShutdown(t *testing.T) {
	s := serveTLS(t, nil)
	c := s.enterTLS("1")
	heard := make(chan []object, 1)
	go func() { heard <- c.expectClose(1012) }()
	events := s.get(true, eventsPath+"?uid=3&device=e")
	defer events.Body.Close()
	stream := &stream{t: t, r: bufio.NewReader(events.Body)}
	stream.expect(object{"type": "system", "event": "welcome"})
	s.hangUps = nil
	s.stop()
	messages := <-heard
	if last := messages[len(messages)-1]; last["event"] != "shutdown" {
		t.Errorf("the last word is %v", last)
	}
	stream.expect(object{"type": "system", "event": "shutdown"})
	stream.expectEnd(1012)
	if conn, err := net.Dial("tcp", s.TLSAddr()); err == nil {
		conn.Close()
		t.Error("still listening")
	}
}

// TestTLSShutdownWaits: when the server has stopped, everything that it said over TLS
// has left, also to a client that never closes.
func TestTLSShutdownWaits(t *testing.T) {
	s := serveTLS(t, nil)
	conn, err := tls.Dial("tcp", s.TLSAddr(), s.trust)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	if _, err := conn.Write(codec.AppendRequest(nil, "localhost", "/ws?uid=1", key, nil, false)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil { // it was answered
		t.Fatal(err)
	}
	if _, err := conn.Write(codec.AppendMaskedClose(nil, [4]byte{}, codec.CloseNormal, "")); err != nil {
		t.Fatal(err)
	}
	s.stop()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	if bytes.Contains(stacks, []byte("tlsport.(*pipe)")) {
		t.Errorf("still carrying:\n%s", stacks)
	}
}

// TestTLSShutdownStalled: a client that takes nothing can't make the stop fail, nor keep
// it from all that comes after.
func TestTLSShutdownStalled(t *testing.T) {
	var log bytes.Buffer
	s := serveTLSLogging(t, nil, &log)
	small := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}}
	conn, err := small.Dial("tcp", s.TLSAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	secure := tls.Client(conn, s.trust)
	if _, err := secure.Write(codec.AppendRequest(nil, "localhost", "/ws?uid=1", key, nil, false)); err != nil {
		t.Fatal(err)
	}
	if _, err := secure.Read(make([]byte, 1)); err != nil { // it was answered
		t.Fatal(err)
	}
	plain := s.enter("2")
	for range 60 {
		plain.ask(fmt.Sprintf(`{"type":"send","to":"1","content":%q}`, strings.Repeat("x", 60_000)), object{"type": "sent"})
	}
	s.stopped = true
	s.hangUp()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // less than the client could have
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), "TLS") {
		t.Errorf("it was cut short: %s", &log)
	}
}

// TestTLSCrowd: one address can't hold all connections idle.
func TestTLSCrowd(t *testing.T) {
	const most = 20
	s := serveTLS(t, func(c *engine.Config) {
		c.Limits.ConnectionsPerAddress = most
		c.Listen.TrustedProxies = []string{"loopback"}
	})
	come := func(client string) error {
		conn, err := net.Dial("tcp", s.TLSAddr())
		if err != nil {
			t.Fatal(err)
		}
		s.hangUps = append(s.hangUps, func() { conn.Close() })
		if _, err := fmt.Fprintf(conn, "PROXY TCP4 %s 203.0.113.1 4711 443\r\n", client); err != nil {
			t.Fatal(err)
		}
		return tls.Client(conn, s.trust).HandshakeContext(t.Context())
	}
	for i := range most {
		if err := come("203.0.113.9"); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if err := come("203.0.113.9"); err == nil {
		t.Error("an address may have any number")
	}
	if err := come("203.0.113.10"); err != nil {
		t.Errorf("another address: %v", err)
	}
}

// TestTLSNeedsACertificate: without a good one the server doesn't start.
func TestTLSNeedsACertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key, _ := selfSigned(t, dir)
	for name, change := range map[string]func(*engine.Config){
		"no such file":  func(c *engine.Config) { c.TLS.CertFile += "x" },
		"not the key":   func(c *engine.Config) { c.TLS.KeyFile = cert },
		"address taken": func(c *engine.Config) { c.Listen.TLS = busyAddress(t) },
	} {
		e, err := engine.New(config(t.TempDir(), func(c *engine.Config) {
			c.Listen.TLS, c.TLS.CertFile, c.TLS.KeyFile = "127.0.0.1:0", cert, key
			change(c)
		}), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Start(); err == nil || !strings.Contains(err.Error(), "tls") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// busyAddress is one that something listens on for as long as the test.
func busyAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}
