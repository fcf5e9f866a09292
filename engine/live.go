package engine

import (
	"time"

	"gannet/engine/internal/httpapi"
)

// live is what the operator's dashboard is told besides the history.
func (e *Engine) live() httpapi.Live {
	version, commit := build()
	return httpapi.Live{
		History: e.history, Started: time.Now(), Version: version, Commit: commit,
	}
}
