package bench

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// exampleDocument has one run of each kind: good, missed, wrong, stopped.
func exampleDocument() document {
	latency := &Latency{Count: 1000, Avg: 1.234, P50: 1, P95: 3, P99: 5.5, P999: 8, Max: 12.25, Percentiles: []Percentile{{0, 0.1}, {50, 1}, {99, 5.5}, {100, 12.25}}}
	good := &Result{
		Scenario: "single-closed", Setting: "100 pairs, one side sends, window 16, 128 B", Unit: "messages",
		Targets: []Target{atLeast("throughput", 210000, 200e3, "msg/s")}, Seconds: 10, Messages: 2100000, Deliveries: 2100000,
		Latency: latency, Sent: latency, ServerCPU: 1.05, ServerRSS: 123 << 20, GeneratorCPU: 0.5, Faults: []Fault{},
		SliceSeconds: 5, Timeline: []Slice{{1000000, 1000000}, {1100000, 1100000}},
	}
	wrong := &Result{
		Scenario: "group-closed", Setting: "500 members", Unit: "messages", Seconds: 2, Messages: 100, Deliveries: 50000,
		Targets: []Target{atLeast("throughput", 50, 40e3, "msg/s")}, Stopped: true,
		Faults: []Fault{{"lost", 2, []string{"u1 did not get seq 7", "</script><b>"}}}, Figures: []Figure{{"single chat alone, p99", 1.5, "ms"}},
	}
	idle := &Result{Scenario: "connect", Setting: "15000 connections", Unit: "connections", Seconds: 1, Messages: 15000, Faults: []Fault{},
		Targets: []Target{atMost("memory per connection", 2.4, 2.5, "KiB")}}
	echo := &Result{MessageRate: 1e6, Latency: &Latency{Avg: 2}}
	for _, r := range []*Result{good, wrong, idle} {
		r.settle()
		r.compare(echo)
		r.judge()
	}
	return document{machine{2, "linux/amd64", "go1.26", "ext4"}, []*Result{good, wrong, idle}}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from what is made now; see it with go test -update and git diff:\n%s", file, got)
	}
}

func TestTable(t *testing.T) { golden(t, "table.txt", table(exampleDocument())) }

func TestJSONNamesAreStable(t *testing.T) {
	data, err := json.MarshalIndent(exampleDocument(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "document.json", string(data)+"\n")
}

// The report is its page with the document in it, safe and self-contained.
func TestReport(t *testing.T) {
	page, err := report(exampleDocument())
	if err != nil {
		t.Fatal(err)
	}
	data, _ := json.Marshal(exampleDocument())
	before, after, ok := strings.Cut(reportPage, dataMark)
	if !ok || page != before+string(data)+after {
		t.Error("the page isn't the frame with the document in it")
	}
	if strings.Count(page, "</script>") != 1 {
		t.Error("a text of the document ends the script")
	}
	for _, outside := range []string{"src=", "<link", "@import", "url(", "fetch("} {
		if strings.Contains(page, outside) {
			t.Errorf("the page loads something: %s", outside)
		}
	}
	for _, address := range strings.Split(page, "http")[1:] {
		if !strings.HasPrefix(address, "://www.w3.org/2000/svg") {
			t.Errorf("an address in the page: http%.40s", address)
		}
	}
}

func TestParseUsage(t *testing.T) {
	stat := "42 (a ) b) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 8 0 100 1000000 500 0"
	u, err := parseUsage([]byte(stat), []byte("1000 500 100 1 0 300 0\n"))
	if err != nil || u.cpu.Seconds() != 3 || u.resident != 500*int64(os.Getpagesize()) {
		t.Errorf("%+v, %v", u, err)
	}
	for _, broken := range []string{"", "42 (a) S", "42 (a) S 1 42 42 0 -1 4194304 100 0 0 0 x y 0"} {
		if _, err := parseUsage([]byte(broken), []byte("1 2")); err == nil {
			t.Errorf("%q was taken", broken)
		}
	}
	if u, err := usageOf(os.Getpid()); err != nil || u.resident == 0 {
		t.Errorf("own usage: %+v, %v", u, err)
	}
}

func TestCount(t *testing.T) {
	for v, want := range map[float64]string{0.5: "0.5", 2.456: "2.46", 99: "99", 100: "100", 1234: "1,234", 20e6: "20,000,000"} {
		if got := count(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}
