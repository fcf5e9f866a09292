package client

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"maps"
	"net"
	"net/url"
	"time"

	"gannet/codec/wire"
)

// Config says whom to connect to, and as whom. Only URL, and Token or User, must
// be given; zero values mean the defaults named here.
type Config struct {
	URL   string // ws://host[:port][/path][?query], or wss://
	Token string // JWT, sent as Authorization: Bearer
	User  string // user id, for servers in dev mode, which take it at its word

	// Device names this client among those of its user; a newer connection of
	// the same device replaces the older. Default: a random name.
	Device string

	// Tracked makes the client acknowledge what it has received (subprotocol
	// gannet.v1), and get again what it did not.
	Tracked bool

	// SendOnly makes a client that is sent no messages and takes none off other
	// clients of its user: nothing counts as received by it. Receive waits in vain.
	SendOnly bool

	// Cursors says what the caller has already: for each conversation the last
	// seq. What comes after them is asked for once connected.
	Cursors map[string]uint64

	Buffer     int // messages and events that may wait for Receive; 256
	Window     int // requests that may be unanswered before the next one waits; 1024
	MaxMessage int // largest message accepted from the server, in bytes; 16 MiB

	DialTimeout time.Duration // for connecting and logging in, each time; 10 s
	PingEvery   time.Duration // the server counts as gone after three times that in silence; 20 s
	AckEvery    time.Duration // how long acknowledgements are gathered; 100 ms
	Backoff     Backoff       // between attempts to reconnect

	TLS *tls.Config // for wss://

	// Dial opens the transport, below TLS. Default: net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// OnEvent hears of everything but messages, one event at a time. What is part of
	// a conversation's log it hears from within Receive, between the messages where
	// it belongs, everything else at once from the client's own goroutine. It must
	// not block, and must not call methods that wait for the server.
	OnEvent func(Event)
}

const subprotocol = "gannet.v1"

// withDefaults returns a copy of cfg with every default filled in.
func (cfg Config) withDefaults() Config {
	orInt := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	orTime := func(p *time.Duration, d time.Duration) {
		if *p <= 0 {
			*p = d
		}
	}
	orInt(&cfg.Buffer, 256)
	orInt(&cfg.Window, 1024)
	orInt(&cfg.MaxMessage, 16<<20)
	orTime(&cfg.DialTimeout, 10*time.Second)
	orTime(&cfg.PingEvery, 20*time.Second)
	orTime(&cfg.AckEvery, 100*time.Millisecond)
	orTime(&cfg.Backoff.Min, 250*time.Millisecond)
	orTime(&cfg.Backoff.Max, 30*time.Second)
	if cfg.Device == "" {
		cfg.Device = randomName()
	}
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	if cfg.OnEvent == nil {
		cfg.OnEvent = func(Event) {}
	}
	cfg.Cursors = maps.Clone(cfg.Cursors)
	return cfg
}

func randomName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// endpoint is a Config's URL taken apart.
type endpoint struct {
	secure  bool
	address string // host:port to dial
	name    string // host without port, for certificates
	host    string // the Host field
	target  string // path and query
}

func (cfg *Config) endpoint() (endpoint, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return endpoint{}, err
	}
	ports := map[string]string{"ws": "80", "wss": "443"}
	port := ports[u.Scheme]
	if port == "" || u.Hostname() == "" {
		return endpoint{}, errors.New("client: the URL must be ws://host or wss://host")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return endpoint{
		secure:  u.Scheme == "wss",
		address: net.JoinHostPort(u.Hostname(), port),
		name:    u.Hostname(),
		host:    u.Host,
		target:  cfg.target(u),
	}, cfg.check()
}

func (cfg *Config) check() error {
	if cfg.User != "" && !wire.ValidID(cfg.User) {
		return errors.New("client: bad user id")
	}
	if !wire.ValidID(cfg.Device) {
		return errors.New("client: bad device id")
	}
	for conv := range cfg.Cursors {
		if _, ok := wire.ParseConvID(conv); !ok {
			return errors.New("client: a cursor of no conversation: " + conv)
		}
	}
	return nil
}

// target returns the path and query to ask for.
func (cfg *Config) target(u *url.URL) string {
	q := u.Query()
	q.Set("device", cfg.Device)
	if cfg.User != "" {
		q.Set("uid", cfg.User)
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/ws"
	}
	return path + "?" + q.Encode()
}
