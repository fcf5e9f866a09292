package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"gannet/codec/client"
)

// session is a chat at a terminal. All of it belongs to the goroutine that runs
// loop; others add to its tasks.
type session struct {
	o      *Options
	ctx    context.Context // ends with the session
	tasks  *queue
	tty    *tty
	editor *editor
	client *client.Client
	api    *api
	me     string
	style  style

	convs  map[string]*conversation
	listed []string      // conversations by their number in /list, from 1 on
	early  []early       // what came before the list of conversations
	ready  bool          // the list has come
	open   *conversation // nil while none is

	outbox  []outgoing // what isn't answered, oldest first; the first is on its way
	offline time.Time  // since when there is no connection; zero while there is one
	typing  map[string]time.Time
	typed   time.Time // when the user last said to be typing
	pressed time.Time // when a key was pressed last
	online  map[string]bool
	seen    map[string]int64
	day     string // of the last message that was shown
	leaving bool   // the user was told what isn't sent, and wants to leave
	done    bool
	err     error // why it is over, where that is a failure
}

// early is an entry that came before the session knew what is old.
type early struct {
	conv string
	item item
}

// chat is a session at a terminal, until the user leaves.
func chat(ctx context.Context, o *Options, in, out *os.File) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := newSession(ctx, o)
	var err error
	if s.client, err = dial(ctx, o, client.Config{OnEvent: s.onEvent}); err != nil {
		return err
	}
	defer s.client.Close()
	if s.tty, err = openTTY(in, out); err != nil {
		return err
	}
	s.me = s.client.User()
	s.editor.out = out
	s.editor.resize(s.tty.size())
	s.start()
	return s.run()
}

// run is the session's loop, behind which the terminal is what it was, also where
// the loop panics.
func (s *session) run() (err error) {
	defer func() {
		err = errors.Join(err, s.editor.close(), s.tty.restore())
		s.tellUnsent(s.o.Stderr)
	}()
	return s.loop()
}

func newSession(ctx context.Context, o *Options) *session {
	s := &session{
		o: o, ctx: ctx, tasks: newQueue(), api: newAPI(o), style: style(!o.NoColor),
		convs: make(map[string]*conversation), typing: make(map[string]time.Time),
		online: make(map[string]bool), seen: make(map[string]int64), pressed: time.Now(),
	}
	s.editor = &editor{
		style: s.style, width: 80, height: 24,
		entered: s.entered, left: s.left, typed: s.onKey, complete: s.completions,
	}
	return s
}

// start begins what goes on beside the loop.
func (s *session) start() {
	go s.tty.read(
		func(b []byte) { s.tasks.add(func() { s.editor.input(b) }) },
		func() { s.tasks.add(func() { s.over(nil) }) },
	)
	go s.receive()
	s.say("connected to %s as %s; /help shows the commands", inertLine(s.o.URL), inertLine(s.me))
	s.loadList(s.begin)
}

// tick is how often what fades is looked at.
const tick = time.Second

// loop does the tasks until the session is over.
func (s *session) loop() error {
	sizes := make(chan os.Signal, 1)
	signal.Notify(sizes, syscall.SIGWINCH)
	defer signal.Stop(sizes)
	every := time.NewTicker(tick)
	defer every.Stop()
	for !s.done {
		s.showState()
		if err := s.editor.flush(); err != nil {
			return err
		}
		select {
		case <-s.tasks.ready:
			for _, task := range s.tasks.take() {
				task()
			}
		case <-sizes:
			s.editor.resize(s.tty.size())
		case <-every.C:
			s.fade()
		case <-s.ctx.Done():
			return fmt.Errorf("ended: %w", context.Cause(s.ctx))
		}
	}
	if err := s.editor.flush(); err != nil {
		return err
	}
	return s.err
}

// over ends the session.
func (s *session) over(err error) { s.done, s.err = true, err }

// say shows a remark of the program's own. The arguments must be inert.
func (s *session) say(format string, args ...any) {
	for _, row := range wrap(fmt.Sprintf(format, args...), s.editor.width-2) {
		s.editor.print(s.style.faint("· " + row))
	}
}

// rule shows a line that begins something.
func (s *session) rule(title string) {
	width := min(s.editor.width, 80) - 1
	head := "── " + clip(title, width-6) + " "
	s.editor.print(s.style.faint(head + strings.Repeat("─", max(0, width-columns(head)))))
}

// complain shows what went wrong.
func (s *session) complain(err error) {
	for _, row := range wrap(inert(faultText(err)), s.editor.width-2) {
		s.editor.print(s.style.fault("! " + row))
	}
}

// do asks something beside the loop, and then goes on with its answer in the loop.
func do[T any](s *session, ask func(ctx context.Context) (T, error), then func(T)) {
	go func() {
		answer, err := ask(s.ctx)
		s.tasks.add(func() {
			if err != nil {
				s.complain(err)
				return
			}
			then(answer)
		})
	}()
}

// left is called for keys that end something.
func (s *session) left(key string) {
	switch key {
	case "interrupt", "eof":
		s.leave()
	case "suspend":
		s.suspend()
	}
}

// leave ends the session, the second time also with messages that aren't sent.
func (s *session) leave() {
	if n := len(s.outbox); n > 0 && !s.leaving {
		s.leaving = true
		s.complain(fmt.Errorf("%s not sent yet; once more to leave without", count(n, "message is", "messages are")))
		return
	}
	s.over(nil)
}

func (s *session) suspend() {
	if err := s.editor.close(); err != nil {
		s.over(err)
		return
	}
	if err := s.tty.suspend(); err != nil {
		s.over(err)
		return
	}
	s.editor.again()
	s.editor.resize(s.tty.size())
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
