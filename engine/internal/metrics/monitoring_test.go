package metrics

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const docs = "../../../docs"

// figureName finds the names of figures in a text. What ends in _ is a stem, as
// in gannet_storage_level_*.
var figureName = regexp.MustCompile(`\b(?:chat|gannet|go|process)_[a-z0-9_]*[a-z0-9]\b`)

// known says which names a scrape has: each histogram has three.
func known() map[string]bool {
	names := make(map[string]bool)
	for _, d := range definitions() {
		if d.kind != "histogram" {
			names[d.name] = true
			continue
		}
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			names[d.name+suffix] = true
		}
	}
	return names
}

// familyOf is the name of the table that a name of a scrape belongs to.
func familyOf(name string) string {
	for _, d := range definitions() {
		if d.kind == "histogram" && strings.HasPrefix(name, d.name+"_") {
			return d.name
		}
	}
	return name
}

// dashboards are the queries of each dashboard, by its file's name.
func dashboards(t *testing.T) map[string][]string {
	t.Helper()
	queries := make(map[string][]string)
	paths, _ := filepath.Glob(docs + "/deploy/grafana/*.json")
	if len(paths) < 3 {
		t.Fatalf("dashboards: %v", paths)
	}
	for _, path := range paths {
		var tree any
		if err := json.Unmarshal(read(t, path), &tree); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		gather(tree, func(key, value string) {
			if key == "expr" || key == "query" || key == "definition" {
				queries[filepath.Base(path)] = append(queries[filepath.Base(path)], value)
			}
		})
	}
	return queries
}

// gather calls fn with every text of a tree of JSON.
func gather(tree any, fn func(key, value string)) {
	switch v := tree.(type) {
	case map[string]any:
		for key, item := range v {
			if text, ok := item.(string); ok {
				fn(key, text)
			}
			gather(item, fn)
		}
	case []any:
		for _, item := range v {
			gather(item, fn)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

type rule struct {
	Alert, Record, Expr string
	Labels, Annotations map[string]string
}

// alerts are the shipped rules.
func alerts(t *testing.T) (rules []rule) {
	t.Helper()
	var file struct{ Groups []struct{ Rules []rule } }
	if err := yaml.Unmarshal(read(t, docs+"/deploy/prometheus/alerts.yml"), &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		rules = append(rules, g.Rules...)
	}
	if len(rules) < 20 {
		t.Fatalf("%d rules", len(rules))
	}
	return rules
}

// Whatever dashboards and rules ask for is in a scrape.
func TestQueriesNameFigures(t *testing.T) {
	names := known()
	check := func(where, query string) {
		for _, name := range figureName.FindAllString(query, -1) {
			if !names[name] {
				t.Errorf("%s: there is no %s", where, name)
			}
		}
	}
	for board, queries := range dashboards(t) {
		for _, q := range queries {
			check(board, q)
		}
	}
	for _, r := range alerts(t) {
		check(r.Alert, r.Expr)
	}
}

// Every figure is on a dashboard, but for those that are there for other uses.
func TestFiguresAreOnDashboards(t *testing.T) {
	elsewhere := []string{"go_info", "go_gc_gomemlimit_bytes", "go_mutex_wait_seconds_total", "go_gc_cycles_total", "go_memstats_mallocs_total", "process_virtual_memory_bytes"}
	shown := make(map[string]bool)
	for _, queries := range dashboards(t) {
		for _, q := range queries {
			for _, name := range figureName.FindAllString(q, -1) {
				shown[familyOf(name)] = true
			}
		}
	}
	for _, d := range definitions() {
		if shown[d.name] == slices.Contains(elsewhere, d.name) {
			t.Errorf("%s: on a dashboard: %t; among the exceptions: %t", d.name, shown[d.name], !shown[d.name])
		}
	}
}

// What the documentation calls by a figure's name is one.
func TestDocumentsNameFigures(t *testing.T) {
	names := known()
	for _, d := range definitions() {
		names[d.name] = true
	}
	code := regexp.MustCompile("`[^`\n]+`")
	_ = filepath.WalkDir(docs, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".md") {
			return err
		}
		for _, span := range code.FindAllString(string(read(t, path)), -1) {
			for _, at := range figureName.FindAllStringIndex(span, -1) {
				name, rest := span[at[0]:at[1]], span[at[1]:]
				if rest[0] != '*' && rest[0] != '_' && !strings.HasPrefix(rest, ".go") && !names[name] {
					t.Errorf("%s: there is no %s", path, name)
				}
			}
		}
		return nil
	})
}

// Every alert says what it is about and what to do, and has a test which says
// when it fires and when it doesn't.
func TestAlertsAreTested(t *testing.T) {
	var file struct {
		Tests []struct {
			Name  string
			Exprs []struct {
				Expr    string
				Samples []struct{ Value float64 } `yaml:"exp_samples"`
			} `yaml:"promql_expr_test"`
		}
	}
	if err := yaml.Unmarshal(read(t, docs+"/deploy/prometheus/alerts_test.yml"), &file); err != nil {
		t.Fatal(err)
	}
	outcomes := make(map[string][]float64)
	for _, test := range file.Tests {
		for _, e := range test.Exprs {
			if !strings.Contains(e.Expr, `alertname="`+test.Name+`"`) || len(e.Samples) != 1 {
				t.Errorf("%s tests another alert, or nothing: %s", test.Name, e.Expr)
				continue
			}
			outcomes[test.Name] = append(outcomes[test.Name], e.Samples[0].Value)
		}
	}
	for _, r := range alerts(t) {
		if !slices.Contains(outcomes[r.Alert], 0) || !slices.Contains(outcomes[r.Alert], 1) {
			t.Errorf("%s: its tests end with %v firing", r.Alert, outcomes[r.Alert])
		}
		for _, word := range []string{"summary", "description", "action"} {
			if r.Annotations[word] == "" {
				t.Errorf("%s has no %s", r.Alert, word)
			}
		}
		if s := r.Labels["severity"]; s != "page" && s != "ticket" {
			t.Errorf("%s has the severity %q", r.Alert, s)
		}
	}
}
