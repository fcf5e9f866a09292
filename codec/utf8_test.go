package codec

import (
	"fmt"
	"testing"
	"unicode/utf8"
)

// Autobahn 6: what is UTF-8 (RFC 3629) and what is not.
var validUTF8 = []string{
	"", "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "\x00", "\x7f", "\u0080", "\u07ff", "\u0800", "\uffff",
	"\U00010000", "\U0010ffff", "\ud7ff", "\ue000", "\ufffd", "\ufffe", "\U0001fffe", "\U0001f600 汉字",
}

var invalidUTF8 = []string{
	"κόσμε\xed\xa0\x80edited",      // 6.3: a surrogate
	"\x80", "\xbf", "\x80\xbf\x80", // continuation bytes alone
	"\xc0 ", "\xdf ", "\xe0 ", "\xef ", "\xf0 ", "\xf7 ", "\xfb ", "\xfd ", // start bytes alone
	"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xe2\x82", "\xf0\x9f\x98", // cut off
	"\xfe", "\xff", "\xfe\xfe\xff\xff", // never there
	"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", // longer than need be
	"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xc0\x80", "\xe0\x80\x80",
	"\xed\xa0\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbf\xbf", "\xed\xa0\x80\xed\xb0\x80", // surrogates
	"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", // too high
	"a\xf4\x80\x80", "\xc3\x28", "\xe2\x28\xa1", "\xe2\x82\x28",
}

func TestUTF8(t *testing.T) {
	var cases []streamCase
	for _, s := range validUTF8 {
		cases = append(cases, streamCase{fmt.Sprintf("valid %+q", s), textFrame(s), want(said(OpText, s))},
			streamCase{fmt.Sprintf("valid %+q by bytes", s), fragments(OpText, s, 1), want(said(OpText, s))})
		for cut := range len(s) {
			cases = append(cases, streamCase{fmt.Sprintf("valid %+q at %d", s, cut),
				join(fragment(false, OpText, s[:cut]), pingFrame(""), fragment(true, OpContinuation, s[cut:])),
				want(said(OpPing, ""), said(OpText, s))})
		}
	}
	for _, s := range invalidUTF8 {
		cases = append(cases, streamCase{fmt.Sprintf("invalid %+q", s), textFrame(s), want(failed(1007))},
			streamCase{fmt.Sprintf("invalid %+q by bytes", s), fragments(OpText, s, 1), want(failed(1007))},
			streamCase{fmt.Sprintf("binary %+q", s), fragment(true, OpBinary, s), want(said(OpBinary, s))})
		for cut := range len(s) {
			cases = append(cases, streamCase{fmt.Sprintf("invalid %+q at %d", s, cut),
				join(fragment(false, OpText, s[:cut]), fragment(true, OpContinuation, s[cut:])), want(failed(1007))})
		}
	}
	run(t, ReaderConfig{}, cases)
}

// Autobahn 6.4: the fragment that makes a text invalid is the one that fails.
func TestUTF8FailsEarly(t *testing.T) {
	run(t, ReaderConfig{}, []streamCase{
		{"6.4.1 within a fragment", join(fragment(false, OpText, "κόσμε"), fragment(false, OpContinuation, "\xf4\x90")), want(failed(1007))},
		{"6.4.2 second byte in the next", join(fragment(false, OpText, "κόσμε\xf4"), fragment(false, OpContinuation, "\x90")), want(failed(1007))},
		{"in the first", fragment(false, OpText, "\xff"), want(failed(1007))},
		{"surrogate", fragment(false, OpText, "\xed\xa0"), want(failed(1007))},
		{"still open", fragment(false, OpText, "\xf4\x8f"), nil},
		{"new message inside a code point", join(fragment(false, OpText, "\xce"), fragment(true, OpContinuation, "")), want(failed(1007))},
	})
}

func FuzzWholeRunes(f *testing.F) {
	for _, s := range append(validUTF8, invalidUTF8...) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		end := wholeRunes(b)
		if end < len(b)-3 || end > len(b) {
			t.Fatalf("cuts %d of %d bytes", len(b)-end, len(b))
		}
		if utf8.Valid(b) && end != len(b) {
			t.Fatalf("cuts valid %q at %d", b, end)
		}
	})
}
