package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"gannet/storage"
)

// leastAdminToken and mostAdminToken bound auth.admin_token, in bytes: shorter
// ones can be guessed.
const (
	leastAdminToken = 16
	mostAdminToken  = 256
)

// adminToken judges auth.admin_token without showing it.
func (a AuthConfig) adminToken() error {
	token := a.AdminToken
	switch n := len(token); {
	case n == 0:
		return nil
	case n < leastAdminToken || n > mostAdminToken:
		return fmt.Errorf("auth.admin_token: %d bytes are not allowed; allowed are %d to %d", n, leastAdminToken, mostAdminToken)
	}
	for _, c := range []byte(token) {
		if c <= ' ' || c > '~' {
			return errors.New("auth.admin_token: only printable ASCII without spaces can be sent in a header")
		}
	}
	return nil
}

var errTwoKeySources = errors.New("storage.encryption_keys and storage.encryption_key_file exclude each other")

func (s StorageConfig) validate(p *problems) {
	p.between("storage.min_free_bytes", s.MinFreeBytes, 0, 1<<40)
	if len(s.EncryptionKeys) > 0 && s.EncryptionKeyFile != "" {
		p.add(errTwoKeySources)
	}
	if _, err := s.inlineKeys(); err != nil {
		p.add(err)
	}
}

func (s StorageConfig) inlineKeys() ([]storage.Key, error) {
	keys, err := storage.ParseKeys(strings.Join(s.EncryptionKeys, "\n"))
	if err != nil {
		return nil, fmt.Errorf("storage.encryption_keys: %w", err)
	}
	return keys, nil
}

// Keys returns the keys of the encryption at rest, from wherever they are; none
// means that there is no encryption. No error of it shows any part of a key.
func (s StorageConfig) Keys() ([]storage.Key, error) {
	if s.EncryptionKeyFile == "" {
		return s.inlineKeys()
	}
	if len(s.EncryptionKeys) > 0 {
		return nil, errTwoKeySources
	}
	text, err := os.ReadFile(s.EncryptionKeyFile)
	if err != nil {
		return nil, fmt.Errorf("storage.encryption_key_file: %w", err)
	}
	keys, err := storage.ParseKeys(string(text))
	if err == nil && len(keys) == 0 {
		err = errors.New("no key is in it")
	}
	if err != nil {
		return nil, fmt.Errorf("storage.encryption_key_file: %s: %w", s.EncryptionKeyFile, err)
	}
	return keys, nil
}

// warnOfOpenKeyFile warns of a key file that anybody on the machine can read. It
// isn't refused: secrets that a container is given often come that way.
func (s StorageConfig) warnOfOpenKeyFile(logger *slog.Logger) {
	if s.EncryptionKeyFile == "" {
		return
	}
	info, err := os.Stat(s.EncryptionKeyFile)
	if err == nil && info.Mode().Perm()&0o007 != 0 {
		logger.Warn("the file of the encryption keys is open to every user of the machine; chmod 600 it", "file", s.EncryptionKeyFile)
	}
}
