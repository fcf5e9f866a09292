package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notifier tells systemd how the server is, where systemd has started it with
// Type=notify. Elsewhere it does nothing.
type notifier struct {
	send     func(state string) // one datagram of sd_notify(3)
	watchdog time.Duration      // how often systemd wants a sign of life (WatchdogSec); 0: never
	logger   *slog.Logger
}

// newNotifier reads the environment that systemd gives a service.
func newNotifier(logger *slog.Logger) *notifier {
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		logger.Warn("reading systemd's watchdog", "err", err)
	}
	return &notifier{watchdog: every, logger: logger, send: func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			logger.Warn("telling systemd", "state", state, "err", err)
		}
	}}
}

// ready says that the server takes traffic, and from then on, as often as systemd
// wants, that it is alive, for as long as it is. The returned function says that it
// stops, and ends that.
func (n *notifier) ready(s server) (stopping func()) {
	n.send(daemon.SdNotifyReady)
	if n.watchdog == 0 {
		return func() { n.send(daemon.SdNotifyStopping) }
	}
	ctx, cancel := context.WithCancel(context.Background())
	var guard sync.WaitGroup
	guard.Go(func() { n.guard(ctx, s) })
	return func() {
		cancel()
		guard.Wait()
		n.send(daemon.SdNotifyStopping)
	}
}

// guard looks twice as often as systemd wants to hear of it. A server that doesn't
// answer gets no sign of life sent, so that systemd kills it and starts it again.
func (n *notifier) guard(ctx context.Context, s server) {
	half := time.NewTicker(n.watchdog / 2)
	defer half.Stop()
	for {
		look, cancel := context.WithTimeout(ctx, n.watchdog/2)
		err := s.Alive(look)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			n.send(daemon.SdNotifyWatchdog)
		default:
			n.logger.Error("the server doesn't answer; systemd is not told that it is alive", "err", err)
		}
		select {
		case <-half.C:
		case <-ctx.Done():
			return
		}
	}
}
