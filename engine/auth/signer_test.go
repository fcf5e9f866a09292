package auth

import (
	"crypto/ecdh"
	"crypto/rand"
	"strings"
	"testing"
	"time"
)

func TestMintRefuses(t *testing.T) {
	c := secretConfig()
	c.Reserved, c.MaxTTL = "system", time.Hour
	s, err := NewSigner(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Mint("alice", "", time.Hour); err != nil {
		t.Error(err)
	}
	for _, test := range []struct {
		user, role string
		ttl        time.Duration
		want       string
	}{
		{"", "", time.Hour, `"" is not a user id`},
		{"a b", "", time.Hour, "is not a user id"},
		{"alice", "", time.Second - 1, "too short"},
		{"alice", "", -time.Hour, "too short"},
		{"alice", "", time.Hour + 1, "too long; allowed is 1h0m0s or less (auth.jwt.max_ttl)"},
		{"system", "", time.Hour, "system is the server's own user (system.user)"},
		{"alice", strings.Repeat("r", 257), time.Hour, "too long"},
	} {
		if _, err := s.Mint(test.user, test.role, test.ttl); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Mint(%q, %q, %s): %v, want %q", test.user, test.role, test.ttl, err, test.want)
		}
	}
}

func TestTokensDiffer(t *testing.T) {
	s, err := NewSigner(secretConfig())
	if err != nil {
		t.Fatal(err)
	}
	first, err1 := s.Mint("alice", "", time.Hour)
	second, err2 := s.Mint("alice", "", time.Hour)
	if err1 != nil || err2 != nil || first == second {
		t.Fatalf("%q %v, %q %v", first, err1, second, err2)
	}
}

func TestNewSignerRefuses(t *testing.T) {
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := publicPEM(t, ecKey().Public())
	encrypted := "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
	for name, test := range map[string]struct {
		config Config
		want   string
	}{
		"nothing":      {Config{}, "set auth.jwt.secret or auth.jwt.private_key_file"},
		"public only":  {Config{PublicKeys: public}, "set auth.jwt.secret or auth.jwt.private_key_file"},
		"short secret": {Config{Secret: []byte("short")}, "too few"},
		"no such file": {Config{PrivateKeyFile: "/nowhere/key.pem"}, "auth.jwt.private_key_file: open /nowhere/key.pem"},
		"no PEM":       {Config{PrivateKeyFile: tempFile(t, []byte("x"))}, "no key in PEM form"},
		"public key":   {Config{PrivateKeyFile: tempFile(t, public)}, `type "PUBLIC KEY" is not a private key`},
		"encrypted":    {Config{PrivateKeyFile: tempFile(t, []byte(encrypted))}, "the key is encrypted"},
		"X25519":       {Config{PrivateKeyFile: tempFile(t, privatePEM(t, x25519))}, "is not supported"},
	} {
		if _, err := NewSigner(test.config); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}
