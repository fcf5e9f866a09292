package chaos

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
)

// stalling has one fsync of a server take 3 s.
func stalling(rng *rand.Rand) []string {
	return []string{fmt.Sprintf("FAILPOINT=before-sync:%d:sleep=3s", 20+rng.IntN(50))}
}

// stalled waits until an fsync has taken so long, and the server has answered
// since.
func stalled(ctx context.Context, c *campaign) {
	limited, cancel := context.WithTimeout(ctx, ownPatience)
	defer cancel()
	stalled := c.server.hasStalled(limited, c.world.http)
	for !stalled && pause(limited, 10*look) {
		stalled = c.server.hasStalled(limited, c.world.http)
	}
	if stalled {
		select {
		case <-c.rec.awaitSend():
		case <-limited.Done():
			c.rec.find(kindUnanswered, "", "nothing is answered after an fsync of 3 s; the server logged:\n%s", c.server.log)
		}
	} else {
		c.missed++
	}
	c.down(c.server.kill)
	c.up(ctx)
}

// hasStalled reports whether an fsync has taken more than 2 s, by what the server
// tells its operator.
func (s *server) hasStalled(ctx context.Context, browser *http.Client) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.admin+"/metrics", nil)
	if err != nil {
		return false
	}
	resp, err := browser.Do(req)
	if err != nil {
		return false // it may not be there any more
	}
	defer resp.Body.Close()
	var quick, all string
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		switch name, value, _ := strings.Cut(lines.Text(), " "); name {
		case `gannet_fsync_seconds_bucket{le="2"}`:
			quick = value
		case "gannet_fsync_seconds_count":
			all = value
		}
	}
	return quick != all
}
