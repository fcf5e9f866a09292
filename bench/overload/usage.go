package overload

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Usage is what a server holds at a moment. Its memory is what is in memory and is
// its own: the pages of the program's file, of which more come in with everything
// that it does for the first time, are not among them.
type Usage struct {
	Memory      int64 `json:"memory_bytes"`
	Goroutines  int   `json:"goroutines"`
	Descriptors int   `json:"descriptors"`
}

// most is the larger of each figure.
func (u Usage) most(v Usage) Usage {
	return Usage{max(u.Memory, v.Memory), max(u.Goroutines, v.Goroutines), max(u.Descriptors, v.Descriptors)}
}

// A gauge reads a server's figures: memory and descriptors from /proc, the rest
// from the operator's listener, over one connection that is kept.
type gauge struct {
	pid  int
	url  string
	http http.Client
}

func newGauge(s *server) *gauge {
	return &gauge{
		pid: s.cmd.Process.Pid, url: "http://" + s.admin + "/metrics",
		http: http.Client{Timeout: answerTime, Transport: &http.Transport{MaxIdleConnsPerHost: 1}},
	}
}

func (g *gauge) close() { g.http.CloseIdleConnections() }

func (g *gauge) usage() (Usage, error) {
	figures, err := g.scrape()
	if err != nil {
		return Usage{}, err
	}
	u := Usage{Goroutines: int(figures["go_goroutines"])}
	if u.Memory, err = memory(g.pid); err != nil {
		return Usage{}, err
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", g.pid))
	u.Descriptors = len(files)
	return u, err
}

// memory is a process' anonymous memory in bytes.
func memory(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "\nRssAnon:")
	size, _, ok := strings.Cut(rest, " kB\n")
	if !ok {
		return 0, errors.New("no RssAnon in /proc/PID/status")
	}
	kilobytes, err := strconv.ParseInt(strings.TrimSpace(size), 10, 64)
	return kilobytes << 10, err
}

func (g *gauge) scrape() (map[string]float64, error) {
	resp, err := g.http.Get(g.url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return parseFigures(resp.Body)
}

// parseFigures reads Prometheus' text format: a series and its value a line.
func parseFigures(r io.Reader) (map[string]float64, error) {
	figures := make(map[string]float64)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if at < 0 || line[0] == '#' {
			continue
		}
		v, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("metrics: %q: %w", line, err)
		}
		figures[line[:at]] = v
	}
	return figures, lines.Err()
}

// A deed is a family of counters that say what the server did, the label that
// tells what exactly, and the word for it.
type deed struct{ word, family, label string }

var deeds = []deed{
	{"closed", "chat_connections_closed_total", "code"},
	{"rejected", "chat_connections_rejected_total", "reason"},
	{"http", "gannet_http_requests_total", "status"},
}

// done is what happened from one scrape to the next.
func done(before, after map[string]float64) map[string]int {
	counts := make(map[string]int)
	for series, v := range after {
		for _, d := range deeds {
			labels, ok := strings.CutPrefix(series, d.family+"{")
			if n := int(v - before[series]); ok && n > 0 {
				counts[d.word+" "+labelOf(labels, d.label)] += n
			}
		}
	}
	return counts
}

// labelOf finds a label's value in `a="x",b="y"}`.
func labelOf(labels, name string) string {
	_, rest, _ := strings.Cut(labels, name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// sampleEvery is how often the peak of an attack is looked for.
const sampleEvery = 100 * time.Millisecond

// peak takes samples until ctx ends and returns the most of each figure.
func (g *gauge) peak(ctx context.Context) func() Usage {
	var most Usage
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			if u, err := g.usage(); err == nil {
				most = most.most(u)
			}
			pause(ctx, sampleEvery)
		}
	})
	return func() Usage {
		wg.Wait()
		return most
	}
}
