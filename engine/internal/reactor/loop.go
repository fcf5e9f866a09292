package reactor

import (
	"math"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/panjf2000/gnet/v2"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// loop is one reactor: the gnet event handler of an engine with one event loop.
type loop struct {
	// set before the loop starts
	owner   *Reactors
	index   int
	cfg     Config
	handler Handler
	boot    boot

	// safe for all goroutines
	inbox inbox
	count counters
	due   atomic.Bool // the clock has moved

	// owned by the loop, not thread-safe: who is there
	serial uint64           // of the youngest connection
	conns  map[uint64]*Conn // by serial
	list   []*Conn          // the same, to walk over
	users  map[string]*Conn // joined connections, linked by nextOfUser
	rooms  map[uint64]*room // rooms that somebody is in

	// owned by the loop: what is to be done
	batch    []entry       // taken from the inbox
	done     int           // how many of batch are carried out
	fan      fanOut        // rooms with posts not yet worked off
	ready    []*Conn       // accepted outside of a read: bytes may be waiting
	openings deadlines     // of handshakes
	closings deadlines     // of closing handshakes
	silence  rounds        // looks for silent connections
	ticks    rounds        // calls Handler.Tick
	thinned  time.Duration // when thin last looked
	blocked  int           // connections whose sockets are full
	idle     []func()      // to be called when nothing is left to do
	empty    func()        // to be called when the last connection is gone
	leaving  bool          // connections are closed as they come
	halt     bool          // the loop ends after this turn

	// owned by the loop: the turn under way
	readBy    *Conn // whose bytes are being read
	dirty     []*Conn
	spare     [][][]byte       // lists for connections to queue in
	scratch   []byte           // where small frames are joined
	kept      kept             // copies of frames that wait for full sockets
	readied   []uint64         // serials of connections whose sockets take bytes again
	frames    int              // sent, not yet in count
	delivered int              // the same
	trips     []*delivery.Trip // whose runs this turn hands over to the last socket
	packed    deflateCache

	outlet outlet
	hangUp func(c *Conn) // closes the socket at once, which calls closed
}

func newLoop(owner *Reactors, index int, cfg Config, h Handler) *loop {
	l := &loop{
		owner: owner, index: index, cfg: cfg, handler: h,
		conns: make(map[uint64]*Conn),
		users: make(map[string]*Conn),
		rooms: make(map[uint64]*room),
	}
	l.inbox.bell = -1
	l.readied = make([]uint64, 0, readyConns)
	l.silence.every, l.ticks.every = cfg.CheckEvery, cfg.TickEvery
	return l
}

// now is the coarse clock.
func (l *loop) now() time.Duration { return time.Duration(l.owner.clock.Load()) }

// OnBoot is called by gnet.
func (l *loop) OnBoot(e gnet.Engine) gnet.Action {
	l.boot.engine = e
	return gnet.None
}

// OnTick is called by gnet, once and on a goroutine of its own: it is the
// first moment at which a socket can be given to the loop.
func (l *loop) OnTick() (time.Duration, gnet.Action) {
	if err := l.boot.enroll(l); err != nil {
		l.boot.err = err
		return 0, gnet.Shutdown
	}
	return math.MaxInt64, gnet.None
}

// OnShutdown is called by gnet while the loop is still there. Afterwards gnet
// closes descriptors, among them those that ringing would write to.
func (l *loop) OnShutdown(gnet.Engine) { l.inbox.close() }

// OnOpen is called by gnet for a new socket.
func (l *loop) OnOpen(gc gnet.Conn) ([]byte, gnet.Action) {
	if gc.Context() == l {
		l.hangUp = func(c *Conn) { _ = gc.EventLoop().Close(c.sock.(gnet.Conn)) }
		close(l.boot.up)
		return nil, gnet.None
	}
	remote := remoteOf(gc.RemoteAddr())
	b, isBrought := gc.Context().(*brought)
	if isBrought {
		remote = b.client
	}
	c, answer := l.open(gc, remote)
	if c == nil {
		return answer, gnet.Close
	}
	if isBrought {
		c.gone = b.gone
	}
	gc.SetContext(c)
	return nil, gnet.None
}

// open makes a connection of a new socket, or says what to answer before it is
// closed.
func (l *loop) open(s socket, remote netip.AddrPort) (c *Conn, answer []byte) {
	counted := remote.Addr()
	proxied := l.cfg.Proxies.Trusts(counted)
	if proxied {
		counted = netip.Addr{} // the client's is yet to come
	}
	admitted, why := l.owner.admit(counted, l.leaving)
	if !admitted {
		l.count.refused.Add(1)
		return nil, why.unread()
	}
	c = l.add(s, remote)
	c.refused, c.proxied = why, proxied
	return c, nil
}

func remoteOf(addr net.Addr) netip.AddrPort {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port())
}

