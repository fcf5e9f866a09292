package client

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
)

// connect opens a connection, upgrades it and waits for the welcome, all within
// Config.DialTimeout.
func (c *Client) connect(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.DialTimeout)
	defer cancel()
	nc, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { nc.Close() })
	l, err := c.login(nc)
	if !stop() && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("client: %w", err)
	}
	return l, nil
}

// open dials, with TLS on top where the URL says so.
func (c *Client) open(ctx context.Context) (net.Conn, error) {
	nc, err := c.cfg.Dial(ctx, "tcp", c.to.address)
	if err != nil || !c.to.secure {
		return nc, err
	}
	cfg := c.cfg.TLS.Clone() // of nil, that is nil
	if cfg == nil {
		cfg = new(tls.Config)
	}
	if cfg.ServerName == "" {
		cfg.ServerName = c.to.name
	}
	conn := tls.Client(nc, cfg)
	if err := conn.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, err
	}
	return conn, nil
}

// login upgrades nc and waits for the welcome.
func (c *Client) login(nc net.Conn) (*link, error) {
	rest, err := c.upgrade(nc)
	if err != nil {
		return nil, err
	}
	l := &link{
		nc:       nc,
		patience: 3 * c.cfg.PingEvery,
		opened:   time.Now(),
		wake:     make(chan struct{}, 1),
		done:     make(chan struct{}),
		buf:      rest,
	}
	l.reader.Reset(codec.ReaderConfig{Client: true, MaxMessage: c.cfg.MaxMessage})
	return l, c.welcome(l)
}

// upgrade does the opening handshake (RFC 6455 §4.1) and returns what the
// server sent behind it.
func (c *Client) upgrade(nc net.Conn) ([]byte, error) {
	var nonce [16]byte
	rand.Read(nonce[:])
	key := base64.StdEncoding.EncodeToString(nonce[:])
	protocols := c.protocols()
	if _, err := nc.Write(codec.AppendRequest(nil, c.to.host, c.to.target, key, protocols, false, c.headers()...)); err != nil {
		return nil, err
	}
	buf := make([]byte, 0, readSize)
	for {
		n, err := nc.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		resp, head, fault := codec.ParseResponse(buf, key)
		switch {
		case fault != nil:
			return nil, fault
		case head == 0 && err != nil:
			return nil, err
		case head > 0:
			return buf[head:], c.agree(resp)
		}
	}
}

func (c *Client) agree(resp *codec.Response) error {
	if (c.cfg.Tracked || c.cfg.SendOnly) && resp.Protocol != subprotocol {
		return errors.New("the server does not speak " + subprotocol)
	}
	return resp.Check(c.protocols(), false)
}

func (c *Client) protocols() []string {
	if c.cfg.Tracked || c.cfg.SendOnly { // sent nothing before its first sync
		return []string{subprotocol}
	}
	return nil
}

func (c *Client) headers() []codec.Header {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == "" {
		return nil
	}
	return []codec.Header{{Name: "Authorization", Value: "Bearer " + c.token}}
}

// welcome reads the first message, which must be the welcome.
func (c *Client) welcome(l *link) error {
	payload, err := l.next()
	if err != nil {
		return err
	}
	r, err := decodeReply(payload)
	switch {
	case err != nil:
		return err
	case r.Type == "error":
		return r.refusal()
	case r.Type != "system" || r.Event != "welcome":
		return errors.New("the server does not say welcome")
	}
	c.mu.Lock()
	c.user, c.device = r.UserID, r.Device
	c.mu.Unlock()
	return nil
}

// final reports whether connecting again after err would be of no use: the
// login does not hold, the server wants this client gone, or it was sent
// something that it would be sent again.
func final(err error) bool {
	if fault, ok := errors.AsType[*codec.HandshakeError](err); ok {
		return fault.Status >= 400 && fault.Status < 500 && fault.Status != 408 && fault.Status != 429
	}
	if refusal, ok := errors.AsType[*wire.Error](err); ok {
		return refusal.Code == http.StatusUnauthorized || refusal.Code == http.StatusForbidden
	}
	fault, ok := errors.AsType[*codec.CloseError](err)
	if !ok {
		return false
	}
	switch fault.Code {
	case codec.CloseAuth, codec.CloseReplaced, codec.CloseKicked, codec.CloseProtocolError,
		codec.CloseUnsupported, codec.CloseInvalidPayload, codec.ClosePolicy, codec.CloseTooBig:
		return true
	}
	return false
}
