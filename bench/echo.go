package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync/atomic"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/logging"

	"gannet/codec"
)

// serveEcho is the bare echo server: gnet, handshake and frames, and each
// message sent back as it came. It prints its ready line and serves until ctx
// ends.
func serveEcho(ctx context.Context, stdout io.Writer) error {
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	loops := runtime.GOMAXPROCS(0)
	e := &echoServer{ready: make(chan struct{})}
	failed := make(chan error, 1)
	go func() {
		failed <- gnet.Run(e, "tcp://"+addr, gnet.WithNumEventLoop(loops), gnet.WithReusePort(true),
			gnet.WithReuseAddr(true), gnet.WithTCPNoDelay(gnet.TCPNoDelay), gnet.WithLogger(quiet{}), gnet.WithLogLevel(logging.FatalLevel))
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("echo server on %s: %w", addr, err)
	case <-e.ready:
	}
	fmt.Fprintf(stdout, "gannet ready ws=%s pid=%d\n", addr, os.Getpid())
	<-ctx.Done()
	e.engine.Stop(context.WithoutCancel(ctx))
	return <-failed
}

// freeAddr finds a free port: gnet can't tell which one it got for 0.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

type echoServer struct {
	gnet.BuiltinEventEngine
	engine gnet.Engine
	ready  chan struct{}
	booted atomic.Bool
}

func (e *echoServer) OnBoot(engine gnet.Engine) gnet.Action {
	e.engine = engine
	if e.booted.CompareAndSwap(false, true) {
		close(e.ready)
	}
	return gnet.None
}

// echoConn is one connection of the echo server, owned by its loop.
type echoConn struct {
	reader *codec.Reader // nil until the upgrade
	out    []byte
}

const echoMaxMessage = 64 << 10

func (e *echoServer) OnOpen(c gnet.Conn) ([]byte, gnet.Action) {
	c.SetContext(&echoConn{})
	return nil, gnet.None
}

func (e *echoServer) OnTraffic(c gnet.Conn) gnet.Action {
	ec := c.Context().(*echoConn)
	buf, err := c.Peek(-1)
	if err != nil {
		return gnet.Close
	}
	used, err := ec.feed(buf)
	if used > 0 { // 0 would mean all to gnet
		c.Discard(used)
	}
	if len(ec.out) > 0 {
		c.Write(ec.out)
		ec.out = ec.out[:0]
	}
	if err != nil {
		return gnet.Close
	}
	return gnet.None
}

// feed takes bytes in and leaves the answer in out.
func (ec *echoConn) feed(buf []byte) (used int, err error) {
	if ec.reader == nil {
		if used, err = ec.upgrade(buf); err != nil || used == 0 {
			return used, err
		}
	}
	for {
		msg, n, err := ec.reader.Next(buf[used:])
		if err != nil || n == 0 {
			return used, err
		}
		used += n
		switch msg.Op {
		case codec.OpText, codec.OpBinary:
			ec.out = codec.AppendFrame(ec.out, msg.Op, msg.Payload)
		case codec.OpPing:
			ec.out = codec.AppendFrame(ec.out, codec.OpPong, msg.Payload)
		case codec.OpClose:
			return used, io.EOF
		}
	}
}

func (ec *echoConn) upgrade(buf []byte) (used int, err error) {
	req, used, err := codec.ParseRequest(buf)
	if err != nil || used == 0 {
		return used, err
	}
	ec.out = codec.AppendAccept(ec.out, req, "", nil)
	ec.reader = codec.NewReader(codec.ReaderConfig{MaxMessage: echoMaxMessage})
	return used, nil
}

// quiet keeps gnet from logging to standard output.
type quiet struct{}

func (quiet) Debugf(string, ...any) {}
func (quiet) Infof(string, ...any)  {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(string, ...any) {}
