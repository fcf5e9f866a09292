package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gannet/engine"
)

// fakeServer stops when told how.
type fakeServer struct {
	failed   chan error
	shutdown func(context.Context) error
}

func (fakeServer) Addrs() (ws, http, admin string) { return "ws:1", "http:2", "admin:3" }

func (fakeServer) TLSAddr() string { return "tls:4" }

func (fakeServer) Alive(context.Context) error { return nil }

func (s fakeServer) Failed() <-chan error { return s.failed }

func (s fakeServer) Shutdown(ctx context.Context) error { return s.shutdown(ctx) }

func stopAtOnce(context.Context) error { return nil }

// waitForLimit is a server with more in flight than it can finish.
func waitForLimit(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestServeSaysReadyAndStopsOnSIGTERM(t *testing.T) {
	stdoutR, stdoutW := io.Pipe()
	var stderr bytes.Buffer
	start := func(engine.Config, *slog.Logger) (server, error) { return fakeServer{shutdown: stopAtOnce}, nil }
	done := make(chan error, 1)
	go func() { done <- serve(context.Background(), engine.DefaultConfig(), start, stdoutW, &stderr) }()

	line, err := bufio.NewReader(stdoutR).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "gannet ready ws=ws:1 http=http:2 admin=admin:3 pid=") || !strings.HasSuffix(line, " tls=tls:4\n") {
		t.Fatalf("%q, %v", line, err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Open http://http:2/ in two tabs", "http://admin:3/admin\n", "gannet chat --user alice --to bob --url ws://ws:1/ws --http http://http:2\n", "signal=terminated"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("%q is missing on standard error:\n%s", want, &stderr)
		}
	}
}

func TestServeHandsOverTheConfiguration(t *testing.T) {
	var got engine.Config
	cmd := newServe(func(c engine.Config, _ *slog.Logger) (server, error) {
		got = c
		return nil, errors.New("the disk is full")
	})
	cmd.SetArgs([]string{"--data", "/srv/gannet", "--set", "reactors=3"})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.Execute()
	if err == nil || report(io.Discard, err) != exitFailure {
		t.Errorf("a failed start gives %v", err)
	}
	if got.DataDir != "/srv/gannet" || got.Reactors != 3 {
		t.Errorf("%+v", got)
	}
}

func TestServeLogsJSONOnlyIfAskedTo(t *testing.T) {
	c := engine.DefaultConfig()
	c.Log.Format, c.Log.Level = "json", "warn"
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stderr bytes.Buffer
	start := func(_ engine.Config, logger *slog.Logger) (server, error) {
		logger.Info("not to be seen")
		logger.Warn("to be seen")
		return fakeServer{shutdown: stopAtOnce}, nil
	}
	if err := serve(ctx, c, start, io.Discard, &stderr); err != nil {
		t.Fatal(err)
	}
	if got := stderr.String(); !strings.HasPrefix(got, "{") || strings.Count(got, "\n") != 1 || !strings.Contains(got, `"to be seen"`) {
		t.Errorf("standard error:\n%s", got)
	}
}

func TestSupervise(t *testing.T) {
	failed := make(chan error, 1)
	failed <- errors.New("fsync: input/output error")
	for name, test := range map[string]struct {
		server  fakeServer
		signals int
		want    string
		after   time.Duration
	}{
		"orderly stop":      {fakeServer{shutdown: stopAtOnce}, 1, "", 0},
		"failure":           {fakeServer{failed: failed}, 0, "the server failed: fsync: input/output error", 0},
		"failing stop":      {fakeServer{shutdown: func(context.Context) error { return errors.New("no") }}, 1, "stopping: no", 0},
		"stop out of time":  {fakeServer{shutdown: waitForLimit}, 1, "stopping: context deadline exceeded", drainTime},
		"second signal":     {fakeServer{shutdown: waitForLimit}, 2, "cut short by a second signal", 0},
		"stop that hangs":   {fakeServer{shutdown: hang(stopTime + time.Second)}, 1, "stopping took longer than 10s", stopTime},
		"stop just in time": {fakeServer{shutdown: hang(stopTime - time.Second)}, 1, "", stopTime - time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				signals := make(chan os.Signal, 2)
				for range test.signals {
					signals <- syscall.SIGTERM
				}
				begin := time.Now()
				err := supervise(t.Context(), test.server, signals, func() {}, quiet())
				if took := time.Since(begin); took != test.after {
					t.Errorf("took %s, want %s", took, test.after)
				}
				if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
					t.Errorf("%v, want %q", err, test.want)
				}
				time.Sleep(time.Minute) // the bubble's clock: lets what was left behind end
			})
		})
	}
}

// hang is a Shutdown that heeds no deadline.
func hang(d time.Duration) func(context.Context) error {
	return func(context.Context) error {
		<-time.After(d)
		return nil
	}
}
