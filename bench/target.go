package bench

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"gannet/engine/auth"
)

// A target is the server to measure: where it listens and how one logs in.
type target struct {
	ws     *net.TCPAddr
	wsHost string // Host field of upgrades
	path   string // of upgrades
	http   string // base URL of the HTTP API; empty if not known
	pid    int    // 0 if not known
	signer *auth.Signer
	runs   int // sessions so far
}

// newTarget resolves the addresses; secret is empty in dev mode.
func newTarget(ws, http, secret string, pid int) (*target, error) {
	u, err := url.Parse(ws)
	if err != nil {
		return nil, fmt.Errorf("url %q: %w", ws, err)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "80")
	}
	addr, err := net.ResolveTCPAddr("tcp", host)
	if err != nil {
		return nil, fmt.Errorf("url %q: %w", ws, err)
	}
	t := &target{ws: addr, wsHost: u.Host, path: u.Path, http: http, pid: pid}
	if t.path == "" {
		t.path = "/ws"
	}
	if secret != "" {
		t.signer, err = auth.NewSigner(auth.Config{Mode: auth.ModeJWT, Secret: []byte(secret)})
	}
	return t, err
}

const tokenLife = 24 * time.Hour

// login is what goes into a query for the server to know the user.
func (t *target) login(user string) (string, error) {
	if t.signer == nil {
		return "uid=" + user, nil
	}
	token, err := t.signer.Mint(user, "", tokenLife)
	return "token=" + token, err
}

// dial says how to connect as user.
func (t *target) dial(user string, h handler) (dial, error) {
	login, err := t.login(user)
	return dial{to: t.ws, host: t.wsHost, target: t.path + "?" + login, greeted: true, handler: h}, err
}

// source spreads connections over loopback addresses: to one server address
// each of them has only about 28,000 ports. Elsewhere the system chooses.
func (t *target) source(i int) net.IP {
	if v4 := t.ws.IP.To4(); v4 == nil || v4[0] != 127 {
		return nil
	}
	return net.IPv4(127, 0, 0, byte(2+i%8))
}

// users names the users of one run, all of the same length and distinct from
// those of all other runs. Names are short, as those of people are, where nobody
// else uses the server.
type users struct{ run string }

func newUsers(t *target, shared bool) users {
	if !shared {
		t.runs++
		return users{strconv.Itoa(t.runs)}
	}
	var b [5]byte
	rand.Read(b[:])
	return users{base64.RawURLEncoding.EncodeToString(b[:]) + "-"}
}

func (u users) name(role string, i int) string { return fmt.Sprintf("%s%s%05d", u.run, role, i) }
