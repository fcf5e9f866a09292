package doctor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// listeners looks whether the addresses can be listened on, or a Gannet does already.
func listeners(ctx context.Context, _ Machine, t *Target, r *Report) {
	for _, l := range t.Listeners {
		l.look(ctx, r)
	}
}

func (l *Listener) look(ctx context.Context, r *Report) {
	var config net.ListenConfig
	socket, err := config.Listen(ctx, "tcp", l.Addr)
	switch {
	case err == nil:
		_ = socket.Close() // nothing was done with it
		r.add(OK, l.Key, "", "%s is free", l.Addr)
	case errors.Is(err, syscall.EADDRINUSE) && l.answers(ctx):
		r.add(OK, l.Key, "", "%s is in use, by a Gannet that runs", l.Addr)
	case errors.Is(err, syscall.EADDRINUSE):
		r.add(Fail, l.Key, "ss -ltnp says by whom; end that, or set "+l.Key+" to another port", "%s is in use, and no Gannet answers there", l.Addr)
	case errors.Is(err, syscall.EACCES):
		r.add(Fail, l.Key, "a port above 1023, or AmbientCapabilities=CAP_NET_BIND_SERVICE in gannet.service", "this user may not listen on %s", l.Addr)
	default:
		r.add(Fail, l.Key, "set "+l.Key+" to an address of this machine", "%v", err)
	}
}

// answers reports whether a Gannet answers on the address: that it is alive or, where
// only WebSockets are served, what it minds about the question. Which one it is
// doesn't matter, so neither does its certificate.
func (l *Listener) answers(ctx context.Context) bool {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	scheme := "http"
	if l.TLS {
		scheme = "https"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+l.Addr+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var envelope struct {
		Code   int
		Reason string
		Data   struct{ Status string }
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&envelope)
	return err == nil && envelope.Code == resp.StatusCode && (envelope.Data.Status == "alive" || envelope.Reason != "")
}
