package engine

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the order of the packages: each with those of ours that it may
// import. A package that isn't listed may not exist; a new one gets its line
// here first. Tests may import what they like.
var mayImport = map[string][]string{
	"codec":                        {},
	"codec/wire":                   {},
	"codec/client":                 {"codec", "codec/wire"},
	"codec/js":                     {},
	"storage":                      {},
	"engine/auth":                  {},
	"engine/internal/delivery":     {},
	"engine/internal/failpoint":    {},
	"engine/internal/metrics":      {deliveryPkg, "engine/internal/metrics/hush"},
	"engine/internal/metrics/hush": {},
	"engine/internal/web":          {deliveryPkg, "codec/js"},
	"engine/internal/signature":    {},
	"engine/internal/webhook":      {deliveryPkg, failpointPkg, "codec/wire", "storage", "engine/internal/chat", "engine/internal/metrics", "engine/internal/sequencer", "engine/internal/signature"},
	"engine/internal/hook":         {"codec/wire", "engine/internal/metrics", "engine/internal/signature"},
	"engine/internal/tlsport":      {"codec"},
	"engine/internal/reactor":      {deliveryPkg, failpointPkg, "codec", "engine/internal/metrics"},
	"engine/internal/sequencer":    {deliveryPkg, failpointPkg, "storage", "engine/internal/metrics"},
	"engine/internal/chat":         {deliveryPkg, failpointPkg, "codec", "codec/wire", "storage", "engine/internal/sequencer"},
	"engine/internal/desk":         {deliveryPkg, failpointPkg, "codec/wire", "storage", "engine/internal/chat", "engine/internal/metrics", "engine/internal/sequencer"},
	"engine/internal/operator":     {"storage", "engine/internal/sequencer"},
	"engine/internal/sse":          {deliveryPkg, "codec", "codec/wire", "engine/internal/chat"},
	"engine/internal/door": {
		deliveryPkg, "codec", "codec/wire", "engine/auth", "engine/internal/chat", "engine/internal/httpapi",
		"engine/internal/reactor", "engine/internal/sse",
	},
	"engine/internal/httpapi": {
		deliveryPkg, "codec/wire", "engine/auth", "engine/internal/chat", "engine/internal/desk", "engine/internal/metrics", "engine/internal/operator", "engine/internal/web", "engine/internal/webhook", "codec",
	},
	"engine": {
		deliveryPkg, failpointPkg, "codec", "codec/wire", "storage", "engine/auth", "engine/internal/chat", "engine/internal/desk", "engine/internal/door", "engine/internal/httpapi",
		"engine/internal/hook", "engine/internal/metrics", "engine/internal/operator", "engine/internal/reactor", "engine/internal/sequencer", "engine/internal/sse", "engine/internal/tlsport", "engine/internal/web", "engine/internal/webhook",
	},
	"bench":               {"codec", "codec/wire", "codec/client", "engine/auth"},
	"bench/checker":       {},
	"bench/chaos":         {"bench/checker"},
	"bench/overload":      {"codec", "codec/wire", "codec/client", "engine/auth"},
	"bench/desk":          {"codec", "codec/wire", "codec/client", "engine/auth", "bench"},
	"bench/mutants":       {},
	"cmd/gannet/doctor":   {},
	"cmd/gannet/terminal": {"codec", "codec/client", "codec/wire"},
	"cmd/gannet": {
		"engine", "engine/auth", "storage", "bench", "bench/checker", "bench/chaos", "bench/desk", "bench/overload", "cmd/gannet/doctor", "cmd/gannet/terminal",
	},
}

const (
	deliveryPkg  = "engine/internal/delivery"
	failpointPkg = "engine/internal/failpoint"
)

// onlyIn says which of our packages may import a library. What isn't listed is
// free.
var onlyIn = map[string][]string{
	"github.com/cockroachdb/pebble":      {"storage"},
	"github.com/panjf2000/gnet":          {"engine/internal/reactor", "bench"},
	"github.com/golang-jwt/jwt":          {"engine/auth"},
	"github.com/VictoriaMetrics/metrics": {"engine/internal/metrics"},
	"github.com/spf13/cobra":             {"cmd/gannet"},
	"github.com/knadh/koanf":             {"cmd/gannet"},
}

func TestImports(t *testing.T) {
	for pkg, imports := range importsUnder(t, "..") {
		allowed, listed := mayImport[pkg]
		if !listed {
			t.Errorf("package %s is not in the table of this test", pkg)
			continue
		}
		for _, name := range imports {
			if ours, ok := strings.CutPrefix(name, "gannet/"); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s must not import %s", pkg, ours)
			}
			for library, owners := range onlyIn {
				if (name == library || strings.HasPrefix(name, library+"/")) && !slices.Contains(owners, pkg) {
					t.Errorf("%s must not import %s, only %s may", pkg, name, strings.Join(owners, " and "))
				}
			}
		}
	}
}

func TestImportTableHasNoCycle(t *testing.T) {
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(pkg string)
	visit = func(pkg string) {
		if _, listed := mayImport[pkg]; !listed {
			t.Errorf("%s is allowed as an import, but has no line of its own", pkg)
		}
		switch state[pkg] {
		case done:
			return
		case open:
			t.Errorf("%s is part of a cycle", pkg)
			return
		}
		state[pkg] = open
		for _, next := range mayImport[pkg] {
			visit(next)
		}
		state[pkg] = done
	}
	for pkg := range mayImport {
		visit(pkg)
	}
}

// importsUnder returns what each package of the module imports, tests aside.
func importsUnder(t *testing.T, root string) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(root, name, d.Name())
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(rel))
		imports[pkg] = append(imports[pkg], importsOf(t, name)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return imports
}

func skipDir(root, name, base string) error {
	if name == root {
		return nil
	}
	if strings.HasPrefix(base, ".") || base == "testdata" || base == "data" || base == "bin" {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir // another module
	}
	return nil
}

func importsOf(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, imported)
	}
	return names
}
