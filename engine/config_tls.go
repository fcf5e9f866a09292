package engine

import (
	"errors"
	"fmt"

	"gannet/codec"
)

// TLSConfig holds what listen.tls needs.
type TLSConfig struct {
	CertFile string `koanf:"cert_file" doc:"PEM file with the certificate of listen.tls and those between it and its root; both files are looked at every two seconds while there are handshakes, and read again when they have changed"`
	KeyFile  string `koanf:"key_file" doc:"PEM file with the private key of the certificate; it may be the same file"`
}

var errNoCertificate = errors.New("listen.tls: a certificate is needed; set tls.cert_file and tls.key_file")

func (c TLSConfig) validate(p *problems, listen string) {
	if listen != "" && (c.CertFile == "" || c.KeyFile == "") {
		p.add(errNoCertificate)
	}
}

// Proxies are the peers that are believed about whom they speak for.
func (l ListenConfig) proxies() (codec.Proxies, error) {
	proxies, err := codec.ParseProxies(l.TrustedProxies)
	if err != nil {
		return nil, fmt.Errorf("listen.trusted_proxies: %w", err)
	}
	return proxies, nil
}
