package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBadConfigurationsNameTheKey(t *testing.T) {
	public := publicPEM(t, ecKey().Public())
	secret := []byte(testSecret)
	for name, test := range map[string]struct {
		config Config
		want   string
	}{
		"no mode":            {Config{}, `auth.mode: "" is not allowed`},
		"unknown mode":       {Config{Mode: "oauth"}, `auth.mode: "oauth" is not allowed; allowed is dev or jwt`},
		"no key":             {Config{Mode: ModeJWT}, "set auth.jwt.secret (HS256) or auth.jwt.public_key_file"},
		"private key only":   {Config{Mode: ModeJWT, PrivateKeyFile: "x"}, "set auth.jwt.secret (HS256) or auth.jwt.public_key_file"},
		"short secret":       {Config{Mode: ModeJWT, Secret: secret[:31]}, "auth.jwt.secret: 31 bytes are too few"},
		"short, in dev mode": {Config{Mode: ModeDev, Secret: secret[:1]}, "auth.jwt.secret: 1 bytes are too few"},
		"secret and key":     {Config{Mode: ModeJWT, Secret: secret, PublicKeys: public}, "both set"},
		"old secrets alone":  {Config{Mode: ModeDev, OldSecrets: [][]byte{secret}}, "auth.jwt.old_secrets: they stand beside a secret only"},
		"short old secret":   {Config{Mode: ModeJWT, Secret: secret, OldSecrets: [][]byte{secret, secret[:31]}}, "auth.jwt.old_secrets: number 2: 31 bytes are too few"},
		"many old secrets":   {Config{Mode: ModeJWT, Secret: secret, OldSecrets: slices.Repeat([][]byte{secret}, maxKeys)}, "auth.jwt.old_secrets: 16 secrets are too many"},
		"secret and URL":     {Config{Mode: ModeJWT, Secret: secret, JWKSURL: "https://a.example", JWKSRefresh: time.Minute}, "auth.jwt.secret and auth.jwks_url are both set"},
		"secret and set":     {Config{Mode: ModeDev, Secret: secret, JWKSFile: "x", JWKSRefresh: time.Minute}, "auth.jwt.secret and auth.jwks_file are both set"},
		"plain HTTP":         {Config{Mode: ModeJWT, JWKSURL: "http://a.example", JWKSRefresh: time.Minute}, `auth.jwks_url: "http://a.example" is not allowed`},
		"no refresh":         {Config{Mode: ModeJWT, JWKSFile: "x"}, `auth.jwks_refresh: "0s" is not allowed`},
		"refresh in no time": {Config{Mode: ModeJWT, JWKSFile: "x", JWKSRefresh: time.Second - 1}, "auth.jwks_refresh: "},
		"refresh next week":  {Config{Mode: ModeJWT, JWKSFile: "x", JWKSRefresh: 168 * time.Hour}, "auth.jwks_refresh: "},
		"negative life":      {Config{Mode: ModeJWT, Secret: secret, MaxTTL: -time.Hour}, `auth.jwt.max_ttl: "-1h0m0s" is not allowed`},
		"life in parts":      {Config{Mode: ModeJWT, Secret: secret, MaxTTL: 1500 * time.Millisecond}, `auth.jwt.max_ttl: "1.5s" is not allowed`},
		"no such file":       {Config{Mode: ModeJWT, PublicKeyFile: "/nowhere/key.pem"}, "auth.jwt.public_key_file: open /nowhere/key.pem"},
		"empty file":         {Config{Mode: ModeJWT, PublicKeyFile: tempFile(t, nil)}, "is empty"},
		"bad file":           {Config{Mode: ModeJWT, PublicKeyFile: tempFile(t, []byte("x"))}, "auth.jwt.public_key_file: "},
	} {
		_, err := NewVerifier(test.config)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), testSecret[:8]) {
			t.Errorf("%s: the secret is in the message: %v", name, err)
		}
	}
}

func TestBadPublicKeys(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}
	short.N.SetBit(short.N, 0, 1)
	good := publicPEM(t, ecKey().Public())
	for name, test := range map[string]struct{ text, want string }{
		"no PEM":         {"hello", "no key in PEM form"},
		"private key":    {string(privatePEM(t, ecKey())), "this is a private key"},
		"good and bad":   {string(good) + string(privatePEM(t, ecKey())), "this is a private key"},
		"other block":    {"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", `type "X509 CRL" is not a public key`},
		"garbage inside": {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", ""},
		"P-384":          {string(publicPEM(t, p384.Public())), "P-384 is not supported"},
		"RSA 1024":       {string(publicPEM(t, short)), "1024 bits is too short"},
		"too many":       {strings.Repeat(string(good), maxKeys+1), "17 keys are too many"},
	} {
		_, err := NewVerifier(Config{Mode: ModeJWT, PublicKeys: []byte(test.text)})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func TestFormsOfPublicKeys(t *testing.T) {
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, ecKey().Public(), ecKey())
	if err != nil {
		t.Fatal(err)
	}
	for kind, der := range map[string][]byte{
		"RSA PUBLIC KEY": x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey),
		"CERTIFICATE":    cert,
	} {
		text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		if _, err := NewVerifier(Config{Mode: ModeJWT, PublicKeys: text}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestFormsOfPrivateKeys(t *testing.T) {
	ec, err := x509.MarshalECPrivateKey(ecKey())
	if err != nil {
		t.Fatal(err)
	}
	parameters := pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{6, 0}})
	for name, text := range map[string][]byte{
		"PKCS 1": pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey())}),
		"SEC 1":  append(parameters, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: ec})...),
		"PKCS 8": privatePEM(t, edKey()),
	} {
		signer, err := NewSigner(Config{PrivateKeyFile: tempFile(t, text)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := signer.Mint("alice", "", time.Hour); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
