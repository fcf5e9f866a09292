package metrics

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write docs/metrics.md again")

const page = "../../../docs/metrics.md"

func TestDocumentationIsUpToDate(t *testing.T) {
	var want bytes.Buffer
	if err := Markdown(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll("../../../docs", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(page, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/metrics.md is not what the table says; run: go test ./engine/internal/metrics -update")
	}
}

func TestTableFollowsPrometheusNaming(t *testing.T) {
	valid := regexp.MustCompile(`^(chat|gannet|go|process)_[a-z]+(_[a-z]+)*$`)
	seen := make(map[string]bool)
	for _, d := range definitions() {
		if !valid.MatchString(d.name) || seen[d.name] {
			t.Errorf("%q: bad or repeated name", d.name)
		}
		seen[d.name] = true
		if total := strings.HasSuffix(d.name, "_total"); total != (d.kind == "counter") {
			t.Errorf("%q is a %s: counters, and only they, end in _total", d.name, d.kind)
		}
		if d.help == "" || strings.ContainsAny(d.help, "\n\\|") {
			t.Errorf("%q: help %q", d.name, d.help)
		}
		if (d.kind == "histogram") != (len(d.bounds) > 0) {
			t.Errorf("%q: a %s with %d buckets", d.name, d.kind, len(d.bounds))
		}
	}
}

func TestWrite(t *testing.T) {
	r := New()
	single := r.Counter(MessagesProcessed, "single")
	single.Inc()
	single.Add(2)
	r.Counter(MessagesProcessed, "group")
	snapshot := 0.0
	r.BeforeScrape(func() { snapshot++ })
	r.GaugeFunc(ConnectionsActive, func() float64 { return snapshot })
	r.CounterFunc(Duplicates, func() uint64 { return 1 << 53 })
	r.GaugeFunc(BuildInfo, func() float64 { return 1 }, `a"b\c`, "x\ny", "go1.26")
	r.Histogram(FsyncSeconds).ObserveDuration(80 * time.Microsecond)
	r.Histogram(CommitBatch).Observe(300)
	route := r.Histogram(HTTPSeconds, `GET /a"}`)
	route.Observe(10)
	route.Observe(11)
	route.Observe(-1)

	text := scrape(t, r)
	for _, line := range []string{
		"# TYPE chat_messages_processed_total counter",
		`chat_messages_processed_total{type="single"} 3`,
		`chat_messages_processed_total{type="group"} 0`,
		"# TYPE chat_connections_active gauge",
		"chat_connections_active 1",
		"chat_duplicates_total 9007199254740992",
		`gannet_build_info{version="a\"b\\c",commit="x\ny",go="go1.26"} 1`,
		"# TYPE gannet_fsync_seconds histogram",
		`gannet_fsync_seconds_bucket{le="5e-05"} 0`,
		`gannet_fsync_seconds_bucket{le="0.0001"} 1`,
		`gannet_fsync_seconds_bucket{le="+Inf"} 1`,
		"gannet_fsync_seconds_sum 8e-05",
		"gannet_fsync_seconds_count 1",
		`gannet_commit_batch_messages_bucket{le="256"} 0`,
		`gannet_commit_batch_messages_bucket{le="512"} 1`,
		`gannet_http_request_seconds_bucket{route="GET /a\"}",le="5e-05"} 1`,
		`gannet_http_request_seconds_bucket{route="GET /a\"}",le="5"} 1`,
		`gannet_http_request_seconds_bucket{route="GET /a\"}",le="10"} 2`,
		`gannet_http_request_seconds_bucket{route="GET /a\"}",le="+Inf"} 3`,
		`gannet_http_request_seconds_sum{route="GET /a\"}"} 21`,
		`gannet_http_request_seconds_count{route="GET /a\"}"} 3`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	if single.Value() != 3 {
		t.Errorf("Value = %d", single.Value())
	}
	if t.Failed() {
		t.Log(text)
	}
}

// The families come in the order of the table, each header once.
func TestHeadersStandOnce(t *testing.T) {
	r := New()
	r.Counter(Busy, "sequencer")
	r.Counter(Busy, "readers")
	text := scrape(t, r)
	if n := strings.Count(text, "# HELP chat_busy_total "); n != 1 {
		t.Errorf("%d HELP lines", n)
	}
	if strings.Contains(text, string(Duplicates)) {
		t.Error("a family without series is shown")
	}
}

func TestUnregistered(t *testing.T) {
	r := New()
	all := len(definitions())
	if n := len(r.Unregistered()); n != all {
		t.Fatalf("%d unregistered of %d", n, all)
	}
	r.Counter(Duplicates)
	r.Counter(Busy, "sequencer")
	if n := len(r.Unregistered()); n != all-2 {
		t.Errorf("%d unregistered, want %d", n, all-2)
	}
}

func TestMistakesPanic(t *testing.T) {
	mistakes := map[string]func(*Registry){
		"twice":        func(r *Registry) { r.Counter(Duplicates); r.Counter(Duplicates) },
		"no label":     func(r *Registry) { r.Counter(Busy) },
		"extra labels": func(r *Registry) { r.Histogram(FsyncSeconds, "x") },
	}
	for name, make := range mistakes {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			make(New())
		})
	}
}

func scrape(t *testing.T, r *Registry) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
