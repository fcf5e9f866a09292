package doctor

import (
	"context"
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
	ours := runs(ctx, t)
	for _, l := range t.Listeners {
		l.look(ctx, ours, r)
	}
}

func (l *Listener) look(ctx context.Context, ours bool, r *Report) {
	var config net.ListenConfig
	socket, err := config.Listen(ctx, "tcp", l.Addr)
	switch {
	case err == nil:
		_ = socket.Close() // nothing was done with it
		r.add(OK, l.Key, "", "%s is free", l.Addr)
	case errors.Is(err, syscall.EADDRINUSE) && ours:
		r.add(OK, l.Key, "", "%s is in use, by a Gannet that runs", l.Addr)
	case errors.Is(err, syscall.EADDRINUSE):
		r.add(Fail, l.Key, "ss -ltnp says by whom; end that, or set "+l.Key+" to another port", "%s is in use", l.Addr)
	case errors.Is(err, syscall.EACCES):
		r.add(Fail, l.Key, "a port above 1023, or AmbientCapabilities=CAP_NET_BIND_SERVICE in gannet.service", "this user may not listen on %s", l.Addr)
	default:
		r.add(Fail, l.Key, "set "+l.Key+" to an address of this machine", "%v", err)
	}
}

// runs reports whether a Gannet answers on one of the addresses.
func runs(ctx context.Context, t *Target) bool {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for _, l := range t.Listeners {
		if healthy(ctx, &client, l.Addr) {
			return true
		}
	}
	return false
}

func healthy(ctx context.Context, client *http.Client, addr string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var envelope struct{ Data struct{ Status string } }
	err = json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&envelope)
	return err == nil && envelope.Data.Status == "alive"
}
