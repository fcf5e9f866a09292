package monitoring_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shipped are the files that the tests are about.
const shipped = "../../docs/deploy"

// program finds a program of Debian's package prometheus.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("NO %s: what is shipped for monitoring is not tested. Install prometheus (apt-get install prometheus) to test it.", strings.ToUpper(name))
	}
	return path
}

// promtool runs it and returns what it has to say; whatever that is, is a fault.
func promtool(t *testing.T, input string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program(t, "promtool"), args...)
	cmd.Stdin = strings.NewReader(input)
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return string(text)
}

// TestRules: the alerts and the configuration are right, and each alert fires when
// it should and not else.
func TestRules(t *testing.T) {
	promtool(t, "", "check", "rules", filepath.Join(shipped, "prometheus/alerts.yml"))
	promtool(t, "", "check", "config", filepath.Join(shipped, "prometheus/prometheus.yml"))
	promtool(t, "", "test", "rules", filepath.Join(shipped, "prometheus/alerts_test.yml"))
}

// TestScrape: names, kinds, units and descriptions of what a busy server shows are
// as they should be.
func TestScrape(t *testing.T) {
	program(t, "promtool")
	s := newServer(t)
	s.busy()
	until(t, "all parts of the load have been at work", func() bool {
		text := s.scrape()
		return !strings.Contains(text, "chat_messages_redelivered_total 0") && !strings.Contains(text, "gannet_webhook_request_seconds_count 0\n")
	})
	if said := promtool(t, s.scrape(), "check", "metrics"); said != "" {
		t.Errorf("promtool check metrics:\n%s", said)
	}
}
