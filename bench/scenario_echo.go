package bench

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
)

// runEcho measures a bare echo server: what this machine can do at best. The
// session's target is that server.
func runEcho(s *session) error {
	n, window := s.o.Connections, s.o.Window
	s.result.Setting = fmt.Sprintf("%d connections, window %d, %d B", n, window, s.o.Size)
	return s.callEach(n, window, func(loop, i int) (*caller, error) {
		c := newCaller(s.loops[loop], fmt.Sprintf("connection %d", i), window, newEchoQuestion(s.o.Size))
		s.dials[loop] = append(s.dials[loop], dial{
			to: s.target.ws, host: s.target.wsHost, target: "/", handler: c, source: s.target.source(i),
		})
		return c, nil
	})
}

// echoQuestion sends a numbered content and wants it back as it was.
type echoQuestion struct {
	body []byte
	want []byte
}

func newEchoQuestion(size int) *echoQuestion {
	body := []byte(strings.Repeat("x", size))
	return &echoQuestion{body: body, want: bytes.Clone(body)}
}

func (q *echoQuestion) ask(c *conn, number uint64) {
	putTag(q.body, tag{number: uint32(number)})
	c.text(q.body)
}

func (q *echoQuestion) answer(p []byte, next uint64) (uint64, error) {
	putTag(q.want, tag{number: uint32(next)})
	if !bytes.Equal(p, q.want) {
		return next, badAnswerf(faultMismatched, "%.100q came back instead of %.100q", p, q.want)
	}
	return next, nil
}

// startEcho starts an echo server as a process of its own.
func startEcho(o *Options) (*process, *target, error) {
	program, err := o.program()
	if err != nil {
		return nil, nil, err
	}
	p, err := startProcess(program, nil, "bench", "echo", "--serve")
	if err != nil {
		return nil, nil, fmt.Errorf("echo server: %w", err)
	}
	t, err := newTarget("ws://"+p.ready["ws"], "", "", p.cmd.Process.Pid)
	return p, t, err
}

// What the echo run before a scenario is always done with.
const (
	echoConnections = 200
	echoWindow      = 16
)

// measureEcho runs the echo scenario for a given time.
func measureEcho(ctx context.Context, o *Options, duration time.Duration) (*Result, error) {
	p, t, err := startEcho(o)
	if p != nil {
		defer p.stop()
	}
	if err != nil {
		return nil, err
	}
	mine := *o
	mine.Duration = duration
	mine.Connections, mine.Window = echoConnections, echoWindow
	r := &Result{Scenario: "echo"}
	s, err := newSession(ctx, &mine, t, o.Loops, r)
	if err != nil {
		return nil, err
	}
	defer s.close()
	unheed := s.heed(ctx)
	defer unheed()
	return r, runEcho(s)
}
