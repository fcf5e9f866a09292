package engine

import (
	"gannet/engine/auth"
	"gannet/engine/internal/web"
)

// pages says what the pages need to know.
func (e *Engine) pages() web.Config {
	return web.Config{
		WebSocket: e.reactors.Addr().String(),
		PublicURL: e.cfg.WebSocket.PublicURL,
		Dev:       e.cfg.Auth.Mode == auth.ModeDev,
		Origins:   e.cfg.HTTP.AllowedOrigins,
		Bare:      !e.cfg.HTTP.Pages,
	}
}
