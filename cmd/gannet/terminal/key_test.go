package terminal

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestKeys(t *testing.T) {
	for input, want := range map[string][]key{
		"hi":                          {{text: "hi"}},
		"你\r":                         {{text: "你"}, {name: "enter"}},
		"\x1b[A\x1bOB":                {{name: "up"}, {name: "down"}},
		"\x1b[1;5C\x1b[3~":            {{name: "word-right"}, {name: "delete"}},
		"\x1bb\x1b\r":                 {{name: "word-left"}, {name: "newline"}},
		"\x03\x04\x7f\t":              {{name: "interrupt"}, {name: "eof"}, {name: "backspace"}, {name: "tab"}},
		"\x1b[200~a\rb\x03\x1b[201~c": {{name: "pasted", text: "a\nb\x03"}, {text: "c"}},
		"\x1b[99;99Zx":                {{text: "x"}},
		"\x1b\x1b[A":                  {{name: "up"}},
		"\xff!":                       {{text: "\ufffd!"}},
		"\x1b[111111111111111111111111111111111x": {{text: "[111111111111111111111111111111111x"}},
	} {
		var k keys
		if got := k.feed([]byte(input)); !slices.Equal(got, want) {
			t.Errorf("%q means %+v, want %+v", input, got, want)
		}
	}
}

// However the bytes are cut into reads, they mean the same keys.
func TestKeysInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{"a", "你", "\x1b[A", "\x1b[3~", "\x1bf", "\r", "\x1b[200~x\ry\x1b[201~", "👍"})).Draw(t, "keys")
		var input []byte
		for _, p := range pieces {
			input = append(input, p...)
		}
		var whole, parts keys
		want, got := whole.feed(input), []key(nil)
		for len(input) > 0 {
			n := rapid.IntRange(1, len(input)).Draw(t, "read")
			got = append(got, parts.feed(input[:n])...)
			input = input[n:]
		}
		if !reflect.DeepEqual(joined(want), joined(got)) {
			t.Fatalf("%+v and %+v", want, got)
		}
	})
}

// joined puts pieces of text together.
func joined(list []key) (out []key) {
	for _, k := range list {
		if n := len(out); k.name == "" && n > 0 && out[n-1].name == "" {
			out[n-1].text += k.text
			continue
		}
		out = append(out, k)
	}
	return out
}
