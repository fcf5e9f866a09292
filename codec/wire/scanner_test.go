package wire

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func nested(open, inside, shut string, n int) string {
	return strings.Repeat(open, n) + inside + strings.Repeat(shut, n)
}

func manyKeys(n int, last string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"k%d":%d,`, i, i)
	}
	return "{" + b.String() + last + "}"
}

var soundTexts = []string{
	`{}`, `[]`, ` { } `, `null`, `true`, `false`, `0`, `-0`, `1.5e-7`, `1E+9`, `-12.25`, `""`, `"a"`,
	`"\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00"`, `"\ud800"`, `"中文 😀"`, "\"\u2028\"", "\"\x7f\"",
	"\t{\r\n\"a\" : [ 1 , 2 , { \"b\" : null } ] }\n",
	`{"a":1,"A":2}`, `{"a":{"a":{"a":1}},"b":{"a":1}}`, `[{"a":1},{"a":1}]`, `{"":1}`,
	nested("[", "", "]", MaxDepth), nested(`{"a":`, "1", "}", MaxDepth),
	manyKeys(100, `"z":{"k1":1}`),
	`"` + strings.Repeat("x", 1000) + `"`, `"1234567"`, `"12345678"`, `"123456789"`,
}

var unsoundTexts = []string{
	``, ` `, `{`, `}`, `[`, `]`, `{]`, `[}`, `nul`, `nulll`, `True`, `tru`, `fals`, `undefined`, `NaN`, `'a'`,
	`{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a" 1}`, `[1,]`, `[,1]`, `[1 2]`, `{"a":1}}`, `{} {}`, `1 2`,
	`01`, `-`, `+1`, `1.`, `.5`, `1e`, `1e+`, `0x10`, `1_000`, `--1`, `1.e1`,
	`"`, `"a`, `"\`, `"\"`, `"\x41"`, `"\u12"`, `"\u12g4"`, `"\u`, `"\U0041"`,
	"\"\x00\"", "\"\n\"", "\"1234567\x1f\"", "\"12345678\x1f\"", "{\"a\x01\":1}",
	"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"12345678\xe4\xb8\"", "{\"\xff\":1}", "\xef\xbb\xbf{}", "\x00", "{}\x00", "[\x00]",
	`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"\u0061":1,"a":2}`, `{"":1,"":2}`, `[{"b":{"a":1,"a":1}}]`,
	manyKeys(16, `"k0":1`), manyKeys(17, `"k3":1`), manyKeys(300, `"k299":1`), `{"x":1,"y":{"x":1,"z":2},"x":3}`,
	nested("[", "", "]", MaxDepth+1), nested(`{"a":`, "1", "}", MaxDepth+1), nested("[", "", "]", 100_000), strings.Repeat("[", 100_000),
}

func TestScannerVerdicts(t *testing.T) {
	for _, s := range soundTexts {
		if !scans([]byte(s)) {
			t.Errorf("refused: %.80q", s)
		}
		if !sound([]byte(s)) {
			t.Errorf("the reference refuses %.80q", s)
		}
	}
	for _, s := range unsoundTexts {
		if scans([]byte(s)) {
			t.Errorf("let through: %.80q", s)
		}
		if sound([]byte(s)) {
			t.Errorf("the reference lets through %.80q", s)
		}
	}
}

// Every byte value at every place of a string of every small length: the eight
// byte steps must stop exactly where the byte by byte reading would.
func TestScannerStringBytes(t *testing.T) {
	for n := range 20 {
		for at := range n {
			for b := range 256 {
				s := []byte(`"` + strings.Repeat("a", n) + `"`)
				s[1+at] = byte(b)
				if scans(s) != sound(s) {
					t.Fatalf("%q: scanner %v", s, scans(s))
				}
			}
		}
	}
}

// Cutting a sound text short never leaves a sound one, and never panics.
func TestScannerTruncated(t *testing.T) {
	for _, s := range soundTexts {
		for i := range min(len(s), 200) {
			if got, want := scans([]byte(s[:i])), sound([]byte(s[:i])); got != want {
				t.Fatalf("%q: scanner %v, reference %v", s[:i], got, want)
			}
		}
	}
}

// The scanner agrees with the reference on texts made of JSON's own pieces.
func TestScannerAgreesWithReference(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"{", "}", "[", "]", ",", ":", " ", `"a"`, `"b"`, `"\u0061"`, `""`, "1", "-1.5e3", "null", "true", `{"a":1}`, `[1,2]`, "\"é\"", "\"\xff\"", `"\`,
	})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		if got, want := scans([]byte(s)), sound([]byte(s)); got != want {
			t.Fatalf("%q: scanner %v, reference %v", s, got, want)
		}
	})
}
