package monitoring_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long something may take to come true.
const patience = 60 * time.Second

// until waits for a condition.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for end := time.Now().Add(patience); !condition(); <-ticker.C {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// prometheus is a real one that scrapes a server once a second.
type prometheus struct {
	t   *testing.T
	url string
	log bytes.Buffer
}

// newPrometheus runs it with the shipped configuration, in which the addresses and
// the intervals are others.
func newPrometheus(t *testing.T, target string) *prometheus {
	t.Helper()
	path := program(t, "prometheus")
	dir := t.TempDir()
	config := read(t, "prometheus/prometheus.yml")
	for from, to := range map[string]string{"127.0.0.1:9500": target, "interval: 15s": "interval: 1s", "127.0.0.1:9093": "127.0.0.1:1"} {
		if !strings.Contains(config, from) {
			t.Fatalf("the configuration has no %s", from)
		}
		config = strings.ReplaceAll(config, from, to)
	}
	write(t, filepath.Join(dir, "prometheus.yml"), config)
	write(t, filepath.Join(dir, "alerts.yml"), read(t, "prometheus/alerts.yml"))
	addr := freeAddress(t)
	p := &prometheus{t: t, url: "http://" + addr}
	cmd := exec.Command(path, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr)
	cmd.Stdout, cmd.Stderr = &p.log, &p.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("prometheus:\n%s", p.log.String())
		}
	})
	until(t, "Prometheus is ready", func() bool {
		resp, err := http.Get(p.url + "/-/ready")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return p
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// read is a shipped file.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(shipped, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask is the data of an answer of Prometheus' API.
func ask[T any](p *prometheus, path string, params url.Values) (data T) {
	p.t.Helper()
	resp, err := http.Get(p.url + "/api/v1/" + path + "?" + params.Encode())
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Status, Error string
		Data          T
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Status != "success" {
		p.t.Errorf("%s %v: %s %v", path, params, answer.Error, err)
	}
	return answer.Data
}

// matrix is the answer to a query over a time.
type matrix struct {
	Result []struct {
		Metric map[string]string
		Values [][2]any // a time, and a number as text
	}
}

// numbers counts the values of an answer that are numbers.
func (m matrix) numbers() (n int) {
	for _, series := range m.Result {
		for _, v := range series.Values {
			if v[1] != "NaN" {
				n++
			}
		}
	}
	return n
}

// over asks for the last seconds of a query.
func (p *prometheus) over(query string, seconds int) matrix {
	p.t.Helper()
	now := time.Now()
	return ask[matrix](p, "query_range", url.Values{
		"query": {query}, "step": {"1"},
		"start": {fmt.Sprint(now.Add(-time.Duration(seconds) * time.Second).Unix())}, "end": {fmt.Sprint(now.Unix())},
	})
}
