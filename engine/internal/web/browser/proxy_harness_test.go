package browser_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	proxyproto "github.com/pires/go-proxyproto"

	"gannet/engine"
)

// proxy is nginx or HAProxy, running the sample that we give away, in front of a site.
type proxy struct {
	t     *testing.T
	addr  string // where it speaks TLS
	plain string // where it doesn't
	dir   string
	conf  string // the file it reads
	cmd   *exec.Cmd
	names bool // it believes a PROXY header before TLS
	exit  chan error
}

// edit is a change to a sample: what only the machine it runs on can know.
type edit struct{ pattern, with string }

// start runs the program that is named on the sample with edits, where it is
// installed, and waits until it listens.
func startProxy(t *testing.T, program, sample string, edits []edit, args func(p *proxy) []string) *proxy {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("NO %s: the sample docs/deploy/%s is not tested. Install it (apt-get install %s).", strings.ToUpper(program), sample, program)
	}
	p := &proxy{t: t, addr: freeAddress(t), plain: freeAddress(t), dir: t.TempDir(), exit: make(chan error, 1)}
	p.conf = filepath.Join(p.dir, "conf")
	text, err := os.ReadFile(filepath.Join("../../../../docs/deploy", sample))
	if err != nil {
		t.Fatal(err)
	}
	p.write(applyEdits(t, string(text), append(edits, edit{"ADDR", p.addr}, edit{"PLAIN", p.plain}, edit{"DIR", p.dir})))
	writeCertificate(t, p.dir)
	p.cmd = exec.Command(path, args(p)...)
	p.cmd.Stdout, p.cmd.Stderr = t.Output(), t.Output()
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.exit <- p.cmd.Wait() }()
	t.Cleanup(p.stop)
	p.await("listening", func() bool {
		c, err := net.Dial("tcp", p.addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return p
}

// applyEdits replaces patterns, each of which has to be there.
func applyEdits(t *testing.T, text string, edits []edit) string {
	t.Helper()
	for _, e := range edits {
		re := regexp.MustCompile("(?m)" + e.pattern)
		if !re.MatchString(text) {
			t.Fatalf("the sample has no %s", e.pattern)
		}
		text = re.ReplaceAllString(text, e.with)
	}
	return text
}

func (p *proxy) write(text string) {
	p.t.Helper()
	if err := os.WriteFile(p.conf, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// await waits until a condition is true.
func (p *proxy) await(what string, is func() bool) {
	p.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case err := <-p.exit:
			p.exit <- err
			p.t.Fatalf("the proxy has ended: %v", err)
		case <-deadline:
			p.t.Fatalf("never %s", what)
		}
	}
}

func (p *proxy) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Error(err)
	}
}

func (p *proxy) stop() {
	p.signal(syscall.SIGTERM)
	<-p.exit
}

