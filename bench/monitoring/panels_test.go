package monitoring_test

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// dashboard is what the tests read of a file for Grafana.
type dashboard struct {
	UID, Title  string
	Annotations struct{ List []struct{ Name, Expr string } }
	Templating  struct {
		List []struct{ Name, Type, Definition string }
	}
	Panels []panel
}

type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct {
		RefID, Expr, LegendFormat string
		Datasource                struct{ Type, UID string }
	}
}

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(shipped, "grafana/*.json"))
	boards := make(map[string]dashboard)
	for _, path := range paths {
		var d dashboard
		if err := json.Unmarshal([]byte(read(t, "grafana/"+filepath.Base(path))), &d); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		boards[filepath.Base(path)] = d
	}
	if len(boards) < 3 {
		t.Fatalf("dashboards: %v", paths)
	}
	return boards
}

// fill puts values in place of a query's variables, as Grafana does.
func fill(query string) string {
	return strings.NewReplacer("$__rate_interval", "10s", "$__interval", "10s", "$job", ".*", "$instance", ".*").Replace(query)
}

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

// TestPanels: every query of every dashboard has data while a server is busy.
func TestPanels(t *testing.T) {
	program(t, "prometheus")
	s := newServer(t)
	s.busy()
	p := newPrometheus(t, s.admin())
	until(t, "something was sent again, somebody cut off, a webhook told and a visitor served", func() bool {
		return p.over(`chat_messages_redelivered_total > 0 and on () chat_slow_consumers_total > 0 and on () gannet_webhook_request_seconds_count > 0 `+
			`and on () gannet_desk_sessions_closed_total{reason="agent"} > 1 and on () gannet_http_requests_total{status="404"} > 0 and on () count_over_time(up[8s]) > 6`, 1).numbers() > 0
	})
	for name, d := range dashboards(t) {
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				if n := p.over(fill(target.Expr), 5).numbers(); n == 0 {
					t.Errorf("%s, %s, %s: no data for %s", name, panel.Title, target.RefID, target.Expr)
				}
			}
		}
		for _, a := range d.Annotations.List {
			p.over(fill(a.Expr), 5) // that it can be asked
		}
		for _, v := range d.Templating.List {
			if v.Type == "query" {
				p.checkVariable(v.Definition)
			}
		}
	}
	p.checkRules()
}

// checkVariable asks for the values of a dashboard's variable.
func (p *prometheus) checkVariable(definition string) {
	p.t.Helper()
	parts := labelValues.FindStringSubmatch(definition)
	if parts == nil {
		p.t.Fatalf("not understood: %s", definition)
	}
	if values := ask[[]string](p, "label/"+parts[2]+"/values", url.Values{"match[]": {fill(parts[1])}}); len(values) == 0 {
		p.t.Errorf("%s has no values", definition)
	}
}

// checkRules: every rule could be evaluated.
func (p *prometheus) checkRules() {
	p.t.Helper()
	groups := ask[struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}](p, "rules", nil)
	n := 0
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			if n++; r.Health != "ok" {
				p.t.Errorf("%s: %s %s", r.Name, r.Health, r.LastError)
			}
		}
	}
	if n < 20 {
		p.t.Errorf("%d rules", n)
	}
}

// TestDashboards: the files can be imported into any Grafana, and look as they
// should.
func TestDashboards(t *testing.T) {
	seen := make(map[string]string)
	for name, d := range dashboards(t) {
		if d.UID == "" || d.Title == "" || seen[d.UID] != "" {
			t.Errorf("%s: uid %q, title %q", name, d.UID, d.Title)
		}
		seen[d.UID] = name
		if len(d.Templating.List) == 0 || d.Templating.List[0].Name != "datasource" {
			t.Errorf("%s: the first variable isn't the data source", name)
		}
		d.checkPanels(t, name)
	}
}

func (d *dashboard) checkPanels(t *testing.T, name string) {
	t.Helper()
	ids := make(map[int]bool)
	taken := make(map[[2]int]string)
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("%s: panel %d %q", name, p.ID, p.Title)
		}
		ids[p.ID] = true
		if p.Type != "row" && (p.Description == "" || len(p.Targets) == 0) {
			t.Errorf("%s, %s: no description, or no queries", name, p.Title)
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Errorf("%s: %s lies over %s, or outside", name, p.Title, other)
					return
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		for _, target := range p.Targets {
			if target.Datasource.UID != "${datasource}" || !strings.Contains(target.Expr, `{job=~"$job",instance=~"$instance"`) {
				t.Errorf("%s, %s: not of the chosen data source, job and instance: %s", name, p.Title, target.Expr)
			}
		}
	}
}
