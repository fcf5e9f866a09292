package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gannet/engine"
	"gannet/engine/auth"
)

// stopTime is how long a server may take to stop. drainTime of it belongs to
// what is in flight; the rest to closing the database.
const (
	stopTime  = 10 * time.Second
	drainTime = 8 * time.Second
)

// server is a running engine.
type server interface {
	Addrs() (ws, http, admin string)
	TLSAddr() string
	Failed() <-chan error
	// Alive is an error where the server doesn't answer until ctx ends.
	Alive(ctx context.Context) error
	Shutdown(ctx context.Context) error
}

// starter returns an engine that takes traffic, or an error after having
// stopped what it had started.
type starter func(engine.Config, *slog.Logger) (server, error)

func newServe(start starter) *cobra.Command {
	var from sources
	var data string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server until SIGTERM or SIGINT. It then finishes what is in flight and
exits within 10 seconds; a second signal ends it at once.

The first line on standard output says that it takes traffic and where:
gannet ready ws=<addr> http=<addr> admin=<addr> pid=<pid>, and tls=<addr> behind
it where listen.tls is set. Logs go to standard error.

A key of the configuration is looked for in --set, then in its environment
variable (GANNET_LISTEN_WS for listen.ws), then in the file of --config.

` + reference(),
		Example: `  gannet serve
  gannet serve --data /var/lib/gannet --set listen.ws=127.0.0.1:9600
  gannet serve --config gannet.yaml
  GANNET_AUTH_JWT_SECRET=$(cat secret) gannet serve --set auth.mode=jwt --set listen.ws=0.0.0.0:9502`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("data") {
				from.sets = append(from.sets, "data_dir="+data)
			}
			c, err := from.loadValid()
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, start, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	from.addFlags(cmd)
	cmd.Flags().StringVar(&data, "data", "", "`directory` of the database, the same as --set data_dir=…")
	return cmd
}

func serve(ctx context.Context, c engine.Config, start starter, stdout, stderr io.Writer) error {
	logger := newLogger(c.Log, stderr)
	if n := useProcessors(); c.Reactors == 0 {
		c.Reactors = n
	}
	s, err := start(c, logger)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)

	ws, http, admin := s.Addrs()
	secure := ""
	if addr := s.TLSAddr(); addr != "" {
		secure = " tls=" + addr
	}
	fmt.Fprintf(stdout, "gannet ready ws=%s http=%s admin=%s pid=%d%s\n", ws, http, admin, os.Getpid(), secure)
	if c.Auth.Mode == auth.ModeDev && c.Log.Format == "text" {
		invite(stderr, c, ws, http, admin)
	}
	stopping := newNotifier(logger).ready(s)
	return supervise(ctx, s, signals, stopping, logger)
}

// newLogger makes the log that everything writes to. Level and format have
// been validated.
func newLogger(c engine.LogConfig, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// supervise returns when the server has stopped, for whatever reason: nil
// after an orderly stop. Stopping is called when it begins to.
func supervise(ctx context.Context, s server, signals <-chan os.Signal, stopping func(), logger *slog.Logger) error {
	select {
	case err := <-s.Failed():
		stopping()
		return fmt.Errorf("the server failed: %w", err)
	case sig := <-signals:
		logger.Info("stopping", "signal", sig.String())
	case <-ctx.Done():
		logger.Info("stopping", "reason", ctx.Err())
	}
	stopping()
	return stop(context.WithoutCancel(ctx), s, signals)
}

func stop(ctx context.Context, s server, signals <-chan os.Signal) error {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(ctx) }()

	limit := time.NewTimer(stopTime)
	defer limit.Stop()
	select {
	case err := <-stopped:
		if err != nil {
			return fmt.Errorf("stopping: %w", err)
		}
		return nil
	case sig := <-signals:
		return fmt.Errorf("stopping was cut short by a second signal (%s)", sig)
	case <-limit.C:
		return errors.New("stopping took longer than " + stopTime.String())
	}
}
