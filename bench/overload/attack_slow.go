package overload

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// dribbleEvery is how often a slow client sends its next byte.
const dribbleEvery = 500 * time.Millisecond

// runSlowUpgrades dribbles upgrade requests.
func runSlowUpgrades(ctx context.Context, s *siege) error {
	head := string(s.target.upgradeRequest(newKey(), "none", false))
	return s.dribble(ctx, s.target.WS, head[:20], head[20:])
}

// runSlowHeads dribbles the heads of HTTP requests.
func runSlowHeads(ctx context.Context, s *siege) error {
	return s.dribble(ctx, s.target.HTTP, "POST /api/v1/messages/send HTTP/1.1\r\n", "Host: localhost\r\nX-Long: "+strings.Repeat("x", 200))
}

// runSlowBodies dribbles their bodies: of requests with a good login, whose
// bodies the server reads.
func runSlowBodies(ctx context.Context, s *siege) error {
	token, err := s.target.token("slow")
	if err != nil {
		return err
	}
	head := fmt.Sprintf("POST /api/v1/messages/send HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: 1000\r\nAuthorization: Bearer %s\r\n\r\n", s.target.HTTP, token)
	return s.dribble(ctx, s.target.HTTP, head, strings.Repeat(" ", 1000))
}

// dribble connects all attackers, each of which sends a beginning at once and the
// rest a byte at a time, until the server ends the connection.
func (s *siege) dribble(ctx context.Context, addr, begin, rest string) error {
	return s.each(s.n, func(i int) error {
		c, err := s.target.open(ctx, addr, i)
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := c.Write([]byte(begin)); err != nil {
			return err
		}
		if err := c.dribble(ctx, rest); err != nil {
			return err
		}
		s.tally.add("cut", 1)
		return nil
	})
}

// dribble sends text a byte at a time until the server ends the connection.
func (c *socket) dribble(ctx context.Context, text string) error {
	ended := make(chan error, 1)
	go func() { ended <- c.ended(answerTime) }()
	beat := time.NewTicker(dribbleEvery)
	defer beat.Stop()
	for at := 0; ; {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
		}
		if at < len(text) {
			_, _ = c.Write([]byte{text[at]}) // a failure is seen by the reader
			at++
		}
	}
}
