package browser_test

import (
	"bufio"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"gannet/engine"
)

// relay stands between the pages and the WebSocket listener, so that a test can cut
// the line of somebody while the pages themselves still load.
type relay struct {
	listener net.Listener
	mu       sync.Mutex
	to       string
	down     []string            // users whose line is cut
	open     map[net.Conn]string // whose connection it is
}

// newRelayedSite starts a site whose pages reach the WebSocket through a relay.
func newRelayedSite(t *testing.T) (*site, *relay) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, open: make(map[net.Conn]string)}
	s := newSite(t, func(c *engine.Config) {
		unlimited(c)
		c.WebSocket.PublicURL = "ws://" + listener.Addr().String() + "/ws"
	})
	var accepting sync.WaitGroup
	accepting.Go(r.accept)
	t.Cleanup(func() {
		r.listener.Close()
		r.cut("alice", "bob")
		accepting.Wait()
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = s.config.Listen.WS
	return s, r
}

// cut ends the connections of these users and lets no more of theirs through; join
// does so again.
func (r *relay) cut(users ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = append(r.down, users...)
	for c, user := range r.open {
		if slices.Contains(users, user) {
			c.Close()
		}
	}
}

func (r *relay) join() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = nil
}

func (r *relay) accept() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return
		}
		go r.pass(c)
	}
}

// admit notes whose connection it is and tells whether it may pass.
func (r *relay) admit(c net.Conn, user string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.down, user) {
		return false
	}
	r.open[c] = user
	return true
}

var userInQuery = regexp.MustCompile(`[?&]uid=([^& ]*)`)

func (r *relay) pass(in net.Conn) {
	defer in.Close()
	reader := bufio.NewReader(in)
	request, err := reader.ReadString('\n') // GET /ws?uid=alice&device=… HTTP/1.1
	user := userInQuery.FindStringSubmatch(request)
	if err != nil || user == nil || !r.admit(in, user[1]) {
		return
	}
	out, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	defer out.Close()
	go func() {
		_, _ = io.Copy(out, io.MultiReader(strings.NewReader(request), reader)) // ends with either connection
		out.Close()
	}()
	_, _ = io.Copy(in, out)
	r.mu.Lock()
	delete(r.open, in)
	r.mu.Unlock()
}
