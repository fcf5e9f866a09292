package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// listener is the database's logger and hears of its events, on goroutines of
// the database that must not call it back.
type listener struct {
	log          *slog.Logger
	fatal        func(error)
	onStall      func(Stall)
	onCorruption func(error)
	onNoSpace    func(error)

	failure          atomic.Pointer[error] // why the log can't be written any more
	backgroundErrors atomic.Int64
	corruptions      atomic.Int64
	diskStalls       atomic.Int64
	writeStalls      atomic.Int64
	errorLogged      atomic.Int64 // Unix nanoseconds
}

func newListener(o *Options) *listener {
	return &listener{log: o.Logger, fatal: o.Fatal, onStall: o.OnStall, onCorruption: o.OnCorruption, onNoSpace: o.OnNoSpace}
}

// failed is nil as long as the log can be written.
func (l *listener) failed() error {
	if err := l.failure.Load(); err != nil {
		return *err
	}
	return nil
}

func (l *listener) Infof(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug(fmt.Sprintf(format, args...))
	}
}

func (l *listener) Errorf(format string, args ...any) {
	l.logError(fmt.Sprintf(format, args...))
}

// Fatalf is called where Pebble can't go on. Pebble takes its return for
// success, so the failure is kept: no Apply or Sync that returns later
// reports success, even if fatal doesn't end the process.
func (l *listener) Fatalf(format string, args ...any) {
	err := fmt.Errorf("%w: "+format, append([]any{ErrFailed}, args...)...)
	l.failure.CompareAndSwap(nil, &err)
	l.fatal(err)
}

func (l *listener) events() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) {
			l.backgroundErrors.Add(1)
			if !errors.Is(err, pebble.ErrCancelledCompaction) {
				l.logError("storage background error: " + err.Error())
			}
			if vfs.IsNoSpaceError(err) {
				l.onNoSpace(err)
			}
		},
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			l.corruptions.Add(1)
			l.log.Error("storage file is damaged", "path", info.Path, "error", info.Details)
			l.onCorruption(fmt.Errorf("storage: %s is damaged: %w", info.Path, info.Details))
		},
		WriteStallBegin: func(info pebble.WriteStallBeginInfo) {
			l.writeStalls.Add(1)
			l.log.Warn("storage delays writes", "reason", info.Reason)
		},
		WriteStallEnd: func() { l.log.Info("storage takes writes again") },
	}
}

func (l *listener) diskSlow(info vfs.DiskSlowInfo) {
	l.diskStalls.Add(1)
	l.onStall(Stall{Op: info.OpType.String(), Path: info.Path, Duration: info.Duration})
}

// logError logs at most one line a second: a full disk fails flushes in a hot loop.
func (l *listener) logError(msg string) {
	now, last := time.Now().UnixNano(), l.errorLogged.Load()
	if now-last > int64(time.Second) && l.errorLogged.CompareAndSwap(last, now) {
		l.log.Error(msg)
	}
}
