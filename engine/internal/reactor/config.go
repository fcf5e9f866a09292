package reactor

import (
	"log/slog"
	"runtime"
	"time"

	"gannet/codec"
)

// Config says how the reactors listen and what they allow. A field that is 0
// has the default given with it.
type Config struct {
	Addr     string // host:port to listen on; port 0 takes a free one
	Reactors int    // event loops, default GOMAXPROCS

	MaxMessage     int           // bytes of one message that comes in, default 64 KiB
	MaxOutbound    int           // bytes that may wait for a slow reader, default 1 MiB
	MaxConnections int           // of all reactors together, default as many as descriptors allow
	MaxPerAddress  int           // connections from one IPv4 address or IPv6 /64, loopback excepted; 0: any number
	Proxies        codec.Proxies // peers that are believed about whom they speak for
	MaxLogins      int           // that [Conn.Login] gives each second, on all reactors together; 0: any number
	ReserveFiles   int           // descriptors that connections leave to others, default 256

	HandshakeTimeout time.Duration // from accept to Conn.Accept, default 10 s
	IdleTimeout      time.Duration // without a byte from the client, default 60 s
	CheckEvery       time.Duration // how often silence is looked for, default 30 s
	TickEvery        time.Duration // how often Handler.Tick comes for a connection, default 5 s
	CloseWait        time.Duration // for the client's part of the closing handshake, default 2 s

	Deflate   bool     // permessage-deflate for clients that offer it
	Protocols []string // subprotocols that Conn.Offered picks from

	Logger *slog.Logger // default slog.Default()
}

const (
	defaultMaxMessage   = 64 << 10
	defaultMaxOutbound  = 1 << 20
	defaultReserveFiles = 256
)

func (c Config) withDefaults() Config {
	c.Reactors = orDefault(c.Reactors, runtime.GOMAXPROCS(0))
	c.MaxMessage = orDefault(c.MaxMessage, defaultMaxMessage)
	c.MaxOutbound = orDefault(c.MaxOutbound, defaultMaxOutbound)
	c.ReserveFiles = orDefault(c.ReserveFiles, defaultReserveFiles)
	c.HandshakeTimeout = orDefault(c.HandshakeTimeout, 10*time.Second)
	c.IdleTimeout = orDefault(c.IdleTimeout, 60*time.Second)
	c.CheckEvery = orDefault(c.CheckEvery, 30*time.Second)
	c.TickEvery = orDefault(c.TickEvery, 5*time.Second)
	c.CloseWait = orDefault(c.CloseWait, 2*time.Second)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

func orDefault[T int | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

// clockStep is how often the loops' coarse clock moves: often enough for the
// shortest of the configured times, seldom enough to cost nothing.
func (c Config) clockStep() time.Duration {
	shortest := min(c.HandshakeTimeout, c.IdleTimeout, c.CheckEvery, c.TickEvery, c.CloseWait)
	return max(time.Millisecond, min(shortest/8, 250*time.Millisecond))
}
