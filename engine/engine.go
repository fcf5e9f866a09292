// Package engine is the server as one value: New opens the data, Start takes
// traffic, Shutdown stops. docs/architecture.md shows how its parts fit together.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/door"
	"gannet/engine/internal/failpoint"
	"gannet/engine/internal/hook"
	"gannet/engine/internal/httpapi"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/operator"
	"gannet/engine/internal/reactor"
	"gannet/engine/internal/sequencer"
	"gannet/engine/internal/sse"
	"gannet/engine/internal/webhook"
	"gannet/storage"
)

// maxUserGroups bounds what a login reads and a connection joins.
const maxUserGroups = 5000

// Engine is one server.
type Engine struct {
	cfg    Config
	logger *slog.Logger

	db       *storage.DB
	space    *space // of its disk
	seq      *sequencer.Sequencer
	chat     *chat.Service
	desk     counter
	webhooks *webhook.Hub
	hook     *hook.Hook // nil: nobody is asked
	door     *door.Door
	verifier *auth.Verifier
	keys     *auth.APIKeys
	reactors *reactor.Reactors
	streams  *sse.Hub // one more reactor, after the others
	public   *httpapi.Server
	admin    *httpapi.Server
	tls      edge
	metrics  *metrics.Registry
	history  *metrics.History // of some of them
	backups  *operator.Backups
	rekey    *operator.Rekey
	sealed   bool // the data is encrypted

	files   fileBudget
	ready   atomic.Bool
	started bool // the sequencer runs
	failed  chan error
	stopped chan struct{}
}

// New opens the data directory and builds everything that Start starts. The
// configuration must be valid. It fails where the disk is too full for a start.
func New(cfg Config, logger *slog.Logger) (*Engine, error) {
	return newEngine(cfg, logger, parts{})
}

func newEngine(cfg Config, logger *slog.Logger, p parts) (*Engine, error) {
	if err := failpoint.Check(); err != nil {
		return nil, err
	}
	if cfg.Reactors == 0 {
		cfg.Reactors = runtime.GOMAXPROCS(0)
	}
	if err := wire.Pretouch(); err != nil {
		return nil, fmt.Errorf("preparing the JSON decoder: %w", err)
	}
	tokens := cfg.Keys()
	tokens.Logger = logger
	verifier, err := auth.NewVerifier(tokens)
	if err != nil {
		return nil, err
	}
	keys, err := auth.NewAPIKeys(cfg.Auth.APIKeys)
	if err != nil {
		return nil, err
	}
	e := &Engine{cfg: cfg, logger: logger, verifier: verifier, keys: keys, metrics: metrics.New(), failed: make(chan error, 8), stopped: make(chan struct{})}
	e.history = metrics.NewHistory(e.metrics)
	if e.files, err = newFileBudget(cfg.Listen.TLS != ""); err != nil {
		return nil, err
	}
	sealing, err := cfg.Storage.Keys()
	if err != nil {
		return nil, err
	}
	cfg.Storage.warnOfOpenKeyFile(logger)
	e.sealed = len(sealing) > 0
	if err = e.openStorage(storage.Options{Dir: cfg.DataDir, Keys: sealing, Logger: logger}, p); err != nil {
		return nil, err
	}
	if err := e.build(); err != nil {
		e.door.Close()
		return nil, errors.Join(err, e.db.Close())
	}
	return e, nil
}

// build makes the parts that need no socket.
func (e *Engine) build() (err error) {
	e.door = door.New(door.Config{
		Dev:       e.cfg.Auth.Mode == auth.ModeDev,
		System:    e.cfg.System.User,
		Welcome:   e.cfg.Welcome.Text,
		Heartbeat: e.cfg.Heartbeat.Idle,
		Origins:   e.origins(),
		Verifier:  e.verifier,
		Logger:    e.logger,
	})
	if e.seq, err = sequencer.New(e.db, e.sequencerConfig()); err != nil {
		return err
	}
	e.space.tell = e.tellFull
	e.space.look()
	e.chat = chat.New(e.chatConfig(), e.db, e.seq, e.door)
	e.door.Chat = e.chat
	if err := e.buildDesk(); err != nil {
		return err
	}
	if err := e.buildWebhooks(); err != nil {
		return err
	}
	e.buildOperator()
	return e.db.Revocations(func(r storage.Revocation) error {
		e.verifier.Revocations().Revoke(revocation(r))
		return nil
	})
}

