package engine

import (
	"crypto/tls"
	"errors"
	"fmt"

	"gannet/engine/auth"
)

// CheckFiles reads the files of keys and certificates that the configuration names,
// as a start would, and returns what is wrong with them, joined. It asks nobody over
// the network. The configuration must be valid.
func (c Config) CheckFiles() error {
	var all []error
	v, err := auth.NewVerifier(c.Keys())
	if err == nil {
		v.Close()
	}
	all = append(all, err)
	if _, err := c.Storage.Keys(); err != nil {
		all = append(all, err)
	}
	if c.TLS.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(c.TLS.CertFile, c.TLS.KeyFile); err != nil {
			all = append(all, fmt.Errorf("tls.cert_file, tls.key_file: %w", err))
		}
	}
	return errors.Join(all...)
}
