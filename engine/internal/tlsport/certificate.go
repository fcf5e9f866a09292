package tlsport

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how often the files are looked at for changes, when there are
// handshakes.
const lookEvery = 2 * time.Second

// Certificate is a certificate with its key, read from two PEM files, and again when
// they have changed. Its methods may be called by any goroutine.
type Certificate struct {
	certFile, keyFile string
	logger            *slog.Logger

	current atomic.Pointer[tls.Certificate]

	mu     sync.Mutex
	looked time.Time      // last
	files  [2]os.FileInfo // as they were then
}

// LoadCertificate reads the files, which may be one and the same.
func LoadCertificate(certFile, keyFile string, logger *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, logger: logger, looked: time.Now()}
	var err error
	if c.files, err = c.stat(); err != nil {
		return nil, err
	}
	if err := c.load(); err != nil {
		return nil, err
	}
	if c.files[1].Mode().Perm()&0o007 != 0 {
		logger.Warn("the file of the TLS key is open to every user of the machine; chmod 600 it", "file", keyFile)
	}
	return c, nil
}

// Config is for a server that shows the certificate, speaks TLS 1.2 and 1.3, and
// HTTP/2 to who asks for it.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			c.look(time.Now())
			return c.current.Load(), nil
		},
	}
}

// look reads the files anew where they have changed. A certificate that is no good
// is not taken, and looked at again only when it has changed once more: whoever
// writes two files writes one of them first.
func (c *Certificate) look(now time.Time) {
	if !c.mu.TryLock() {
		return // another handshake looks
	}
	defer c.mu.Unlock()
	if now.Sub(c.looked) < lookEvery {
		return
	}
	c.looked = now
	files, err := c.stat()
	if err == nil && same(files, c.files) {
		return
	}
	if err == nil {
		c.files = files
		err = c.load()
	}
	if err != nil {
		c.logger.Error("the new TLS certificate can't be used; the one before stays", "error", err)
		return
	}
	c.logger.Info("a new TLS certificate is in use", "expires", c.current.Load().Leaf.NotAfter)
}

func (c *Certificate) load() error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", c.certFile, c.keyFile, err)
	}
	c.current.Store(&pair)
	return nil
}

func (c *Certificate) stat() (files [2]os.FileInfo, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		if files[i], err = os.Stat(name); err != nil {
			return files, err
		}
	}
	return files, nil
}

// same reports whether nobody has written to or replaced the files.
func same(a, b [2]os.FileInfo) bool {
	for i := range a {
		if !os.SameFile(a[i], b[i]) || a[i].Size() != b[i].Size() || !a[i].ModTime().Equal(b[i].ModTime()) {
			return false
		}
	}
	return true
}
