package desk

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync/atomic"
	"time"

	"gannet/engine/auth"
)

// A world is where clients live: a server that may be away for a while, and the
// means to log in. It outlives the servers.
type world struct {
	at     atomic.Pointer[address] // nil: there is no server at the moment
	http   *http.Client
	signer *auth.Signer
	secret string // of the tokens
	apiKey string
	env    []string // of the servers
}

// tokenLife is longer than any run.
const tokenLife = 24 * time.Hour

// connectionsToHTTP is how many connections are kept between requests.
const connectionsToHTTP = 512

func newWorld() (*world, error) {
	secret := rand.Text() + rand.Text()
	key, entry, err := auth.NewAPIKey("bench")
	if err != nil {
		return nil, err
	}
	signer, err := auth.NewSigner(auth.Config{Mode: auth.ModeJWT, Secret: []byte(secret)})
	return &world{
		signer: signer, secret: secret, apiKey: key,
		env: []string{"GANNET_AUTH_JWT_SECRET=" + secret, "GANNET_AUTH_API_KEYS=" + entry},
		http: &http.Client{
			Timeout:   requestPatience,
			Transport: &http.Transport{MaxIdleConnsPerHost: connectionsToHTTP, IdleConnTimeout: requestPatience},
		},
	}, err
}

func (w *world) close() { w.http.CloseIdleConnections() }

// look is how often it is looked at whether something has happened.
const look = 10 * time.Millisecond

// server waits for a server to be there. It is nil when ctx ends.
func (w *world) server(ctx context.Context) *address {
	for {
		if a := w.at.Load(); a != nil || !pause(ctx, look) {
			return a
		}
	}
}

// pause waits, and reports whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func now() int64 { return time.Now().UnixMilli() }
