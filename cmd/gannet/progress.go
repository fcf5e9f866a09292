package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// progress tells on standard error how far something is: by a bar on a terminal,
// else in a line every few seconds. It may be used by many goroutines.
type progress struct {
	w        io.Writer
	terminal bool // a bar can be drawn
	silent   bool // nothing is told
	every    time.Duration

	mu    sync.Mutex
	task  task
	count int64 // of task.total
	last  time.Time
	bar   *progressbar.ProgressBar // nil while there is none
	stop  chan struct{}            // ends the bar's ticking
}

// task is something that takes long.
type task struct {
	what  string
	total int64 // 0: nobody knows
	unit  string
}

// The units of tasks that aren't counted in things of some name.
const (
	unitBytes = "bytes"
	unitTime  = "ms" // what is expected of it
)

// newProgress tells on w, or, if it is to be silent, nobody.
func newProgress(w io.Writer, silent bool) *progress {
	terminal := isTerminal(w) && os.Getenv("TERM") != "dumb"
	return &progress{w: w, terminal: terminal, silent: silent, every: 5 * time.Second}
}

// refresh is how often a bar is drawn where nothing has changed but the time.
const refresh = 500 * time.Millisecond

// set says that so much of a task is done. Another task than before takes its place.
func (p *progress) set(t task, count int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.silent {
		return
	}
	fresh := t != p.task
	p.task, p.count = t, count
	if p.terminal {
		p.draw(fresh)
		return
	}
	now := time.Now()
	if p.last.IsZero() {
		p.last = now
	}
	if now.Sub(p.last) >= p.every {
		p.last = now
		fmt.Fprintln(p.w, p.text())
	}
}

// text says in words how far it is.
func (p *progress) text() string {
	switch t := p.task; {
	case t.total == 0:
		return t.what + " …"
	case t.unit == unitBytes:
		return fmt.Sprintf("%s: %s of %s", t.what, size(p.count), size(t.total))
	case t.unit == unitTime:
		return fmt.Sprintf("%s, %d %%", t.what, 100*p.count/t.total)
	default:
		return fmt.Sprintf("%s: %d of %d %s", t.what, p.count, t.total, t.unit)
	}
}

// draw brings the bar up to date, where it is another task from the beginning on.
func (p *progress) draw(fresh bool) {
	if fresh && p.bar != nil && sameScale(p.task, p.bar.GetMax64()) {
		p.bar.Describe(p.task.what)
	} else if fresh || p.bar == nil {
		p.clear()
		p.bar = newBar(p.w, p.task)
		if p.stop == nil {
			p.stop = make(chan struct{})
			go p.tick(p.stop)
		}
	}
	if p.task.total > 0 {
		_ = p.bar.Set64(min(p.count, p.task.total)) // an error is of the terminal, which shows it
	}
}

// sameScale reports whether a bar goes on under another name.
func sameScale(t task, most int64) bool { return t.total > 0 && t.total == most }

// tick has time pass on the terminal until it is over.
func (p *progress) tick(stop <-chan struct{}) {
	every := time.NewTicker(refresh)
	defer every.Stop()
	for {
		select {
		case <-stop:
			return
		case <-every.C:
			p.mu.Lock()
			if p.bar != nil {
				p.bar.Describe(p.task.what)
			}
			p.mu.Unlock()
		}
	}
}

// done ends it and leaves nothing on the terminal.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	if p.stop != nil {
		close(p.stop)
		p.stop = nil
	}
	p.task, p.bar = task{}, nil
}

func (p *progress) clear() {
	if p.bar != nil {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
	}
}

// Write lets lines through, above the bar.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	n, err := p.w.Write(b)
	if p.bar != nil {
		p.bar.Describe(p.task.what)
	}
	return n, err
}

// newBar returns a bar for a task: how much of how much, how fast, and for how long
// it still goes on; of what has no known end a sign that something goes on.
func newBar(w io.Writer, t task) *progressbar.ProgressBar {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(t.what),
		progressbar.OptionSetWidth(barWidth(w, t)),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionThrottle(refresh / 5),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	}
	switch {
	case t.total == 0:
		// By itself it would go on drawing after the end, beside what else is written.
		return progressbar.NewOptions64(-1, append(options, progressbar.OptionSpinnerType(9), progressbar.OptionSetSpinnerChangeInterval(0))...)
	case t.unit == unitBytes:
		options = append(options, progressbar.OptionShowBytes(true), progressbar.OptionUseIECUnits(true),
			progressbar.OptionShowCount(), progressbar.OptionShowTotalBytes(true))
	case t.unit != unitTime:
		options = append(options, progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(t.unit))
	}
	return progressbar.NewOptions64(t.total, append(options, progressbar.OptionSetPredictTime(true))...)
}

// barWidth is how much room the figures leave the bar itself.
func barWidth(w io.Writer, t task) int {
	columns := 80
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			columns = width
		}
	}
	const figures = 56
	return max(5, min(40, columns-figures-len(t.what)))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// size writes a number of bytes for people.
func size(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, prefix := float64(n)/unit, 0
	for value >= unit {
		value /= unit
		prefix++
	}
	return fmt.Sprintf("%.1f %ciB", value, "KMGTPE"[prefix])
}
