package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain lets the test binary stand in for the program that the bench starts
// servers with: `serve` is the fake server, `bench echo --serve` the echo server.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "serve" || os.Args[1] == "bench") {
		os.Exit(standIn(os.Args[1]))
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) // gnet's pool lives from its import on
}

func standIn(what string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if what == "bench" {
		if err := Run(ctx, Options{Scenario: "echo", Serve: true}, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	s, err := startFake(sabotage{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer s.close()
	fmt.Printf("gannet ready ws=%s http=%s admin=- pid=%d\n", s.ws.Addr(), s.api.Addr(), os.Getpid())
	<-ctx.Done()
	return 0
}

// small are options that measure little, for a short time.
func small(scenario string) Options {
	return Options{
		Scenario: scenario, Duration: 100 * time.Millisecond, EchoTime: 50 * time.Millisecond,
		Pairs: 4, Members: 12, Senders: 3, Connections: 8, Executable: os.Args[0], NoEcho: true,
	}
}

// runJSON runs the scenarios and returns their results.
func runJSON(t *testing.T, ctx context.Context, o Options) (document, error) {
	t.Helper()
	o.JSON = true
	var out, progress bytes.Buffer
	failure := Run(ctx, o, &out, &progress)
	var doc document
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
			t.Fatalf("%v in %s", err, out.Bytes())
		}
	}
	t.Logf("%s", progress.Bytes())
	return doc, failure
}

// Every scenario measures something, and finds nothing wrong with a right server.
func TestScenariosOnStartedServers(t *testing.T) {
	o := small("all")
	o.Loops = 2
	o.Report = filepath.Join(t.TempDir(), "report.html")
	o.Dir = t.TempDir()
	doc, err := runJSON(t, t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Results) != len(catalogue) {
		t.Fatalf("%d results", len(doc.Results))
	}
	for _, r := range doc.Results {
		if r.Messages == 0 || r.MessageRate == 0 || r.ServerRSS == 0 && r.Scenario != "connect" {
			t.Errorf("%s: nothing measured: %+v", r.Scenario, r)
		}
		if len(r.Targets) > 0 && r.Targets[0].Name == rateKept && r.MessageRate > 1.1*r.Targets[0].Want {
			t.Errorf("%s: %v messages/s were sent", r.Scenario, r.MessageRate)
		}
		if r.Latency == nil && r.Scenario != "connect" {
			t.Errorf("%s: no latency", r.Scenario)
		}
	}
	if page, err := os.ReadFile(o.Report); err != nil || !bytes.Contains(page, []byte("history-http")) {
		t.Errorf("report: %v", err)
	}
	if left, _ := os.ReadDir(o.Dir); len(left) != 0 {
		t.Errorf("data directories left: %v", left)
	}
}

func TestEchoBeforeScenario(t *testing.T) {
	o := small("ping")
	o.NoEcho = false
	doc, err := runJSON(t, t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r := doc.Results[0]; r.EchoRate == 0 || r.MessageRatio == 0 || r.LatencyRatio == 0 {
		t.Errorf("no ratio to the echo run: %+v", r)
	}
}

// runAgainst runs a scenario against a fake server in this process.
func runAgainst(t *testing.T, wrong sabotage, o Options) (document, error) {
	t.Helper()
	s, err := startFake(wrong)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	o.URL, o.HTTP = "ws://"+s.ws.Addr().String(), "http://"+s.api.Addr().String()
	return runJSON(t, t.Context(), o)
}

func TestBothSidesSend(t *testing.T) {
	o := small("single")
	o.Both, o.Loops = true, 2
	if _, err := runAgainst(t, sabotage{}, o); err != nil {
		t.Fatal(err)
	}
}

// swapped holds the 30th message of each receiver back behind the next.
func swapped() func(to string, seq uint64, p []byte) [][]byte {
	held := map[string][]byte{}
	return func(to string, seq uint64, p []byte) [][]byte {
		switch {
		case seq == 30:
			held[to] = p
			return nil
		case held[to] != nil:
			first := held[to]
			delete(held, to)
			return [][]byte{p, first}
		}
		return [][]byte{p}
	}
}

// A wrong server is found out over the network too.
func TestFaultsAreFound(t *testing.T) {
	once := func(p ...[]byte) [][]byte { return p }
	at := func(n uint64, f func(p []byte) [][]byte) func(string, uint64, []byte) [][]byte {
		return func(to string, seq uint64, p []byte) [][]byte {
			if seq != n || strings.Contains(to, "m00011") { // one member gets it right
				return once(p)
			}
			return f(p)
		}
	}
	replace := func(old, new string) func(p []byte) [][]byte {
		return func(p []byte) [][]byte { return once(bytes.Replace(p, []byte(old), []byte(new), 1)) }
	}
	sentAt := func(n uint64, f func(p []byte) [][]byte) func(uint64, []byte) [][]byte {
		return func(seq uint64, p []byte) [][]byte {
			if seq != n {
				return once(p)
			}
			return f(p)
		}
	}
	twice := func(p []byte) [][]byte { return once(p, p) }
	nothing := func([]byte) [][]byte { return nil }
	tests := []struct {
		name  string
		wrong sabotage
		want  faultKind
	}{
		{"lost", sabotage{chat: at(8, nothing)}, faultLost},
		{"doubled", sabotage{chat: at(8, twice)}, faultDoubled},
		{"reordered", sabotage{chat: swapped()}, faultReordered},
		{"another content", sabotage{chat: at(8, replace(`"content":"aaaaaa`, `"content":"aabaaa`))}, faultMismatched},
		{"another id", sabotage{chat: at(8, replace(`"id":"123`, `"id":"124`))}, faultMismatched},
		{"another sender", sabotage{chat: at(8, replace(`"from":"`, `"from":"x`))}, faultMismatched},
		{"another conversation", sabotage{chat: at(8, replace(`"conv_id":"`, `"conv_id":"x`))}, faultMismatched},
		{"not JSON", sabotage{chat: at(8, replace(`"type"`, `type`))}, faultMalformed},
		{"seq of sent wrong", sabotage{sent: sentAt(8, replace(`"seq":8`, `"seq":9`))}, faultAnswerOrder},
		{"id of sent wrong", sabotage{sent: sentAt(8, replace(`"id":"123`, `"id":"124`))}, faultMismatched},
		{"answered twice", sabotage{sent: sentAt(8, twice)}, faultAnswerTwice},
		{"error answer", sabotage{sent: sentAt(8, replace(`"type":"sent"`, `"type":"error","code":503,"reason":"busy"`))}, faultErrorAnswer},
		{"too fast", sabotage{sent: sentAt(8, replace(`"type":"sent"`, `"type":"error","code":429,"reason":"rate_limited"`))}, faultRateLimited},
		{"disconnected", sabotage{drop: func(seq uint64) bool { return seq == 8 }}, faultDisconnected},
	}
	for _, scenario := range []string{"single-closed", "group-closed"} {
		for _, tt := range tests {
			t.Run(scenario+"/"+tt.name, func(t *testing.T) {
				doc, err := runAgainst(t, tt.wrong, small(scenario))
				if err == nil || !strings.Contains(err.Error(), "wrong traffic") {
					t.Fatalf("not an error for wrong traffic: %v", err)
				}
				kinds := doc.Results[0].Faults
				if !slices.ContainsFunc(kinds, func(f Fault) bool { return f.Kind == tt.want.String() && f.Count > 0 && len(f.Examples) > 0 }) {
					t.Errorf("no %s in %+v", tt.want, kinds)
				}
				if doc.Results[0].OK {
					t.Error("found wrong, but ok")
				}
			})
		}
	}
}

func TestBadPagesAreFound(t *testing.T) {
	wrong := sabotage{page: func(body []byte) []byte { return bytes.Replace(body, []byte(`"seq":`), []byte(`"seq":1`), 1) }}
	for _, scenario := range []string{"history-ws", "history-http"} {
		doc, err := runAgainst(t, wrong, small(scenario))
		if err == nil || len(doc.Results) == 0 || doc.Results[0].Faults[0].Kind != faultBadPage.String() {
			t.Errorf("%s: %v, %+v", scenario, err, doc.Results)
		}
	}
}

// Ctrl-C ends the measuring; what was measured is shown.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := startFake(sabotage{sent: func(seq uint64, p []byte) [][]byte {
		if seq == 500 {
			cancel()
		}
		return [][]byte{p}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	o := small("single")
	o.Duration, o.Pairs = time.Hour, 1
	o.URL = "ws://" + s.ws.Addr().String()
	doc, err := runJSON(t, ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Results) != 1 || !doc.Results[0].Stopped {
		t.Errorf("%+v", doc.Results)
	}
}

// What a limited server can be told is said wherever the limit shows.
func TestRateLimitedServer(t *testing.T) {
	limited := []byte(`"type":"error","code":429,"reason":"rate_limited"`)
	always := func(_ uint64, p []byte) [][]byte {
		return [][]byte{bytes.Replace(p, []byte(`"type":"sent"`), limited, 1)}
	}
	for name, tt := range map[string]struct {
		wrong    sabotage
		scenario string
	}{
		"probe":   {sabotage{sent: always}, "single-closed"},
		"group":   {sabotage{http: 429}, "group-closed"},
		"upgrade": {sabotage{upgrade: 429}, "ping"},
		"pages":   {sabotage{http: 429}, "history-http"},
	} {
		_, err := runAgainst(t, tt.wrong, small(tt.scenario))
		if err == nil || !strings.Contains(err.Error(), limitAdvice()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := runAgainst(t, sabotage{http: 503}, small("group-closed"))
	if err == nil || strings.Contains(err.Error(), limitAdvice()) {
		t.Errorf("not limited: %v", err)
	}
}

// A server that the bench starts is one without limits.
func TestStartedServersHaveNoLimits(t *testing.T) {
	for i := range catalogue {
		sc := &catalogue[i]
		o, _ := sc.options(&Options{})
		for _, setting := range unlimited {
			if !slices.Contains(sc.settings(o), setting) {
				t.Errorf("%s starts a server without %s", sc.name, setting)
			}
		}
	}
}

func TestServerThatDoesNotStart(t *testing.T) {
	o := small("ping")
	o.Executable = "/bin/false"
	_, err := runJSON(t, t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "did not get ready") {
		t.Errorf("%v", err)
	}
}

func TestNobodyListens(t *testing.T) {
	addr, err := freeAddr()
	if err != nil {
		t.Fatal(err)
	}
	o := small("ping")
	o.URL = "ws://" + addr
	if _, err := runJSON(t, t.Context(), o); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("%v", err)
	}
}
