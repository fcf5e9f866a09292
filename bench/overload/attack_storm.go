package overload

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"gannet/codec"
)

// gently is how many clients a second come before the storm.
const gently = 1000

// runReconnectStorm cuts all connections at once, and brings them back at once.
// A client that is refused comes again when the server says.
func runReconnectStorm(ctx context.Context, s *siege) error {
	tokens, err := s.tokens()
	if err != nil {
		return err
	}
	first := &crowd{sockets: make([]*socket, s.n)}
	err = s.each(s.n, func(i int) error {
		pause(ctx, time.Duration(i)*time.Second/gently)
		return s.enter(ctx, first, i, tokens[i], "")
	})
	if err == nil {
		err = s.begin()
	}
	first.release()
	if err != nil {
		return err
	}
	began := time.Now()
	second := &crowd{sockets: make([]*socket, s.n)}
	defer second.release()
	if err := s.each(s.n, func(i int) error { return s.enter(ctx, second, i, tokens[i], "told to wait") }); err != nil {
		return err
	}
	s.tally.add("ms until all were back", int(time.Since(began).Milliseconds()))
	pause(ctx, time.Second)
	return nil
}

// enter logs the i-th client in, as often as it takes, on the socket that it has
// already, if any. It counts, where counted isn't empty, how often the client was
// refused, and that it is back.
func (s *siege) enter(ctx context.Context, all *crowd, i int, token, counted string) error {
	for ctx.Err() == nil {
		if all.sockets[i] == nil {
			c, err := s.target.open(ctx, s.target.WS, i)
			if err != nil {
				return err
			}
			all.sockets[i] = c
		}
		resp, err := all.sockets[i].upgrade(s.target, token, false)
		switch {
		case err == nil:
			if counted != "" {
				s.tally.add("back", 1)
			}
			return nil
		case resp == nil && !unreachable(err):
			return err
		}
		if counted != "" {
			s.tally.add(counted, 1)
		}
		all.sockets[i].cut()
		all.sockets[i] = nil
		pause(ctx, retryAfter(err))
	}
	return ctx.Err()
}

// unreachable reports whether err is that of a connection that was reset, or came
// to no end, before the server had said anything.
func unreachable(err error) bool {
	_, broken := errors.AsType[*net.OpError](err)
	return broken || errors.Is(err, io.EOF)
}

// retryAfter is when a refusal says to come again.
func retryAfter(err error) time.Duration {
	if refused, ok := errors.AsType[*codec.HandshakeError](err); ok && refused.RetryAfter > 0 {
		return refused.RetryAfter
	}
	return time.Second
}
