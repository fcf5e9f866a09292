package overload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// orders are what the attackers' process is told, as JSON on its standard input.
type orders struct {
	Attack    string
	Target    target
	Attackers int
	Lasts     time.Duration
}

// news are what it says, as JSON on its standard output: that the attack begins,
// where there is something to prepare, and what came of it.
type news struct {
	Begins bool
	Counts map[string]int
	Fault  string // "" where nothing failed
}

// attackersArgs makes this program the attackers' process.
var attackersArgs = []string{"bench", "overload", "--attackers"}

// nice is by how much attackers stand back for the server and the chat.
const nice = 10

// Besiege is the attackers' process: it reads its orders, attacks until the attack
// is over and writes what the attackers saw.
func Besiege(ctx context.Context, in io.Reader, out io.Writer) error {
	var o orders
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("orders: %w", err)
	}
	a := attackNamed(o.Attack)
	if a == nil {
		return fmt.Errorf("no attack %q", o.Attack)
	}
	if err := standBack(); err != nil {
		return err
	}
	if err := o.Target.prepare(); err != nil {
		return err
	}
	answers := json.NewEncoder(out)
	s := &siege{target: &o.Target, n: o.Attackers, lasts: o.Lasts}
	s.begin = func() error { return answers.Encode(news{Begins: true}) }
	var n news
	if err := a.run(ctx, s); err != nil {
		n.Fault = err.Error()
	}
	n.Counts = s.tally.snapshot()
	return answers.Encode(n)
}

// standBack lowers the priority of all threads of this process, which is a group of
// its own: priority is a thread's. The system call gives 20 less the niceness.
func standBack() error {
	now, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err == nil {
		err = unix.Setpriority(unix.PRIO_PGRP, 0, min(20-now+nice, 19))
	}
	if err != nil {
		return fmt.Errorf("standing back: %w", err)
	}
	return nil
}

// attackFrom runs an attack in a process of its own and returns what it saw. The
// function begins is called when all is prepared.
func attackFrom(ctx context.Context, program string, o orders, begins func()) (map[string]int, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, attackersArgs...)
	cmd.Stdin = bytes.NewReader(text)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("the attackers' process: %w", err)
	}
	last, err := hear(stdout, begins)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return nil, fmt.Errorf("the attackers' process: %w", err)
	}
	if last.Fault != "" {
		return last.Counts, fmt.Errorf("the attackers: %s", last.Fault)
	}
	return last.Counts, nil
}

// hear reads the attackers' news to the last.
func hear(from io.Reader, begins func()) (last news, err error) {
	for all := json.NewDecoder(from); ; {
		last = news{}
		if err := all.Decode(&last); err != nil || !last.Begins {
			return last, err
		}
		begins()
	}
}
