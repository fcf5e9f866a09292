package overload

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gannet/engine/auth"
)

// A target is a server as its clients know it.
type target struct {
	WS     string // host:port
	HTTP   string // host:port
	Secret string // of HS256 tokens

	signer *auth.Signer
}

func (t *target) prepare() (err error) {
	t.signer, err = auth.NewSigner(auth.Config{Mode: auth.ModeJWT, Secret: []byte(t.Secret)})
	return err
}

const tokenLife = time.Hour

func (t *target) token(user string) (string, error) { return t.signer.Mint(user, "", tokenLife) }

// sources is how many loopback addresses connections are spread over: to one
// address of the server each has only about 28,000 ports.
const sources = 8

// dialer is for the i-th connection. A readBuffer above 0 bounds what the kernel
// takes in for it.
func dialer(i, readBuffer int) *net.Dialer {
	return &net.Dialer{
		LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%sources))},
		Timeout:   dialTime,
		Control: func(_, _ string, c syscall.RawConn) error {
			return c.Control(func(fd uintptr) {
				// The port is then chosen by connect, which knows the whole 4-tuple.
				_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
				if readBuffer > 0 {
					_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, readBuffer)
				}
			})
		},
	}
}

// dialTime is for a handshake of the kernel: a server that accepts no more leaves
// connections in its queue, and then out of it.
const dialTime = 30 * time.Second

// post calls the HTTP API as user.
func (t *target) post(ctx context.Context, path, user, body string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+t.HTTP+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	token, err := t.token(user)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("POST %s: %s", path, resp.Status)
	}
	return nil
}
