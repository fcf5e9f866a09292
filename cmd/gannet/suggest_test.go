package main

import "testing"

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
