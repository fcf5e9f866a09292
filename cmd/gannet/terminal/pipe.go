package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// longestLine is more than a server takes of a message, so that it is the server
// who refuses.
const longestLine = 4 << 20

// pipe sends each line of standard input as a message of its own, one after the
// other, and returns when all are answered. Empty lines are none. The error says
// how many were refused; each was told on standard error.
func pipe(ctx context.Context, o *Options) error {
	c, err := dial(ctx, o, client.Config{SendOnly: true})
	if err != nil {
		return err
	}
	defer c.Close()
	lines := bufio.NewScanner(o.Stdin)
	lines.Buffer(nil, longestLine)
	sent, refused := 0, 0
	for number := 1; lines.Scan(); number++ {
		text := strings.ToValidUTF8(strings.TrimSuffix(lines.Text(), "\r"), "\ufffd")
		if strings.TrimSpace(text) == "" {
			continue
		}
		err := o.sendLine(ctx, c, text)
		if refusal, ok := errors.AsType[*wire.Error](err); ok {
			fmt.Fprintf(o.Stderr, "gannet: line %d: %s\n", number, inertLine(refusal.Error()))
			refused++
			continue
		}
		if err != nil {
			return fmt.Errorf("line %d: %w; %d lines before it were sent", number, err, sent)
		}
		sent++
	}
	if err := lines.Err(); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the lines to send: %w", err)
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d lines were refused", refused, sent+refused)
	}
	return nil
}

// errNoAnswer is why a line of a pipe is given up.
var errNoAnswer = errors.New("no answer in time; it may have been sent or not")

// sendLine sends one message, and prints where it is stored if it is to.
func (o *Options) sendLine(ctx context.Context, c *client.Client, text string) error {
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout, errNoAnswer)
		defer cancel()
	}
	m := client.Message{To: o.To, GroupID: o.Group, Content: client.Text(text)}
	if o.Group != "" {
		m.Mentions, m.MentionAll = mentions(text)
	}
	sent, err := deliver(ctx, c, m)
	if err == nil && o.JSON {
		err = printJSON(o.Stdout, sentLine(sent))
	}
	return err
}

// mentions returns whom a text calls with @name; everybody with @all.
func mentions(text string) (users []string, all bool) {
	for word := range strings.FieldsSeq(text) {
		name, ok := strings.CutPrefix(word, "@")
		name = strings.TrimRight(name, ".,:;!?)，。！？：；、")
		if !ok || !wire.ValidID(name) || len(users) == wire.MaxMentions {
			continue
		}
		if name == "all" {
			return nil, true
		}
		users = append(users, name)
	}
	return users, false
}
