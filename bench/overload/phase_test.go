package overload

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// late is a receiver that gets message i at a time of its own.
type late struct {
	at func(i int) time.Time
	n  int // how many there are, before the farewell
	i  int
}

func (l *late) Receive(ctx context.Context) (*client.Chat, error) {
	content := fmt.Sprint(l.i)
	if l.i == l.n {
		content = farewell(l.n)
	}
	pause(ctx, time.Until(l.at(l.i)))
	l.i++
	return &client.Chat{Chat: wire.Chat{Content: []byte(content)}}, ctx.Err()
}

// oneChat is the chat of one pair, of which n messages arrive as at says.
func oneChat(t *testing.T, n int, at func(due time.Time) time.Time) *chat {
	c := newChat(time.Now())
	p := &pair{chat: c}
	p.to = &late{n: n, at: func(i int) time.Time { return at(p.due(i)) }}
	c.pairs = []*pair{p}
	c.wg.Go(func() {
		if err := p.receive(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// TestStandstill: what is due while the server stands still counts in that phase,
// although it comes in the next; what it holds up there counts there.
func TestStandstill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		from, to := began.Add(10*time.Second), began.Add(20*time.Second)
		c := oneChat(t, 300, func(due time.Time) time.Time {
			if !due.Before(from) && due.Before(to) {
				return to.Add(time.Second)
			}
			return due.Add(time.Millisecond)
		})
		for i, want := range []time.Duration{time.Millisecond, 10900 * time.Millisecond, 900 * time.Millisecond} {
			time.Sleep(time.Until(began.Add(time.Duration(i+1) * 10 * time.Second)))
			p99, err := c.p99(t.Context(), c.next(), time.Minute)
			if err != nil || p99 < want || p99 > want+want/100 {
				t.Errorf("phase %d: %s, %v; want %s", i, p99, err, want)
			}
		}
		c.wg.Wait()
	})
}

// TestTooFewSamples: a phase of which messages never come has no p99.
func TestTooFewSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := oneChat(t, 99, func(due time.Time) time.Time { return due })
		time.Sleep(10 * time.Second)
		if _, err := c.p99(t.Context(), c.next(), time.Minute); err == nil {
			t.Error("99 of 100 are taken for all")
		}
		c.wg.Wait()
	})
}
