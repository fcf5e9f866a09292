package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options says what to measure. The zero value of a number means the
// scenario's own default, which is also the one its target is stated for.
type Options struct {
	Scenario string // one of [Scenarios]

	URL       string // ws://host:port of a running server; empty: start one
	HTTP      string // http://host:port of the same server; needed for groups and history-http
	Secret    string // HS256 secret of the server at URL; empty: it runs in dev mode
	ServerPID int    // process at URL whose CPU and memory to read from /proc; 0: not read

	Duration    time.Duration // measured time of one run, after its warm-up (10 s)
	Connections int           // connect, ping, echo, history: connections
	Window      int           // sends or requests in flight per sender; picks the closed run
	Rate        int           // sends per second in all; picks the paced run
	Members     int           // group, big: members
	Senders     int           // group, big: members who send
	Pairs       int           // single: pairs of users
	Both        bool          // single: both sides of a pair send, not only the first
	Size        int           // bytes of a message's content (128)
	Loops       int           // event loops of the generator (1)

	JSON   bool   // print one JSON document instead of the table
	Report string // file to write an HTML report to

	Serve      bool          // echo: be the echo server instead of measuring one
	NoEcho     bool          // leave the echo run before each scenario out
	EchoTime   time.Duration // length of that run (2 s)
	Dir        string        // where a started server's temporary data directory is made
	Executable string        // program to start servers with; empty: this one
	ServerArgs []string      // further arguments for `serve`

	// Progress is told how far it is, in milliseconds of the time that all is expected
	// to take, from a goroutine of its own; nil: nobody is.
	Progress func(what string, done, total int)
}

// Scenarios lists what Options.Scenario may be, in the order in which `all`
// runs them. Each of single, group and history stands for several runs, which
// can also be asked for by their own names.
func Scenarios() []string {
	names := []string{"all", "single", "group", "history"}
	for i := range catalogue {
		names = append(names, catalogue[i].name)
	}
	return names
}

// Limits of what the generator can address: a sender's number is 16 bits in a
// message's tag, and a frame must fit a loop's read buffer.
const (
	minSize    = tagLen
	usualSize  = 128
	maxSize    = 8192
	maxSenders = 1 << 14
	maxWindow  = 1 << 12
)

func (o *Options) validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !slices.Contains(Scenarios(), o.Scenario) {
		bad("no scenario %q; there are %s", o.Scenario, strings.Join(Scenarios(), ", "))
	}
	if o.Size != 0 && (o.Size < minSize || o.Size > maxSize) {
		bad("size %d: a content has %d to %d bytes", o.Size, minSize, maxSize)
	}
	if o.Window < 0 || o.Window > maxWindow {
		bad("window %d: 1 to %d", o.Window, maxWindow)
	}
	if o.Senders > maxSenders || o.Pairs > maxSenders {
		bad("at most %d senders", maxSenders)
	}
	if o.Window > 0 && o.Rate > 0 {
		bad("window and rate exclude each other: a run is either closed or paced")
	}
	for name, n := range map[string]int{
		"connections": o.Connections, "rate": o.Rate, "members": o.Members, "senders": o.Senders,
		"pairs": o.Pairs, "loops": o.Loops, "duration": int(o.Duration),
	} {
		if n < 0 {
			bad("%s is negative", name)
		}
	}
	if o.URL != "" && !strings.HasPrefix(o.URL, "ws://") {
		bad("url %q: ws://host:port is needed (the generator speaks no TLS)", o.URL)
	}
	if o.HTTP != "" && !strings.HasPrefix(o.HTTP, "http://") {
		bad("http %q: http://host:port is needed (the generator speaks no TLS)", o.HTTP)
	}
	return errors.Join(errs...)
}

func (o *Options) fill() {
	setDefault(&o.Duration, 10*time.Second)
	setDefault(&o.EchoTime, 2*time.Second)
	setDefault(&o.Size, usualSize)
	setDefault(&o.Loops, 1)
	o.URL = strings.TrimSuffix(o.URL, "/")
	o.HTTP = strings.TrimSuffix(o.HTTP, "/")
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