func (e *Engine) origins() httpapi.Origins {
	return httpapi.Origins{Allowed: e.cfg.HTTP.AllowedOrigins, Dev: e.cfg.Auth.Mode == auth.ModeDev}
}

// fatal is the end: the log can't be written, so nothing may be answered.
func (e *Engine) fatal(err error) {
	e.ready.Store(false)
	e.fail(fmt.Errorf("the log can't be written: %w", err))
}

func (e *Engine) fail(err error) {
	select {
	case e.failed <- err:
	default:
	}
}

// Start takes traffic. After an error the engine has stopped what it had
// started and closed its data.
func (e *Engine) Start() error {
	err := e.verifier.Start(context.Background())
	if err == nil {
		err = e.listen()
	}
	if err != nil {
		e.door.Unlock() // for who came already
		return errors.Join(err, e.Shutdown(context.Background()))
	}
	e.seq.Start()
	e.started = true
	e.chat.Start()
	e.desk.Start()
	e.webhooks.Start()
	e.observe()
	e.history.Start()
	e.space.watch()
	e.door.Unlock()
	e.serve(e.public)
	e.serve(e.admin)
	go func() {
		select {
		case err := <-e.reactors.Failed():
			e.fail(err)
		case <-e.stopped:
		}
	}()
	go newCaretaker().run(e.stopped)
	e.ready.Store(true)
	return nil
}

// listen binds all addresses.
func (e *Engine) listen() (err error) {
	c := &e.cfg
	proxies, err := c.Listen.proxies()
	if err != nil {
		return err
	}
	e.reactors, err = reactor.Start(reactor.Config{
		Addr:           c.Listen.WS,
		Reactors:       c.Reactors,
		MaxMessage:     c.Limits.MessageBytes,
		MaxOutbound:    c.Limits.OutboundBytes,
		MaxConnections: c.Limits.Connections,
		MaxPerAddress:  c.Limits.ConnectionsPerAddress,
		Proxies:        proxies,
		MaxLogins:      c.Limits.LoginsPerSecond,
		ReserveFiles:   e.files.reserved,
		IdleTimeout:    c.Heartbeat.Idle,
		CheckEvery:     c.Heartbeat.Check,
		TickEvery:      c.Delivery.RetryCheck,
		Deflate:        c.WebSocket.Deflate,
		Protocols:      []string{door.Tracked},
		Logger:         e.logger,
	}, e.door)
	if err != nil {
		return fmt.Errorf("listen.ws: %w", err)
	}
	e.door.Reactors = e.reactors
	e.openStreams()
	if err := e.openTLS(); err != nil {
		return err
	}
	e.public = httpapi.New(httpapi.Config{
		Chat: e.chat, Auth: e.verifier, Keys: e.keys, Events: events{e.streams}, Origins: e.origins(),
		Desk: e.desk.Desk, Visitors: e.desk.visitors, PerMinute: c.Desk.VisitorsPerMinute, IdentitySecret: []byte(c.Desk.IdentitySecret),
		SystemUser: c.System.User, PerSecond: c.Limits.HTTPPerSecond, Burst: c.Limits.HTTPBurst,
		MaxBody: c.Limits.MessageBytes, MaxConnections: e.files.http,
		Pages: e.pages(), Proxies: proxies, Upgrade: e.tls.upgrades(),
		Ready: e.readiness, Metrics: e.metrics, Logger: e.logger,
	})
	if err := e.public.Listen(c.Listen.HTTP); err != nil {
		return fmt.Errorf("listen.http: %w", err)
	}
	if err := e.listenTLS(); err != nil {
		return err
	}
	e.admin = httpapi.NewAdmin(e.adminConfig())
	if err := e.admin.Listen(c.Listen.Admin); err != nil {
		return fmt.Errorf("listen.admin: %w", err)
	}
	return nil
}

