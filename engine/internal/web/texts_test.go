package web

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// words are the keys of a folder's texts, in English and in Chinese, from the file
// in which they stand.
type words struct{ english, chinese map[string]bool }

func wordsOf(t *testing.T, folder string) words {
	t.Helper()
	for _, name := range []string{"texts.js", "words.js"} {
		text, err := folders.ReadFile(folder + "/" + name)
		if err != nil {
			continue
		}
		english, chinese, ok := strings.Cut(string(text), "const chinese")
		if !ok {
			t.Errorf("%s/%s has no Chinese", folder, name)
		}
		return words{keys(english), keys(chinese)}
	}
	return words{}
}

var (
	literal = regexp.MustCompile("`[^`]*`" + `|"(?:[^"\\]|\\.)*"|//[^\n]*`)
	key     = regexp.MustCompile(`(\w+):`)
)

func keys(text string) map[string]bool {
	found := make(map[string]bool)
	for _, m := range key.FindAllStringSubmatch(literal.ReplaceAllString(text, " "), -1) {
		found[m[1]] = true
	}
	return found
}

func (w words) with(other words) words {
	all := words{make(map[string]bool), make(map[string]bool)}
	for _, from := range []words{w, other} {
		maps.Copy(all.english, from.english)
		maps.Copy(all.chinese, from.chinese)
	}
	return all
}

// begins reports whether there is a key with this beginning in both languages.
func (w words) begins(prefix string) bool {
	in := func(keys map[string]bool) bool {
		return slices.ContainsFunc(slices.Collect(maps.Keys(keys)), func(k string) bool { return strings.HasPrefix(k, prefix) })
	}
	return in(w.english) && in(w.chinese)
}

var (
	asked    = regexp.MustCompile("\\bt\\(((?:[^(),`\"]|\"[^\"]*\")*)(?:`([^`$]*)\\$)?")
	compared = regexp.MustCompile(`[=!]==? "[^"]*"`)
	quoted   = regexp.MustCompile(`"(\w+)"`)
)

// uses are the texts that a script asks for: by whole keys, and by beginnings to
// which it adds something.
func uses(script string) (whole, beginnings []string) {
	for _, m := range asked.FindAllStringSubmatch(script, -1) {
		for _, q := range quoted.FindAllStringSubmatch(compared.ReplaceAllString(m[1], ""), -1) {
			whole = append(whole, q[1])
		}
		if m[2] != "" {
			beginnings = append(beginnings, m[2])
		}
	}
	return whole, beginnings
}

func scripts(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := fs.WalkDir(folders, folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) != ".js" {
			return err
		}
		text, err := folders.ReadFile(name)
		found[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Every text that a page asks for is there, in both languages.
func TestTexts(t *testing.T) {
	shared := wordsOf(t, "shared")
	for _, folder := range []string{"shared", "page", "desk", "widget", "admin"} {
		known := shared.with(wordsOf(t, folder))
		checked := 0
		for name, script := range scripts(t, folder) {
			whole, beginnings := uses(script)
			for _, k := range whole {
				if !known.english[k] || !known.chinese[k] {
					t.Errorf("%s: no text %s in both languages", name, k)
				}
			}
			for _, b := range beginnings {
				if !known.begins(b) {
					t.Errorf("%s: no texts %s… in both languages", name, b)
				}
			}
			checked += len(whole) + len(beginnings)
		}
		if checked == 0 {
			t.Errorf("%s: no text is asked for", folder)
		}
	}
}

// What is there in one language is there in the other.
func TestTextsInBothLanguages(t *testing.T) {
	for _, folder := range []string{"shared", "page", "desk", "widget", "admin"} {
		w := wordsOf(t, folder)
		for k := range w.english {
			if !w.chinese[k] {
				t.Errorf("%s: no %s in Chinese", folder, k)
			}
		}
		for k := range w.chinese {
			if !w.english[k] {
				t.Errorf("%s: no %s in English", folder, k)
			}
		}
	}
}

// No text of the chat page is left over.
func TestTextsAreUsed(t *testing.T) {
	var all strings.Builder
	var beginnings []string
	for name, script := range scripts(t, "page") {
		if path.Base(name) != "texts.js" {
			all.WriteString(script)
			_, b := uses(script)
			beginnings = append(beginnings, b...)
		}
	}
	for k := range wordsOf(t, "page").english {
		// Those for asking whether somebody is sure are made of the action's key.
		used := strings.Contains(all.String(), `"`+k+`"`) || strings.HasSuffix(k, "Sure") ||
			slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(k, b) })
		if !used {
			t.Errorf("nothing asks for %s", k)
		}
	}
}

// Whatever can happen in a group or a session has its words.
func TestEventsHaveWords(t *testing.T) {
	text, err := folders.ReadFile("shared/events.js")
	if err != nil {
		t.Fatal(err)
	}
	group, session, _ := strings.Cut(string(text), "function sessionText")
	for _, event := range []string{
		"created", "joined", "left", "kicked", "banned", "unbanned", "updated", "role",
		"muted", "unmuted", "transferred", "dissolved", "requested", "refused",
	} {
		if !strings.Contains(group, `case "`+event+`":`) {
			t.Errorf("no words for %s of a group", event)
		}
	}
	for _, event := range []string{"queued", "assigned", "transferred", "lost", "joined", "left", "warned", "offline", "identified", "closed"} {
		if !strings.Contains(session, `case "`+event+`":`) {
			t.Errorf("no words for %s of a session", event)
		}
	}
}
