package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// section is a heading of a README and what stands below it, up to the next one.
type section struct {
	level   int
	title   string
	code    []string  // blocks, fenced or indented, byte for byte
	spans   []string  // `code` in the text, sorted
	numbers []float64 // in the text, sorted
	goals   []string  // of its links within the repository, in their order
}

const (
	english = "README.md"
	chinese = "docs/README.zh-CN.md"
)

// TestReadmeInChinese: docs/README.zh-CN.md says what README.md says, as far as a
// program can tell: the same headings in the same order, and in each section the
// same code, numbers and links.
func TestReadmeInChinese(t *testing.T) {
	want, got := sections(t, english), sections(t, chinese)
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			t.Errorf("%s lacks the section %q and what is below it", chinese, want[i].title)
			return
		case i >= len(want):
			t.Errorf("%s has a section %q that %s doesn't have", chinese, got[i].title, english)
			return
		}
		for _, fault := range want[i].differences(&got[i]) {
			t.Errorf("section %d, %q and %q: %s", i+1, want[i].title, got[i].title, fault)
		}
	}
}

func (s *section) differences(other *section) (faults []string) {
	add := func(what string, want, got any) {
		if err := same(want, got); err != nil {
			faults = append(faults, what+" "+err.Error())
		}
	}
	add("the level", s.level, other.level)
	if len(s.code) != len(other.code) {
		add("the number of blocks of code", len(s.code), len(other.code))
	} else {
		for i := range s.code {
			add(fmt.Sprintf("block of code %d", i+1), s.code[i], other.code[i])
		}
	}
	add("code in the text, besides what both have,", without(s.spans, other.spans), without(other.spans, s.spans))
	add("numbers, besides those that both have,", without(s.numbers, other.numbers), without(other.numbers, s.numbers))
	add("links", s.goals, other.goals)
	return faults
}

// without takes from a what b has, as often as it has it.
func without[T cmp.Ordered](a, b []T) []T {
	rest := slices.Clone(a)
	for _, v := range b {
		if i := slices.Index(rest, v); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
	}
	return rest
}

func sections(t *testing.T, name string) (list []section) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	return readSections(name, string(text))
}

var headingLine = regexp.MustCompile(`^(#{1,6}) +(.*)$`)

func readSections(name, text string) (list []section) {
	fenced, block, prose := false, "", ""
	end := func() {
		if block != "" {
			list[len(list)-1].code = append(list[len(list)-1].code, block)
		}
		block = ""
	}
	for line := range strings.Lines(text) {
		fence := strings.HasPrefix(line, "```")
		m := headingLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		switch {
		case fence && !fenced, fenced && !fence, strings.HasPrefix(line, "    "):
			block += line
		case fence:
			block += line
			end()
		case m != nil:
			if len(list) > 0 {
				list[len(list)-1].read(name, prose)
			}
			end()
			prose = ""
			list = append(list, section{level: len(m[1]), title: m[2]})
		default:
			end()
			prose += line
		}
		if fence {
			fenced = !fenced
		}
	}
	if len(list) > 0 {
		end()
		list[len(list)-1].read(name, prose)
	}
	return list
}

var (
	figure  = regexp.MustCompile(`(\d[\d,]*(?:\.\d+)?)( million| 万)?`)
	anyLink = regexp.MustCompile(`\[[^\]]*\]\([^)]*\)|<http[^>]*>`)
)

// read takes in the text of a section of the page of this name.
func (s *section) read(name, text string) {
	for _, m := range linkTarget.FindAllStringSubmatch(codeSpan.ReplaceAllString(text, "code"), -1) {
		if abroad.MatchString(m[1]) {
			s.goals = append(s.goals, m[1])
			continue
		}
		file, anchor := goal(name, m[1])
		if file != english && file != chinese { // each may name the other
			s.goals = append(s.goals, file+"#"+anchor)
		}
	}
	s.spans = codeSpan.FindAllString(text, -1)
	slices.Sort(s.spans)
	for _, m := range figure.FindAllStringSubmatch(anyLink.ReplaceAllString(codeSpan.ReplaceAllString(text, ""), ""), -1) {
		n, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
		if err != nil {
			continue // a comma too many: no number
		}
		factor := map[string]float64{"": 1, " million": 1e6, " 万": 1e4}[m[2]]
		s.numbers = append(s.numbers, n*factor)
	}
	slices.Sort(s.numbers)
}

// TestReadSections: the test above sees what it is to see.
func TestReadSections(t *testing.T) {
	const text = "# A\n\n    make\n\nOn 2 of 15 million, `x`: [b](docs/b.md#c).\n\n```\ncode\n```\n## B\n\n1,000\n"
	a := readSections(english, text)
	if err := same([]string{"    make\n", "```\ncode\n```\n"}, a[0].code); err != nil || len(a) != 2 {
		t.Errorf("%+v: %v", a, err)
	}
	b := readSections(chinese, strings.NewReplacer("15 million", "1500 万", "docs/b.md", "b.md").Replace(text))
	for i := range a {
		if faults := a[i].differences(&b[i]); len(faults) > 0 {
			t.Error(faults)
		}
	}
	for old, other := range map[string]string{"make": "gmake", "2 of": "3 of", "`x`": "`y`", "b.md": "d.md", "code": "more", "## B": "### B", "1,000": "100"} {
		c := readSections(english, strings.Replace(text, old, other, 1))
		if len(a[0].differences(&c[0]))+len(a[1].differences(&c[1])) != 1 {
			t.Errorf("%q for %q isn't seen, or twice", other, old)
		}
	}
}