func (e *Engine) serve(s *httpapi.Server) {
	go func() {
		if err := s.Serve(); err != nil {
			e.fail(err)
		}
	}()
}

var errNotReady = wire.NewError(wire.ReasonShuttingDown, "the server takes no traffic")

func (e *Engine) readiness() *wire.Error {
	if e.ready.Load() {
		return nil
	}
	return errNotReady
}

// Addrs are the addresses listened on. Call it after Start.
func (e *Engine) Addrs() (ws, http, admin string) {
	return e.reactors.Addr().String(), e.public.Addr().String(), e.admin.Addr().String()
}

// Failed tells why the engine can't go on. The process should end then.
func (e *Engine) Failed() <-chan error { return e.failed }

// retryAfter spreads the clients that come back after a restart.
const retryAfter = 3 * time.Second

// Shutdown stops in this order: nobody is let in, what came in is written and
// answered, the answers leave, connections are told when to come back and closed
// (1012), what they had been sent is noted, the data is closed. When ctx ends
// first, connections are cut: nothing that was answered is lost by it, so that is
// not an error.
func (e *Engine) Shutdown(ctx context.Context) error {
	e.ready.Store(false)
	if e.reactors != nil {
		e.reactors.StopAccepting()
	}
	e.closeStreams(ctx) // before HTTP, which would wait for them
	e.closeHook(ctx)    // before HTTP, too: requests wait for it
	e.closeHTTP(ctx)
	e.stopOperator()
	e.closeDesk(ctx)
	e.webhooks.Stop()
	if e.reactors != nil {
		if e.started {
			e.cut("answering", e.seq.Drain(ctx))
			e.cut("draining", e.reactors.Drain(ctx))
		}
		e.cut("closing connections", e.reactors.Close(ctx, shutdownFrame, codec.CloseRestart))
	}
	e.closeTLS(ctx)
	unfinished := e.closeOperator(ctx)
	e.closeWebhooks(ctx)
	e.seq.Stop()
	e.webhooks.Wait()
	close(e.stopped)
	if e.started {
		e.history.Stop()
	}
	e.door.Close()
	e.verifier.Close()
	e.chat.Close()
	e.space.stop()
	if unfinished != nil { // it uses the data; what was answered is on disk
		return unfinished
	}
	return e.db.Close()
}

// httpStopTime is what requests, and streams before them, get to come to their
// end. It is a part of the stop's time: connections need theirs.
const httpStopTime = 2 * time.Second

func (e *Engine) closeStreams(ctx context.Context) {
	if e.streams == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, httpStopTime)
	defer cancel()
	e.cut("closing event streams", e.streams.Close(ctx, shutdownFrame))
}

func (e *Engine) closeHTTP(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, httpStopTime)
	defer cancel()
	var wg sync.WaitGroup
	for _, s := range []*httpapi.Server{e.public, e.admin} {
		if s != nil {
			wg.Go(func() { e.cut("closing HTTP", s.Shutdown(ctx)) })
		}
	}
	wg.Wait()
}

// cut notes that a part of the stop was cut short.
func (e *Engine) cut(what string, err error) {
	if err != nil {
		e.logger.Warn("stopping was cut short", "while", what, "err", err)
	}
}

// shutdownFrame tells one connection when to come back.
func shutdownFrame() []byte {
	wait := retryAfter/2 + rand.N(retryAfter)
	return codec.AppendFrame(nil, codec.OpText, wire.AppendShutdown(nil, wait.Milliseconds()))
}
