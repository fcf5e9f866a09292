package overload

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"gannet/codec"
)

// mask is the attackers' masking key: it hides nothing from anybody here.
var mask = [4]byte{1, 2, 3, 4}

// runPingFlood has clients send the largest pings there are, as fast as the server
// takes them, without waiting for the pongs.
func runPingFlood(ctx context.Context, s *siege) error {
	ping := codec.AppendMaskedFrame(nil, codec.OpPing, mask, make([]byte, codec.MaxControl))
	pings := bytes.Repeat(ping, 4000)
	return s.breach(ctx, false, func(_ context.Context, c *socket, _ int) error {
		_, err := c.Write(pings)
		return err
	})
}

// runBombs sends messages that are small, and large when inflated.
func runBombs(ctx context.Context, s *siege) error {
	bomb := codec.AppendMaskedDeflatedFrame(nil, codec.OpText, mask, make([]byte, 32<<20))
	return s.breach(ctx, true, func(_ context.Context, c *socket, _ int) error {
		_, err := c.Write(bomb)
		return err
	})
}

// runLengthClaims sends headers whose payloads never come.
func runLengthClaims(ctx context.Context, s *siege) error {
	claims := []uint64{65<<10 + 1, 1 << 24, 1 << 40, math.MaxInt64}
	return s.breach(ctx, false, func(_ context.Context, c *socket, i int) error {
		head := binary.BigEndian.AppendUint64([]byte{0x82, 0x80 | 127}, claims[i%len(claims)])
		_, err := c.Write(append(head, mask[:]...))
		return err
	})
}

// runFragments sends messages whose last fragment never comes.
func runFragments(ctx context.Context, s *siege) error {
	piece := codec.AppendMaskedFrame(nil, codec.OpContinuation, mask, make([]byte, 1<<10))
	piece[0] &^= 0x80 // not the last one
	first := bytes.Clone(piece)
	first[0] |= byte(codec.OpBinary)
	all := append(first, bytes.Repeat(piece, 64)...)
	return s.breach(ctx, false, func(_ context.Context, c *socket, _ int) error {
		_, err := c.Write(all)
		return err
	})
}

// breach has each attacker log in, do wrong, wait for what the server makes of it,
// and come again.
func (s *siege) breach(ctx context.Context, deflate bool, wrong func(ctx context.Context, c *socket, i int) error) error {
	tokens, err := s.tokens()
	if err != nil {
		return err
	}
	return s.again(ctx, s.n, func(ctx context.Context, i int) error {
		c, err := s.target.open(ctx, s.target.WS, i)
		if err != nil {
			return err
		}
		defer c.cut()
		resp, err := c.upgrade(s.target, tokens[i], deflate)
		if err != nil {
			if resp != nil {
				pause(ctx, retryAfter(err))
				return nil
			}
			return err
		}
		if err := wrong(ctx, c, i); err != nil {
			return err
		}
		s.tally.add("sent", 1)
		code, err := c.closeCode(resp.Deflate)
		if err != nil {
			return fmt.Errorf("no close frame: %w", err)
		}
		s.tally.add(fmt.Sprintf("saw %d", code), 1)
		return nil
	})
}
