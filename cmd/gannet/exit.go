package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gannet/cmd/gannet/terminal"
)

const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// usageError is a mistake in what the operator gave: a flag, an argument, the
// configuration.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usageErrorf(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// report writes what went wrong, if anything, and returns the exit code. Parts of it
// may be a server's words, or a file's: they can't control the terminal.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "gannet:", strings.ReplaceAll(terminal.Inert(err.Error()), "\n", "\n  "))
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailure
}

// noArgs refuses arguments that are no flags, nor commands where it has some.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageErrorf("%s takes no argument %q%s; see %s --help",
			cmd.CommandPath(), args[0], didYouMean(args[0], subcommands(cmd)), cmd.CommandPath())
	}
	return nil
}

// noSuchCommand is called with what follows gannet when it names no command.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usageErrorf("there is no command %q%s; see %s --help", args[0], didYouMean(args[0], subcommands(cmd)), cmd.CommandPath())
}
