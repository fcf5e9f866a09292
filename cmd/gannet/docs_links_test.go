package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// page is a Markdown file of the repository, by what other pages can say of it.
type page struct {
	links   []string        // to files and anchors of the repository, as they stand there
	anchors map[string]bool // of its headings
}

// repository is where the pages are, from this package.
const repository = "../.."

// pages returns all Markdown files of the repository by their paths.
func pages(t *testing.T) map[string]page {
	t.Helper()
	all := make(map[string]page)
	err := fs.WalkDir(os.DirFS(repository), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || d.Name() == "data" || d.Name() == "node_modules"):
			return fs.SkipDir
		case path.Ext(name) != ".md":
			return nil
		}
		text, err := os.ReadFile(filepath.Join(repository, name))
		all[name] = readPage(string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var (
	codeSpan   = regexp.MustCompile("`[^`]*`")
	linkTarget = regexp.MustCompile(`\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)`)
	heading    = regexp.MustCompile(`^#{1,6} +(.*?) *#*$`)
	linkText   = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	abroad     = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
)

func readPage(text string) page {
	p := page{anchors: make(map[string]bool)}
	fenced := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(strings.TrimLeft(line, " "), "```") {
			fenced = !fenced
			continue
		}
		if fenced || strings.HasPrefix(line, "    ") {
			continue
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			p.addAnchor(m[1])
		}
		for _, m := range linkTarget.FindAllStringSubmatch(codeSpan.ReplaceAllString(line, "code"), -1) {
			if !abroad.MatchString(m[1]) {
				p.links = append(p.links, m[1])
			}
		}
	}
	return p
}

// addAnchor names a heading as code hosts do: in small letters, without
// punctuation, with hyphens for blanks; one that comes again is numbered.
func (p *page) addAnchor(text string) {
	text = linkText.ReplaceAllString(text, "$1")
	slug := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, text)
	name := slug
	for n := 1; p.anchors[name]; n++ {
		name = slug + "-" + string(rune('0'+n))
	}
	p.anchors[name] = true
}

// goal returns the file that a link leads to, and the anchor in it.
func goal(from, link string) (file, anchor string) {
	file, anchor, _ = strings.Cut(link, "#")
	if file == "" {
		return from, anchor
	}
	return path.Join(path.Dir(from), file), anchor
}

// TestLinks: every link from a page of the repository to a file or a heading of it
// leads somewhere.
func TestLinks(t *testing.T) {
	all := pages(t)
	links := 0
	for name, p := range all {
		for _, link := range p.links {
			links++
			file, anchor := goal(name, link)
			if _, err := os.Stat(filepath.Join(repository, file)); err != nil {
				t.Errorf("%s: %s leads nowhere", name, link)
				continue
			}
			if to, isPage := all[file]; isPage && anchor != "" && !to.anchors[anchor] {
				t.Errorf("%s: %s: %s has no heading of that name", name, link, file)
			}
		}
	}
	if len(all) < 20 || links < 200 {
		t.Errorf("%d links on %d pages were tried: what else is there?", links, len(all))
	}
}

// TestIndex: from docs/index.md one comes to every file under docs. A link to a
// directory leads to the files in it, as code hosts list them.
func TestIndex(t *testing.T) {
	all := pages(t)
	const index = "docs/index.md"
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, link := range all[name].links {
			file, _ := goal(name, link)
			visit(file)
		}
		entries, err := os.ReadDir(filepath.Join(repository, name))
		if err != nil {
			return // a file
		}
		for _, e := range entries {
			if !e.IsDir() {
				visit(path.Join(name, e.Name()))
			}
		}
	}
	visit(index)
	var missing []string
	err := fs.WalkDir(os.DirFS(repository), "docs", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !seen[name] {
			missing = append(missing, name)
		}
		return err
	})
	if err != nil || len(missing) > 0 {
		t.Errorf("nothing leads from %s to %q (%v)", index, missing, err)
	}
	for name := range all {
		direct := slices.ContainsFunc(all[index].links, func(link string) bool { file, _ := goal(index, link); return file == name })
		if strings.HasPrefix(name, "docs/") && path.Dir(name) == "docs" && name != index && !direct {
			t.Errorf("%s doesn't list %s", index, name)
		}
	}
}

// TestReadPage: the tests above see what they are to see.
func TestReadPage(t *testing.T) {
	p := readPage("# A `title`, and more!\n## Same\n## Same\n### 中文 标题\n[a](b.md#c) and [d](https://e) ![p](q.png)\n```\n[no](link)\n```\n`[no](code)` [x](y_(z).md)\n")
	if err := same([]string{"b.md#c", "q.png", "y_(z).md"}, p.links); err != nil {
		t.Error(err)
	}
	for _, anchor := range []string{"a-title-and-more", "same", "same-1", "中文-标题"} {
		if !p.anchors[anchor] {
			t.Errorf("%s isn't among %v", anchor, p.anchors)
		}
	}
}
