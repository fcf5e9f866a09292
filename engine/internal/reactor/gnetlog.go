package reactor

import (
	"fmt"
	"log/slog"
)

// gnetLogger takes gnet's few words to the program's logger. What gnet calls
// info is its start; what it calls fatal must not end the process behind the
// engine's back.
type gnetLogger struct{ log *slog.Logger }

func (g gnetLogger) Debugf(format string, args ...any) { g.log.Debug(g.text(format, args)) }
func (g gnetLogger) Infof(format string, args ...any)  { g.log.Debug(g.text(format, args)) }
func (g gnetLogger) Warnf(format string, args ...any)  { g.log.Warn(g.text(format, args)) }
func (g gnetLogger) Errorf(format string, args ...any) { g.log.Error(g.text(format, args)) }
func (g gnetLogger) Fatalf(format string, args ...any) { g.log.Error(g.text(format, args)) }

func (gnetLogger) text(format string, args []any) string {
	return "gnet: " + fmt.Sprintf(format, args...)
}