// OnClose is called by gnet when a socket is about to be closed: by its peer,
// by hangUp, by a failed write, or because the loop ends.
func (l *loop) OnClose(gc gnet.Conn, _ error) gnet.Action {
	switch c := gc.Context().(type) {
	case *Conn:
		l.closed(c)
		if c.gone != nil {
			c.gone()
		}
	case *brought: // it was not admitted
		c.gone()
	}
	return gnet.None
}

// OnTraffic is called by gnet when a socket has bytes.
func (l *loop) OnTraffic(gc gnet.Conn) gnet.Action {
	c, ok := gc.Context().(*Conn)
	if !ok {
		_, _ = gc.Discard(-1)
		l.turn()
		if l.halt {
			return gnet.Shutdown
		}
		return gnet.None
	}
	c.lastRead = l.now()
	l.read(c)
	l.flush()
	return gnet.None
}

// add puts a connection of an admitted socket into the tables.
func (l *loop) add(s socket, remote netip.AddrPort) *Conn {
	l.serial++
	c := &Conn{loop: l, sock: s, serial: l.serial, remote: remote, index: int32(len(l.list))}
	c.lastRead = l.now()
	l.conns[c.serial] = c
	l.list = append(l.list, c)
	l.count.connections.Add(1)
	l.openings.push(c.serial, c.lastRead+l.cfg.HandshakeTimeout)
	return c
}

// closed takes a connection whose socket is gone out of everything.
func (l *loop) closed(c *Conn) {
	if c.state == open {
		c.code = codec.CloseAbnormal // RFC 6455 §7.1.5: no close frame came
		l.forget(c)
	}
	c.state = gone
	l.lastWrite(c)
	c.hs, c.out, c.outBytes = nil, nil, 0
	l.hold(c)
	delete(l.conns, c.serial)
	last := l.list[len(l.list)-1]
	l.list[c.index], last.index = last, c.index
	l.list[len(l.list)-1] = nil
	l.list = l.list[:len(l.list)-1]
	l.count.connections.Add(-1)
	l.owner.release(c.countedAs(), c.refused)
	if c.code != 0 {
		l.count.countClose(c.code)
	}
	if c.handled {
		l.handler.Closed(c)
	}
	l.checkEmpty()
}

// forget takes a connection out of the user and room tables.
func (l *loop) forget(c *Conn) {
	c.takeLeave()
	l.leaveUser(c)
	for len(c.seats) > 0 {
		l.unseat(c, len(c.seats)-1)
	}
	c.seats = nil
}

// takeLeave tells the handler, before anything of the closing is queued, that c
// leaves.
func (c *Conn) takeLeave() {
	if c.stays {
		c.stays = false
		c.loop.handler.Leaving(c)
	}
}

// resume reads what came in before c was accepted, unless that is under way.
func (l *loop) resume(c *Conn) {
	if l.readBy != c {
		l.ready = append(l.ready, c)
	}
}
