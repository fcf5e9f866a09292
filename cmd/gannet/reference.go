package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gannet/engine"
)

// reference is the list of all keys for a terminal.
func reference() string {
	var b strings.Builder
	b.WriteString("Keys of the configuration, with their defaults:\n")
	for _, s := range engine.DefaultConfig().Settings() {
		b.WriteString("  " + strings.Join(wrap(fmt.Sprintf("%s (%s)", s.Key, defaultText(s)), 72), "\n      ") + "\n")
		for _, line := range wrap(s.Doc, 72) {
			fmt.Fprintf(&b, "      %s\n", line)
		}
	}
	return b.String()
}

// markdown is docs/configuration.md.
func markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

This page is printed by ` + "`gannet config --markdown`" + `; a test holds it up to date.

Every key can be set in four places. The later one wins:

1. the default in the table below,
2. the YAML file named by ` + "`--config`" + `, where ` + "`listen.ws`" + ` is written

   ` + "```yaml" + `
   listen:
     ws: 0.0.0.0:9502
   ` + "```" + `

3. the environment variable of the key, unless it is empty,
4. ` + "`--set key=value`" + ` on the command line, where other users of the machine can see it: not the place for a secret.

A key that doesn't exist is refused wherever it stands. Durations carry their
unit (` + "`250ms`, `30s`, `168h`" + `), sizes are bytes, lists on one line are separated by
commas. ` + "`gannet config`" + ` prints the configuration that results.

| key | environment variable | default | meaning |
|---|---|---|---|
`)
	for _, s := range engine.DefaultConfig().Settings() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s.Key, s.Env, code(defaultText(s)), strings.ReplaceAll(s.Doc, "|", `\|`))
	}
	return b.String()
}

func defaultText(s engine.Setting) string {
	if text := s.String(); text != "" {
		return text
	}
	return "empty"
}

func code(text string) string {
	if text == "empty" {
		return text
	}
	return "`" + text + "`"
}

// formatYAML writes settings as a file that --config takes. Note, if there is one,
// says what stands behind a value.
func formatYAML(settings []engine.Setting, note func(key string) string) string {
	var b strings.Builder
	var open []string // sections written last
	for _, s := range settings {
		path := strings.Split(s.Key, ".")
		for depth, section := range path[:len(path)-1] {
			if depth < len(open) && open[depth] == section {
				continue
			}
			fmt.Fprintf(&b, "%s%s:\n", indent(depth), section)
			open = append(open[:depth:depth], section)
		}
		open = open[:len(path)-1]
		fmt.Fprintf(&b, "%s%s: %s", indent(len(path)-1), path[len(path)-1], yamlValue(s))
		if note != nil {
			b.WriteString("  # " + note(s.Key))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func indent(depth int) string { return strings.Repeat("  ", depth) }

// mask stands for each secret of a list.
const mask = "********"

// yamlValue quotes texts as Go does; YAML knows the same escapes.
func yamlValue(s engine.Setting) string {
	switch v := s.Value.(type) {
	case int, bool, time.Duration:
		return s.String()
	case []string:
		quoted := make([]string, len(v))
		for i, item := range v {
			if s.Secret {
				item = mask
			}
			quoted[i] = strconv.Quote(item)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	default:
		return strconv.Quote(s.String())
	}
}

// wrap breaks a text into lines of at most width letters, if words allow.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
