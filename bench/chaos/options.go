package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Options says what is tried, how often, and where.
type Options struct {
	Program string   // the gannet that is tried; "" is this one
	Faults  []string // names, see Faults; none: all that the program can be made to have
	Rounds  int      // how often each of Faults is tried, or, where none are named, kill, and the others in proportion; 0: as the table says
	Seed    uint64   // of everything that is random but for the machine; 0: any
	History string   // file or directory where the histories are kept; "": kept only where something is wrong
	Dir     string   // directory in which the data directories are made; "": the system's
	JSON    bool     // print JSON instead of a table

	// Progress is told how many rounds of how many are over; nil: nobody is.
	Progress func(what string, done, total int)
}

// UsageError is a mistake in the options.
type UsageError struct{ text string }

func (e UsageError) Error() string { return e.text }

func (o *Options) complete() error {
	if o.Rounds < 0 {
		return UsageError{"rounds must not be negative"}
	}
	for _, name := range o.Faults {
		if !slices.Contains(Faults(), name) {
			return UsageError{fmt.Sprintf("there is no fault %q; there are %s", name, strings.Join(Faults(), ", "))}
		}
	}
	if o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	if o.Program != "" {
		return nil
	}
	var err error
	o.Program, err = os.Executable()
	return err
}

// checkHistory finds out before anything is played that the histories of several
// campaigns can't be kept in one file.
func (o *Options) checkHistory(campaigns int) error {
	info, err := os.Stat(o.History)
	if campaigns > 1 && o.History != "" && err == nil && !info.IsDir() {
		return UsageError{fmt.Sprintf("%s is a file; the histories of %d campaigns need a directory", o.History, campaigns)}
	}
	return nil
}

// historyFile is where the history of a campaign is kept if all are: in a file of
// that name if there is only one, else in a directory, a file for each.
func (o *Options) historyFile(c *campaign) (string, error) {
	if o.History == "" {
		return "", nil
	}
	info, err := os.Stat(o.History)
	isDir := strings.HasSuffix(o.History, "/") || err == nil && info.IsDir()
	if !isDir && c.only {
		return o.History, nil
	}
	if err := os.MkdirAll(o.History, 0o755); err != nil {
		return "", err
	}
	return filepath.Join(o.History, fmt.Sprintf("%s-%d.jsonl", c.fault.name, c.number)), nil
}
