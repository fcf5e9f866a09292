package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestChat runs the scripts in testdata/chat, each against a server process of
// its own. The README there explains their commands.
func TestChat(t *testing.T) {
	runScripts(t, "testdata/chat", chatCommands(), func(*chatScript) error { return nil })
}

// runScripts runs the scripts of a directory, which may use these commands besides
// testscript's own.
func runScripts(t *testing.T, dir string, commands map[string]scriptCommand, setUp func(*chatScript) error) {
	cmds := make(map[string]func(*testscript.TestScript, bool, []string))
	for word, do := range commands {
		cmds[word] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("! does not go with %s", word)
			}
			s := ts.Value(chatKey{}).(*chatScript)
			s.ts = ts
			ts.Check(do(s, args))
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			s := newChatScript(t, env)
			s.commands = commands
			return errors.Join(setUp(s), writeKeys(env))
		},
		Cmds: cmds,
	})
}

// scriptCommand is a command of a script, with its words behind it.
type scriptCommand func(*chatScript, []string) error

// chatCommands are the commands of a script about chatting.
func chatCommands() map[string]scriptCommand {
	return map[string]scriptCommand{
		"serve": (*chatScript).serve, "shutdown": (*chatScript).shutdown, "crash": (*chatScript).crash,
		"connect": (*chatScript).connect, "disconnect": (*chatScript).disconnect, "events": (*chatScript).events,
		"say": (*chatScript).say, "hear": (*chatScript).hear, "quiet": (*chatScript).quiet,
		"ignore": (*chatScript).ignore, "closed": (*chatScript).closed,
		"call": (*chatScript).call, "token": (*chatScript).token, "apikey": (*chatScript).apikey,
		"until": (*chatScript).until, "repeat": (*chatScript).repeat,
	}
}

// scriptPatience is when a script that waits for something in vain fails.
const scriptPatience = 15 * time.Second

// chatScript is what one script has while it runs.
type chatScript struct {
	ts          *testscript.TestScript
	commands    map[string]scriptCommand
	program     string // the server
	workDir     string
	dataDir     string
	server      *chatServer
	clients     map[string]*chatClient
	names       names
	tokens      map[string]string // by user
	keys        map[string]string // by backend
	entries     []string          // of auth.api_keys
	settings    []string          // of every server
	environment []string          // of every server, besides the test's
	settler     string            // who waits for the log on behalf of others; "": each user does
	pings       int
	ahead       time.Duration // of the server's clock
	after       func() error  // looks at what the last server left
}

// chatKey is where testscript keeps a chatScript.
type chatKey struct{}

func newChatScript(t *testing.T, env *testscript.Env) *chatScript {
	s := &chatScript{
		program: "gannet", workDir: env.WorkDir, dataDir: filepath.Join(env.WorkDir, "data"),
		after:   func() error { return nil },
		clients: make(map[string]*chatClient), names: make(names),
		tokens: make(map[string]string), keys: make(map[string]string),
	}
	env.Values[chatKey{}] = s
	env.Defer(func() {
		if log := s.end(); log != "" {
			t.Errorf("%s: the server logged\n%s", filepath.Base(env.WorkDir), log)
		}
		if err := s.after(); err != nil {
			t.Errorf("%s: %v", filepath.Base(env.WorkDir), err)
		}
	})
	return s
}

// end stops what still runs and returns what the server has logged.
func (s *chatScript) end() (log string) {
	for _, c := range s.clients {
		c.cut()
	}
	if s.server != nil {
		s.server.kill()
		log = s.server.faults()
	}
	return log
}

// until runs another command again and again until it succeeds.
func (s *chatScript) until(args []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := s.run(args)
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("in vain: %w", err)
		}
	}
}

// repeat runs another command a number of times; $i counts them from 1.
func (s *chatScript) repeat(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: repeat N COMMAND…")
	}
	n, err := strconv.Atoi(args[0])
	for i := 1; i <= n && err == nil; i++ {
		s.names["i"] = number(i)
		if err = s.run(args[1:]); err != nil {
			err = fmt.Errorf("round %d: %w", i, err)
		}
	}
	return err
}

func (s *chatScript) run(args []string) error {
	if len(args) == 0 {
		return errors.New("a command is missing")
	}
	do := s.commands[args[0]]
	if do == nil {
		return fmt.Errorf("%s is not a command of these scripts", args[0])
	}
	return do(s, args[1:])
}

// learn gives values names, in JSON and on the command line.
func (s *chatScript) learn(found names) {
	for name, value := range found {
		s.names[name] = value
		s.ts.Setenv(name, plain(value))
	}
}

// cutArrow splits a command from what is expected of it.
func cutArrow(args []string) (command, expected []string) {
	if i := slices.Index(args, "->"); i >= 0 {
		return args[:i], args[i+1:]
	}
	return args, nil
}

// options splits key=value words from others.
func options(args []string, keys ...string) (values map[string]string, rest []string) {
	values = make(map[string]string)
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		if ok && slices.Contains(keys, key) {
			values[key] = value
		} else {
			rest = append(rest, arg)
		}
	}
	return values, rest
}
