package engine

import (
	"gannet/engine/internal/httpapi"
	"gannet/engine/internal/operator"
)

// buildOperator makes what is served to the operator besides figures.
func (e *Engine) buildOperator() (err error) {
	e.rekey = operator.NewRekey(e.db, e.seq, e.sealed, e.logger)
	e.backups, err = operator.NewBackups(e.db, e.cfg.DataDir, e.logger)
	return err
}

func (e *Engine) adminConfig() httpapi.AdminConfig {
	return httpapi.AdminConfig{
		Local: isLoopback(e.cfg.Listen.Admin), Token: e.cfg.Auth.AdminToken,
		Backups: e.backups, Rekey: e.rekey,
		Ready: e.readiness, Metrics: e.metrics, Logger: e.logger,
	}
}

// closeOperator ends what was begun for the operator, while the sequencer runs.
func (e *Engine) closeOperator() {
	e.rekey.Close()
	if err := e.backups.Close(); err != nil {
		e.logger.Warn("removing backups that weren't fetched", "error", err)
	}
}
