package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gannet/engine/auth"
)

// apikey makes an API key for the backend of a name; servers started from now on
// know it.
func (s *chatScript) apikey(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: apikey NAME")
	}
	key, entry, err := auth.NewAPIKey(args[0])
	s.keys[args[0]] = key
	s.entries = append(s.entries, entry)
	return err
}

// token makes a token by which a user logs in from now on: USER [iat=D] [ttl=D]
// [jti=ID] [role=R] [secret=S or key=FILE], or USER file=FILE, or USER text=TOKEN.
// Times count from now. Its text is called USER_token.
func (s *chatScript) token(args []string) error {
	o, args := options(args, "iat", "ttl", "jti", "role", "secret", "key", "file", "text")
	if len(args) != 1 {
		return errors.New("usage: token USER …")
	}
	token, err := s.mint(args[0], o)
	if err != nil {
		return err
	}
	s.tokens[args[0]] = token
	s.learn(names{args[0] + "_token": token})
	return nil
}

func (s *chatScript) mint(user string, o map[string]string) (string, error) {
	if file := o["file"]; file != "" {
		token, err := os.ReadFile(s.ts.MkAbs(file))
		return strings.TrimSpace(string(token)), err
	}
	if o["text"] != "" {
		return o["text"], nil
	}
	iat, err1 := time.ParseDuration(cmp.Or(o["iat"], "0"))
	ttl, err2 := time.ParseDuration(cmp.Or(o["ttl"], "1h"))
	if err := errors.Join(err1, err2); err != nil {
		return "", err
	}
	now := time.Now()
	token := jwt.MapClaims{
		"sub": user, "jti": cmp.Or(o["jti"], rand.Text()),
		"iat": now.Add(iat).Unix(), "exp": now.Add(ttl).Unix(),
	}
	if o["role"] != "" {
		token["role"] = o["role"]
	}
	if o["key"] == "" {
		secret := cmp.Or(o["secret"], testSecret)
		return jwt.NewWithClaims(jwt.SigningMethodHS256, token).SignedString([]byte(secret))
	}
	pem, err := os.ReadFile(s.ts.MkAbs(o["key"]))
	if err != nil {
		return "", err
	}
	key, err := jwt.ParseEdPrivateKeyFromPEM(pem)
	if err != nil {
		return "", err
	}
	return jwt.NewWithClaims(jwt.SigningMethodEdDSA, token).SignedString(key)
}
