package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gannet/cmd/gannet/terminal"
)

// tokenVariable is the environment's variable with a token for gannet chat. It is
// none of the configuration.
const tokenVariable = "GANNET_CHAT_TOKEN"

func newChat() *cobra.Command {
	var o terminal.Options
	var tokenFile string
	cmd := &cobra.Command{
		Use:   "chat",
		Short: "Chat at a terminal, or send and receive in scripts",
		Long: `Chat at a terminal. What is said scrolls up; below it stay a line with the state
and the line that you type. /help shows the commands, Tab completes them, Ctrl-D
leaves. The connection may break: the client comes back by itself, sends what
wasn't answered, once, and shows what was missed.

With a pipe as its standard input it sends each line as a message and ends when all
are answered: 0 says that they are on the server's disk, 1 that one was refused or
not answered in time. With --listen it prints what comes, from everybody, first
what came while nobody listened, and counts it as received.

A server in dev mode believes --user. Others want a token: --token-file, or the
variable ` + tokenVariable + `. Everybody on the machine can read --token.

Colours are left out with --no-color, or where NO_COLOR is set. Whatever others
write is only shown: it can't control the terminal.`,
		Example: `  gannet chat --user alice
  gannet chat --user alice --to bob
  gannet chat --token-file alice.jwt --url wss://im.example.com/ws --group team
  df -h / | gannet chat --user monitor --group operators
  gannet chat --user bob --listen --count 1 --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := readToken(&o, tokenFile); err != nil {
				return err
			}
			o.NoColor = o.NoColor || !colours(cmd.OutOrStdout())
			o.Stdin, o.Stdout, o.Stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			defer stop()
			err := terminal.Run(ctx, o)
			if usage, ok := errors.AsType[terminal.UsageError](err); ok {
				return usageErrorf("%w; see gannet chat --help", usage)
			}
			if ctx.Err() != nil && errors.Is(err, context.Canceled) {
				return fmt.Errorf("interrupted: %w", err)
			}
			return err
		},
	}
	addChatFlags(cmd, &o, &tokenFile)
	return cmd
}

func addChatFlags(cmd *cobra.Command, o *terminal.Options, tokenFile *string) {
	f := cmd.Flags()
	f.StringVar(&o.URL, "url", "ws://127.0.0.1:9502/ws", "`URL` of the server's WebSocket")
	f.StringVar(&o.HTTP, "http", "", "`URL` of its HTTP API, for /groups (default: port 9501 where --url has 9502, else --url's host)")
	f.StringVar(&o.User, "user", "", "`id` of the user, for a server in dev mode")
	f.StringVar(&o.Token, "token", "", "`token` (JWT) to log in with")
	f.StringVar(tokenFile, "token-file", "", "`file` with the token")
	f.StringVar(&o.To, "to", "", "`user` to write to")
	f.StringVar(&o.Group, "group", "", "`id` of the group to write to")
	f.BoolVar(&o.Listen, "listen", false, "print what comes, until interrupted or --count is reached")
	f.IntVar(&o.Count, "count", 0, "--listen: end after this `number` of messages")
	f.DurationVar(&o.Timeout, "timeout", 30*time.Second, "give up a line of a pipe that isn't answered for so long; 0 = never")
	f.BoolVar(&o.JSON, "json", false, "print JSON instead of text: an object for each message, as in the WebSocket protocol")
	f.BoolVar(&o.NoColor, "no-color", false, "print no colours")
}

// readToken takes the token from where it is, unless it is given or a user is.
func readToken(o *terminal.Options, file string) error {
	switch {
	case file != "" && o.Token != "":
		return usageErrorf("--token and --token-file exclude each other")
	case file != "":
		text, err := os.ReadFile(file)
		if err != nil {
			return usageErrorf("--token-file: %w", err)
		}
		o.Token = strings.TrimSpace(string(text))
		if o.Token == "" {
			return usageErrorf("--token-file: %s is empty", file)
		}
	case o.Token == "" && o.User == "":
		o.Token = strings.TrimSpace(os.Getenv(tokenVariable))
	}
	return nil
}

// colours reports whether w is a terminal that is to be written to in colours, see
// no-color.org.
func colours(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
