package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// Run measures what o names and writes a table, or JSON, to stdout; progress
// goes to stderr. If ctx ends, what was measured so far is written. The error
// says that something could not be measured or that traffic was wrong; a
// missed target is no error, the output shows it.
//
// With o.Serve Run is an echo server instead, until ctx ends.
func Run(ctx context.Context, o Options, stdout, stderr io.Writer) error {
	if err := o.validate(); err != nil {
		return err
	}
	o.fill()
	if o.Serve {
		return serveEcho(ctx, stdout)
	}
	b := &benchmark{o: &o, progress: stderr}
	failure := b.runAll(ctx)
	return errors.Join(failure, b.output(stdout), b.verdict())
}

// A benchmark is one call of Run.
type benchmark struct {
	o        *Options
	progress io.Writer
	results  []*Result
}

func (b *benchmark) runAll(ctx context.Context) error {
	list := chosen(b.o)
	for i, sc := range list {
		if ctx.Err() != nil {
			return nil
		}
		r := &Result{Scenario: sc.name, Unit: sc.unit}
		stop := b.follow(list, i)
		err := b.runOne(ctx, sc, r)
		stop()
		if err != nil {
			return fmt.Errorf("%s: %w", sc.name, advise(err))
		}
		r.judge()
		b.results = append(b.results, r)
		fmt.Fprintf(b.progress, "%s\n", r.line())
	}
	return nil
}

// runOne runs one scenario against a server of its own, or the one at URL.
func (b *benchmark) runOne(ctx context.Context, sc *scenario, r *Result) error {
	echo, err := b.echoBefore(ctx, sc)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.progress, "%s …\n", sc.name)
	o, standard := sc.options(b.o)
	p, t, err := startFor(sc, o)
	if p != nil {
		defer p.stop()
	}
	if err != nil {
		return err
	}
	s, err := newSession(ctx, o, t, o.Loops, r)
	if err != nil {
		return err
	}
	defer s.close()
	if sc.plays {
		s.stage()
	}
	unheed := s.heed(ctx)
	defer unheed()
	if err := sc.run(s); err != nil {
		return withLog(err, p)
	}
	if !standard {
		r.keepTargets(rateKept)
	}
	r.compare(echo)
	return nil
}

// startFor starts the server that the scenario needs, or takes the one at URL.
func startFor(sc *scenario, o *Options) (*process, *target, error) {
	if sc.name == "echo" {
		return startEcho(o)
	}
	if o.URL != "" {
		t, err := newTarget(o.URL, o.HTTP, o.Secret, o.ServerPID)
		return nil, t, err
	}
	secret := ""
	if sc.login {
		secret = newKey() + newKey()
	}
	p, err := startServer(o, secret, sc.settings(o))
	if err != nil {
		return nil, nil, err
	}
	t, err := newTarget("ws://"+p.ready["ws"], "http://"+p.ready["http"], secret, p.cmd.Process.Pid)
	return p, t, err
}

// echoBefore measures the machine; nil if that is not wanted.
func (b *benchmark) echoBefore(ctx context.Context, sc *scenario) (*Result, error) {
	if b.o.NoEcho || sc.name == "echo" {
		return nil, nil
	}
	fmt.Fprintf(b.progress, "echo for %s …\n", b.o.EchoTime)
	plain := Options{Size: b.o.Size, Loops: b.o.Loops, Executable: b.o.Executable}
	r, err := measureEcho(ctx, &plain, b.o.EchoTime)
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	if err != nil {
		return nil, fmt.Errorf("echo before: %w", err)
	}
	return r, nil
}

// withLog adds what a started server logged to an error that it may explain.
func withLog(err error, p *process) error {
	if p == nil || errors.Is(err, errInterrupted) {
		return err
	}
	state := "the server logged"
	if p.exited() {
		state = "the server has exited; it logged"
	}
	if log := strings.TrimSpace(p.logs.String()); log != "" {
		return fmt.Errorf("%w\n%s:\n%s", err, state, log)
	}
	return err
}

// verdict is an error if any traffic was wrong.
func (b *benchmark) verdict() error {
	var bad []string
	limited := false
	for _, r := range b.results {
		if len(r.Faults) > 0 {
			bad = append(bad, r.Scenario)
		}
		limited = limited || rateLimited(r.Faults)
	}
	switch {
	case len(bad) == 0:
		return nil
	case limited:
		return fmt.Errorf("wrong traffic in %s\n%s", strings.Join(bad, ", "), limitAdvice())
	}
	return fmt.Errorf("wrong traffic in %s", strings.Join(bad, ", "))
}

// document is what --json prints and the report shows.
type document struct {
	Machine machine   `json:"machine"`
	Results []*Result `json:"results"`
}

type machine struct {
	Processors int    `json:"processors"`
	System     string `json:"system"`
	Go         string `json:"go"`
	DataDir    string `json:"data_filesystem"` // where a started server writes
}

func (b *benchmark) document() document {
	m := machine{runtime.NumCPU(), runtime.GOOS + "/" + runtime.GOARCH, runtime.Version(), ""}
	if b.o.URL == "" {
		dir := b.o.Dir
		setDefault(&dir, os.TempDir())
		m.DataDir = filesystem(dir)
	}
	return document{m, b.results}
}

func (b *benchmark) output(stdout io.Writer) error {
	if len(b.results) == 0 {
		return nil
	}
	doc := b.document()
	if b.o.Report != "" {
		if err := writeReport(b.o.Report, doc); err != nil {
			return err
		}
	}
	if !b.o.JSON {
		_, err := io.WriteString(stdout, table(doc))
		return err
	}
	enc := json.NewEncoder(stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}
