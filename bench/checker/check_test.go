package checker

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBadHistories: each file is named by the kind that must be flagged, with a
// word behind it where there are several. Nothing else may be.
func TestBadHistories(t *testing.T) {
	flagged := make(map[string]bool)
	for _, name := range histories(t, "bad") {
		base := strings.TrimSuffix(filepath.Base(name), ".jsonl")
		i := slices.IndexFunc(Kinds, func(k string) bool { return base == k || strings.HasPrefix(base, k+"-") })
		if i < 0 {
			t.Errorf("%s names no kind", base)
			continue
		}
		flagged[Kinds[i]] = true
		t.Run(base, func(t *testing.T) {
			r := Check(load(t, name))
			if len(r.Counts) != 1 || r.Counts[Kinds[i]] == 0 {
				t.Errorf("want only %s, got %s", Kinds[i], written(t, r))
			}
		})
	}
	for _, k := range Kinds {
		if !flagged[k] {
			t.Errorf("no bad history is %s", k)
		}
	}
}

func TestGoodHistories(t *testing.T) {
	for _, name := range histories(t, "good") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if r := Check(load(t, name)); !r.OK() || r.Messages == 0 {
				t.Error(written(t, r))
			}
		})
	}
}

func histories(t *testing.T, kind string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", kind, "*.jsonl"))
	if err != nil || len(names) < 3 {
		t.Fatalf("%d histories: %v", len(names), err)
	}
	return names
}

func load(t *testing.T, name string) []Event {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	events, err := ReadHistory(f)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func written(t *testing.T, r Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
