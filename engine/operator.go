package engine

import (
	"context"
	"errors"
	"fmt"

	"gannet/engine/internal/httpapi"
	"gannet/engine/internal/operator"
)

// buildOperator makes what is served to the operator besides figures.
func (e *Engine) buildOperator() {
	e.rekey = operator.NewRekey(e.db, e.seq, e.sealed, e.space.bound, e.logger)
	e.backups = operator.NewBackups(e.db, e.cfg.DataDir, e.roomForBackup, e.logger)
}

// roomForBackup refuses a backup that might fill the disk: it copies the logs, and
// keeps tables from being removed, for which there must be half of the bound.
func (e *Engine) roomForBackup() error {
	if e.space.left.Load() < e.space.bound/2+e.db.Metrics().WALBytes {
		return operator.ErrNoRoom
	}
	return nil
}

func (e *Engine) adminConfig() httpapi.AdminConfig {
	return httpapi.AdminConfig{
		Local: isLoopback(e.cfg.Listen.Admin), Token: e.cfg.Auth.AdminToken,
		Backups: e.backups, Rekey: e.rekey, Webhooks: e.webhooks, Live: e.live(),
		Ready: e.readiness, Metrics: e.metrics, Logger: e.logger,
	}
}

// stopOperator has what was begun for the operator end soon.
func (e *Engine) stopOperator() {
	e.rekey.Stop()
	e.backups.Stop()
}

// closeOperator returns when that has ended, while the sequencer runs. After an
// error it goes on, and the data must not be closed.
func (e *Engine) closeOperator(ctx context.Context) error {
	if err := e.rekey.Close(ctx); err != nil {
		return fmt.Errorf("waiting for the rekey: %w", err)
	}
	err := e.backups.Close(ctx)
	if err != nil && !errors.Is(err, ctx.Err()) {
		e.logger.Warn("removing backups that weren't fetched", "error", err)
		return nil
	}
	return err
}