// freeAddress is one that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// writeCertificate makes a self-signed certificate: cert.pem, key.pem, and both in
// one as both.pem.
func writeCertificate(t *testing.T, dir string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{"localhost", "chat.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	secret := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, text := range map[string][]byte{certFile: cert, keyFile: secret, filepath.Join(dir, "both.pem"): bytes.Join([][]byte{cert, secret}, nil)} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// browser is what asks the proxy, over HTTP/1.1 and without checking certificates;
// where client is given, as a load balancer would that brings that client.
func (p *proxy) browser(client string) *http.Client {
	trust := &tls.Config{InsecureSkipVerify: true, ServerName: "chat.example.com"}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, p.addr)
		if err != nil {
			return nil, err
		}
		if p.names {
			from := &net.TCPAddr{IP: net.ParseIP(client), Port: 4711}
			header := proxyproto.HeaderProxyFromAddrs(2, from, &net.TCPAddr{IP: net.ParseIP("203.0.113.1"), Port: 443})
			if _, err := header.WriteTo(conn); err != nil {
				return nil, err
			}
		}
		return tls.Client(conn, trust), nil
	}
	return &http.Client{
		Transport:     &http.Transport{DialTLSContext: dial, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       patience,
	}
}

// engineSite is a site for which no browser is needed, and which trusts the proxy.
func engineSite(t *testing.T, change func(*engine.Config)) *site {
	t.Helper()
	c := engine.DefaultConfig()
	c.DataDir = t.TempDir()
	c.Listen = engine.ListenConfig{WS: "127.0.0.1:0", HTTP: "127.0.0.1:0", Admin: "127.0.0.1:0", TrustedProxies: []string{"loopback"}}
	c.Storage.MinFreeBytes = 0
	if change != nil {
		change(&c)
	}
	s := &site{t: t, config: c}
	s.start()
	t.Cleanup(s.stop)
	return s
}

// nginx starts it in front of s. With names it is behind a load balancer.
func (s *site) nginx(t *testing.T, names bool) *proxy {
	t.Helper()
	edits := []edit{
		{`^user .*`, nginxUser()},
		{`/run/nginx.pid`, "DIR/pid"},
		{`/var/log/nginx/`, "DIR/"},
		{`^worker_rlimit_nofile .*`, ""},
		{`worker_connections 262144`, "worker_connections 1024"},
		{`^  server_tokens off;.*`, "server_tokens off; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f; uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;"},
		{`^.*listen +\[::\].*`, ""},
		{`listen +80 `, "listen PLAIN "},
		{`listen +443 `, "listen ADDR "},
		{`/etc/ssl/gannet/fullchain.pem`, "DIR/cert.pem"},
		{`/etc/ssl/gannet/privkey.pem`, "DIR/key.pem"},
		{`127\.0\.0\.1:9502`, s.config.Listen.WS},
		{`127\.0\.0\.1:9501`, s.config.Listen.HTTP},
	}
	if names {
		edits = append(edits,
			edit{`ssl http2`, "ssl http2 proxy_protocol"},
			edit{`# real_ip_header `, "real_ip_header "},
			edit{`# set_real_ip_from 10.0.0.0/8`, "set_real_ip_from 127.0.0.1"})
	}
	p := startProxy(t, "nginx", "nginx/gannet.conf", edits, func(p *proxy) []string {
		return []string{"-c", p.conf, "-p", p.dir, "-e", filepath.Join(p.dir, "error.log"), "-g", "daemon off;"}
	})
	p.names = names
	return p
}

// nginxUser keeps the workers what the test is: they couldn't read its directory.
func nginxUser() string {
	if os.Getuid() == 0 {
		return "user root;"
	}
	return ""
}

// haproxyRate is how many connections of one address HAProxy takes here in ten seconds:
// the sample's 500 would take a test too long.
const haproxyRate = 50

// haproxy starts it in front of s. With names it is behind a load balancer.
func (s *site) haproxy(t *testing.T, names bool) *proxy {
	t.Helper()
	edits := []edit{
		{`^  log +/dev/log local0`, "  log stdout format raw local0"},
		{`^  (user|group) .*`, ""},
		{`/run/haproxy/admin.sock`, "DIR/sock"},
		{`maxconn +200000`, "maxconn 500"},
		{`gt 500`, "gt " + strconv.Itoa(haproxyRate)},
		{`^.*bind :::.*`, ""},
		{`bind :80$`, "bind PLAIN"},
		{`bind :443 `, "bind ADDR "},
		{`/etc/ssl/gannet/chat.pem`, "DIR/both.pem"},
		{`127\.0\.0\.1:9502`, s.config.Listen.WS},
		{`127\.0\.0\.1:9501`, s.config.Listen.HTTP},
	}
	if names {
		edits = append(edits,
			edit{`alpn h2,http/1.1`, "alpn h2,http/1.1 accept-proxy"},
			edit{`^  tcp-request connection `, "  tcp-request session "})
	}
	p := startProxy(t, "haproxy", "haproxy/haproxy.cfg", edits, func(p *proxy) []string { return []string{"-db", "-f", p.conf} })
	p.names = names
	return p
}

// edit changes the configuration, which is yet to be read again.
func (p *proxy) edit(e edit) {
	p.t.Helper()
	text, err := os.ReadFile(p.conf)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(applyEdits(p.t, string(text), []edit{e}))
}
