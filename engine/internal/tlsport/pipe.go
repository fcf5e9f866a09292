package tlsport

import (
	"crypto/tls"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

const (
	// stallTime is how long a client may take none of what it is sent before it is
	// cut: longer than what the loops allow to be silent by default.
	stallTime = 75 * time.Second
	// lingerTime is how long a client may take, after the loop has closed, to take what
	// is left and to close as well: the loop counts it no more.
	lingerTime = 2 * time.Second

	smallRead = 512 // room for what clients say most of the time
)

// pipe is one connection: the client's end, with TLS, and the loop's.
type pipe struct {
	mu     sync.Mutex
	client net.Conn
	loop   net.Conn
	linger *time.Timer // cuts it; nil until the loop has closed
	over   bool        // it was cut
}

// set gives the pipe its ends.
func (p *pipe) set(client, loop net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.client, p.loop = client, loop
	if p.over {
		p.close()
	}
}

// hungUp is called when the loop has closed. One time for all that is left, and not
// one for each write: who takes a little now and then would stay for long.
func (p *pipe) hungUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.linger = time.AfterFunc(lingerTime, p.cut)
	}
}

// run carries bytes until both sides have ended, and closes them.
func (p *pipe) run() {
	var down sync.WaitGroup
	down.Go(p.down)
	p.up()
	down.Wait()
	p.cut()
}

// cut ends the pipe at once, also one that is yet to get its ends.
func (p *pipe) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.linger != nil {
		p.linger.Stop()
	}
	if p.client != nil {
		p.close()
	}
}

// close closes both ends. Of TLS there is no goodbye: what needs one has had it, and
// saying it could take a while.
func (p *pipe) close() {
	if secure, ok := p.client.(*tls.Conn); ok {
		_ = secure.NetConn().Close()
	} else {
		_ = p.client.Close()
	}
	_ = p.loop.Close()
}

// up carries what the client says to the loop. At the client's end it tells the loop,
// which then closes its end.
func (p *pipe) up() {
	defer closeWrite(p.loop)
	var small [smallRead]byte
	for {
		n, err := p.client.Read(small[:])
		if _, failed := p.loop.Write(small[:n]); failed != nil || err != nil {
			return
		}
		if n == len(small) && !p.upLarge() {
			return
		}
	}
}

// upLarge carries a large message on, and reports whether both ends are still there.
func (p *pipe) upLarge() bool {
	buf := buffers.Get().(*buffer)
	defer buffers.Put(buf)
	for {
		n, err := p.client.Read(buf[:])
		if _, failed := p.loop.Write(buf[:n]); failed != nil || err != nil {
			return false
		}
		if n < smallRead {
			return true
		}
	}
}

// down carries what the loop says to the client. At the loop's end it tells the
// client, which then has a moment to close.
func (p *pipe) down() {
	defer func() {
		_ = p.client.SetWriteDeadline(time.Now().Add(lingerTime))
		closeWrite(p.client)
		_ = p.client.SetReadDeadline(time.Now().Add(lingerTime))
	}()
	loop, err := listenTo(p.loop)
	for err == nil {
		err = loop.carry(p.client)
	}
}

// closeWrite says to the other side that nothing more comes.
func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// spread is a time around d: those who are refused together must not come back
// together.
func spread(d time.Duration) time.Duration { return d/2 + rand.N(d) }
