package overload

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"gannet/codec/client"
)

// The healthy chat: pairs of users, one of each sends to the other at a steady pace.
const (
	chatPairs = 10
	chatEvery = 100 * time.Millisecond // of each pair: 100 messages a second in all
	chatPing  = time.Second            // keeps receivers alive where heartbeats are short
)

// A chat goes on until it is ended. Phases divide what it measures.
type chat struct {
	began   time.Time
	cancel  context.CancelFunc
	clients []*client.Client
	pairs   []*pair
	wg      sync.WaitGroup

	mu     sync.Mutex
	phases []*phase // one after another, the last is under way
	fault  error    // the first
}

// startChat connects the pairs and has them talk.
func startChat(ctx context.Context, t *target) (*chat, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := newChat(time.Now())
	c.cancel = cancel
	for i := range chatPairs {
		from, err := c.dial(ctx, t, fmt.Sprintf("sender%02d", i))
		if err != nil {
			c.disconnect()
			return nil, err
		}
		to, err := c.dial(ctx, t, fmt.Sprintf("receiver%02d", i))
		if err != nil {
			c.disconnect()
			return nil, err
		}
		p := &pair{chat: c, user: to.User(), from: from, to: to, first: chatEvery * time.Duration(i) / chatPairs}
		c.pairs = append(c.pairs, p)
		c.wg.Go(func() { c.note(p.send(ctx)) })
		c.wg.Go(func() { c.note(p.receive(ctx)) })
	}
	return c, nil
}

func (c *chat) dial(ctx context.Context, t *target, user string) (*client.Client, error) {
	token, err := t.token(user)
	if err != nil {
		return nil, err
	}
	cl, err := client.Dial(ctx, client.Config{
		URL: "ws://" + t.WS, Token: token, PingEvery: chatPing,
		OnEvent: func(e client.Event) {
			if e.Kind == client.Disconnected && ctx.Err() == nil {
				c.note(fmt.Errorf("%s was disconnected: %w", user, e.Err))
			}
		},
	})
	if err == nil {
		c.clients = append(c.clients, cl)
	}
	return cl, err
}

func (c *chat) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault == nil {
		c.fault = err // nil too
	}
}

// end lets what was sent arrive, disconnects everybody and returns the first fault:
// a message that was lost, doubled or out of order, a failed send, a broken
// connection.
func (c *chat) end() error {
	c.cancel()
	c.wg.Wait()
	c.disconnect()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

func (c *chat) disconnect() {
	c.cancel()
	for _, cl := range c.clients {
		_ = cl.Close()
	}
}

// A pair is two users of the chat.
type pair struct {
	chat  *chat
	user  string // who receives
	from  *client.Client
	to    receiver
	first time.Duration // when the first message is due
}

// A receiver is the part of a client that hands out messages.
type receiver interface {
	Receive(ctx context.Context) (*client.Chat, error)
}

// farewell is the content of a pair's last message, behind n others, which are
// numbers.
func farewell(n int) string { return fmt.Sprintf(`"%d were sent"`, n) }

func (p *pair) due(i int) time.Time {
	return p.chat.began.Add(p.first + time.Duration(i)*chatEvery)
}

// send follows the schedule until ctx ends, says farewell and waits for all answers.
func (p *pair) send(ctx context.Context) error {
	patience, cancel := outlast(ctx, answerTime)
	defer cancel()
	var open []*client.Pending
	say := func(content string) error {
		answer, err := p.from.SendAsync(patience, client.Message{To: p.user, Content: []byte(content)})
		open = append(open, answer)
		return err
	}
	n := 0
	for ; ; n++ {
		pause(ctx, time.Until(p.due(n)))
		if ctx.Err() != nil {
			break
		}
		if err := say(strconv.Itoa(n)); err != nil {
			return fmt.Errorf("a send: %w", err)
		}
	}
	if err := say(farewell(n)); err != nil {
		return fmt.Errorf("a send: %w", err)
	}
	for i, answer := range open {
		if _, err := answer.Wait(patience); err != nil {
			return fmt.Errorf("the answer to message %d: %w", i, err)
		}
	}
	return nil
}

// receive takes every message, in order, until the farewell.
func (p *pair) receive(ctx context.Context) error {
	patience, cancel := outlast(ctx, answerTime)
	defer cancel()
	for i := 0; ; i++ {
		m, err := p.to.Receive(patience)
		switch {
		case err != nil:
			return fmt.Errorf("message %d did not arrive: %w", i, err)
		case string(m.Content) == farewell(i):
			return nil
		case string(m.Content) != strconv.Itoa(i):
			return fmt.Errorf("message %s arrived instead of %d", m.Content, i)
		}
		p.chat.received(p.due(i))
	}
}

// outlast is a context that ends some time after ctx.
func outlast(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return longer, func() {
		stop()
		cancel()
	}
}
