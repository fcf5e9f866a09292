package terminal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"golang.org/x/term"

	"gannet/codec"
	"gannet/codec/client"
	"gannet/codec/wire"
)

// Run chats as o says until it is over or ctx ends. A [UsageError] is a mistake in
// o; other errors say what wasn't sent, or why the server let nobody in.
func Run(ctx context.Context, o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	in, out, isTerminal := o.terminal()
	switch {
	case o.Listen:
		return listen(ctx, &o)
	case isTerminal:
		return chat(ctx, &o, in, out)
	case o.To == "" && o.Group == "":
		return usageErrorf("standard input is no terminal: say with --to or --group whom its lines are for, or --listen")
	}
	return pipe(ctx, &o)
}

// terminal returns the files of the terminal, if there is one to chat at.
func (o *Options) terminal() (in, out *os.File, ok bool) {
	in, isFile := o.Stdin.(*os.File)
	out, isFile2 := o.Stdout.(*os.File)
	if !isFile || !isFile2 || o.JSON {
		return nil, nil, false
	}
	return in, out, term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// dialTime bounds a connection and its login. A server that isn't in dev mode waits
// in silence for the token of who only says a name.
const (
	dialTime   = 10 * time.Second
	namingTime = 4 * time.Second
)

func dial(ctx context.Context, o *Options, cfg client.Config) (*client.Client, error) {
	cfg.URL, cfg.User, cfg.Token = o.URL, o.User, o.Token
	cfg.Backoff, cfg.DialTimeout = client.Backoff{Max: 10 * time.Second}, dialTime
	if o.User != "" {
		cfg.DialTimeout = namingTime
	}
	c, err := client.Dial(ctx, cfg)
	if err != nil {
		return nil, explain(o, err)
	}
	return c, nil
}

// explain says what can be done about a connection that can't be.
func explain(o *Options, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && o.User != "" {
		return fmt.Errorf("no welcome from %s within %s: a server that isn't in dev mode wants a token, see --token-file", o.URL, namingTime)
	}
	if refused, ok := errors.AsType[*codec.HandshakeError](err); ok && refused.Status == http.StatusUnauthorized {
		return fmt.Errorf("%s doesn't take this token; it may have run out (%w)", o.URL, err)
	}
	if refusal, ok := errors.AsType[*wire.Error](err); ok {
		return fmt.Errorf("%s lets nobody in: %s", o.URL, inertLine(refusal.Error()))
	}
	return fmt.Errorf("no chat at %s: %w; gannet serve starts a server here, --url names another", o.URL, err)
}
