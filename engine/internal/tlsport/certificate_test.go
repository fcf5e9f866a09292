package tlsport

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"
)

// shown is the serial number of the certificate that a handshake would show.
func (c *Certificate) shown(t *testing.T) int64 {
	t.Helper()
	cert, err := c.Config().GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf.SerialNumber.Int64()
}

// TestCertificateIsRenewed: a new one is taken when both files are there, and a bad
// one leaves the old in use.
func TestCertificateIsRenewed(t *testing.T) {
	f := newFiles(t)
	first, second, third := newPair(t, 1), newPair(t, 2), newPair(t, 3)
	f.put(first)
	var log bytes.Buffer
	c, err := LoadCertificate(f.cert, f.key, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	pass := func() {
		now = now.Add(lookEvery)
		c.look(now)
	}
	want := func(what string, serial int64, complaints int) {
		t.Helper()
		if got := c.shown(t); got != serial {
			t.Errorf("%s: shows %d, want %d", what, got, serial)
		}
		if n := strings.Count(log.String(), "level=ERROR"); n != complaints {
			t.Errorf("%s: %d complaints, want %d:\n%s", what, n, complaints, &log)
		}
	}
	pass()
	want("nothing changed", 1, 0)
	f.put(second)
	c.look(now.Add(lookEvery - 1))
	want("a moment later", 1, 0)
	pass()
	want("both files are there", 2, 0)
	f.replace(f.cert, third.cert)
	pass()
	pass()
	want("half of it is there", 2, 1)
	f.replace(f.key, third.key)
	pass()
	want("the other half, too", 3, 1)
	f.replace(f.cert, []byte("no certificate"))
	pass()
	want("garbage", 3, 2)
	if err := os.Remove(f.cert); err != nil {
		t.Fatal(err)
	}
	pass()
	want("nothing is there", 3, 3)
	f.put(first)
	pass()
	want("back again", 1, 3)
}

func TestLoadCertificateFails(t *testing.T) {
	f := newFiles(t)
	quiet := slog.New(slog.DiscardHandler)
	if _, err := LoadCertificate(f.cert, f.key, quiet); err == nil || !strings.Contains(err.Error(), f.cert) {
		t.Errorf("no files: %v", err)
	}
	f.put(newPair(t, 1))
	f.replace(f.key, newPair(t, 2).key)
	if _, err := LoadCertificate(f.cert, f.key, quiet); err == nil || !strings.Contains(err.Error(), f.key) {
		t.Errorf("another's key: %v", err)
	}
}

// TestOpenKeyFile: a key that everybody may read is pointed out.
func TestOpenKeyFile(t *testing.T) {
	f := newFiles(t)
	f.put(newPair(t, 1))
	for mode, complains := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o644: true} {
		if err := os.Chmod(f.key, mode); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		if _, err := LoadCertificate(f.cert, f.key, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(log.String(), f.key) != complains {
			t.Errorf("%o: %q", mode, &log)
		}
	}
}
