package main

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// addQuietFlag lets people do without being told how far a command is.
func addQuietFlag(cmd *cobra.Command, quiet *bool) {
	cmd.Flags().BoolVarP(quiet, "quiet", "q", false, "don't tell how far it is")
}

// cleanAtSignals takes the bar off the terminal when a signal ends the process, for
// commands that clean nothing else up. The function that it returns ends that.
func (p *progress) cleanAtSignals() (stop func()) {
	signals := make(chan os.Signal, 1)
	over := make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-over:
		case sig := <-signals:
			p.done()
			signal.Stop(signals)
			_ = syscall.Kill(os.Getpid(), sig.(syscall.Signal)) // ends this process, which may
		}
	}()
	return func() {
		signal.Stop(signals)
		close(over)
	}
}

// counts returns what is told how far something is, or nil where there can be no
// bar: where there is none the commands that count tell in lines of their own.
func (p *progress) counts(unit string) func(what string, done, total int) {
	if !p.terminal || p.silent {
		return nil
	}
	return func(what string, done, total int) { p.set(task{what, int64(total), unit}, int64(done)) }
}

// before returns w, to which nothing is written before the bar is gone.
func (p *progress) before(w io.Writer) io.Writer { return lastWord{p, w} }

// lastWord is where a command writes when it has come to its end.
type lastWord struct {
	p *progress
	w io.Writer
}

// Write implements io.Writer.
func (l lastWord) Write(b []byte) (int, error) {
	l.p.done()
	return l.w.Write(b)
}
