package terminal

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"gannet/codec/wire"
)

// Options say who chats, where, and how. URL, and User or Token, must be given.
type Options struct {
	URL   string // of the WebSocket, ws:// or wss://
	HTTP  string // base of the HTTP API, for groups; "" goes by URL
	User  string // for a server in dev mode
	Token string // a JWT

	To, Group string // whom to write to: at most one, and none to listen

	NoColor bool
	JSON    bool          // print JSON, and read no terminal
	Listen  bool          // print what comes instead of sending
	Count   int           // end after so many messages; 0 listens on
	Timeout time.Duration // for the answer to a line of a pipe; 0 is any time

	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// UsageError is a mistake in Options.
type UsageError struct{ text string }

func (e UsageError) Error() string { return e.text }

func usageErrorf(format string, args ...any) error {
	return UsageError{fmt.Sprintf(format, args...)}
}

func (o *Options) check() error {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "ws" && u.Scheme != "wss":
		return usageErrorf("--url %q: ws://host:port/ws or wss://host/ws is needed", o.URL)
	case o.User == "" && o.Token == "":
		return usageErrorf("who are you? --user NAME for a server in dev mode, else --token-file FILE")
	case o.User != "" && o.Token != "":
		return usageErrorf("--user and a token exclude each other: the token says who you are")
	case o.User != "" && !wire.ValidID(o.User):
		return usageErrorf("--user %q: 1 to 64 of A-Z a-z 0-9 . _ @ - are needed", o.User)
	case o.To != "" && o.Group != "":
		return usageErrorf("--to and --group exclude each other")
	case o.To != "" && !wire.ValidID(o.To), o.Group != "" && !wire.ValidID(o.Group):
		return usageErrorf("%q is no id: 1 to 64 of A-Z a-z 0-9 . _ @ - are needed", o.To+o.Group)
	case o.Listen && (o.To != "" || o.Group != ""):
		return usageErrorf("--listen prints and takes all that comes: it excludes --to and --group; with --json each line says where it is from")
	case o.Count < 0 || o.Count > 0 && !o.Listen:
		return usageErrorf("--count is a number of messages, for --listen")
	}
	return o.setHTTP(u)
}

// setHTTP finds the base of the HTTP API: behind a proxy it is the WebSocket's
// host, else beside it at the usual port.
func (o *Options) setHTTP(ws *url.URL) error {
	if o.HTTP != "" {
		u, err := url.Parse(o.HTTP)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return usageErrorf("--http %q: http://host:port is needed", o.HTTP)
		}
		return nil
	}
	base := url.URL{Scheme: "http", Host: ws.Host}
	if ws.Scheme == "wss" {
		base.Scheme = "https"
	}
	if ws.Port() == "9502" {
		base.Host = net.JoinHostPort(ws.Hostname(), "9501")
	}
	o.HTTP = base.String()
	return nil
}
