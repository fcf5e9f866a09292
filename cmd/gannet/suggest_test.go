package main

import (
	"io"
	"strings"
	"testing"
)

func TestEdits(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"serve", "serve", 0}, {"servr", "serve", 1},
		{"kitten", "sitting", 3}, {"lisen", "listen", 1}, {"ab", "ba", 2},
	} {
		if got := edits(test.a, test.b); got != test.want {
			t.Errorf("edits(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	names := []string{"listen.ws", "listen.http", "log.level"}
	for word, want := range map[string]string{
		"listen.w":  ` (did you mean "listen.ws"?)`,
		"log.levle": ` (did you mean "log.level"?)`,
		"recall":    "",
		"":          "",
	} {
		if got := didYouMean(word, names); got != want {
			t.Errorf("didYouMean(%q) = %q, want %q", word, got, want)
		}
	}
}

// Names that nobody has are answered with the one that was meant, of flags and of
// commands behind commands, too.
func TestTyposOnTheCommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"chatt":              `there is no command "chatt" (did you mean "chat"?); see gannet --help`,
		"webhooks lst":       `there is no command "lst" (did you mean "list"?); see gannet webhooks --help`,
		"config prnt":        `gannet config takes no argument "prnt" (did you mean "print"?); see gannet config --help`,
		"bench chaoss":       `there is no scenario "chaoss" (did you mean "chaos"?); see gannet bench --help`,
		"chat --usr alice":   `unknown flag: --usr (did you mean "--user"?); see gannet chat --help`,
		"backup --ful":       `unknown flag: --ful (did you mean "--full"?); see gannet backup --help`,
		"chat --nothinglike": `unknown flag: --nothinglike; see gannet chat --help`,
		"chat -z":            `unknown shorthand flag: 'z' in -z; see gannet chat --help`,
	} {
		var stderr strings.Builder
		code := run(t.Context(), strings.Fields(line), strings.NewReader(""), io.Discard, &stderr)
		if got := strings.TrimSpace(stderr.String()); got != "gannet: "+want || code != exitUsage {
			t.Errorf("gannet %s: exit code %d, %s", line, code, got)
		}
	}
}
