package codec

import (
	"strings"
	"testing"
)

// Autobahn 13 and RFC 7692 §7.1: which offer is taken, and what is answered.
func TestNegotiateDeflate(t *testing.T) {
	const plain = "permessage-deflate"
	both := DeflatePolicy{ServerNoContextTakeover: true, ClientNoContextTakeover: true}
	for _, c := range []struct {
		offers string
		policy DeflatePolicy
		want   string // the answer, "" for none
	}{
		{"", DeflatePolicy{}, ""},
		{"x-webkit-deflate-frame", DeflatePolicy{}, ""},
		{"permessage-deflated", DeflatePolicy{}, ""},
		{plain, DeflatePolicy{}, plain},
		{plain, both, plain + "; server_no_context_takeover; client_no_context_takeover"},
		{"PerMessage-Deflate", DeflatePolicy{}, plain},
		{plain + "; server_no_context_takeover", DeflatePolicy{}, plain + "; server_no_context_takeover"},
		{plain + "; client_no_context_takeover", DeflatePolicy{}, plain + "; client_no_context_takeover"},
		{plain + "; client_max_window_bits", DeflatePolicy{}, plain},
		{plain + "; client_max_window_bits=8", DeflatePolicy{}, plain},
		{plain + `; client_max_window_bits="15"`, DeflatePolicy{}, plain},
		{plain + "; server_max_window_bits=15", DeflatePolicy{}, plain + "; server_max_window_bits=15"},
		{plain + "; server_max_window_bits=9", DeflatePolicy{}, ""},
		{plain + "; server_max_window_bits=9, " + plain, DeflatePolicy{}, plain},
		{plain + "; server_no_context_takeover; server_max_window_bits=9, " + plain + "; client_max_window_bits",
			DeflatePolicy{}, plain},
		{"foo, " + plain + "; client_max_window_bits; server_no_context_takeover", DeflatePolicy{}, plain + "; server_no_context_takeover"},
		{plain + "; server_max_window_bits", DeflatePolicy{}, ""},
		{plain + "; server_max_window_bits=", DeflatePolicy{}, ""},
		{plain + "; server_max_window_bits=015", DeflatePolicy{}, ""},
		{plain + "; server_max_window_bits=+15", DeflatePolicy{}, ""},
		{plain + "; server_max_window_bits=16", DeflatePolicy{}, ""},
		{plain + "; client_max_window_bits=7", DeflatePolicy{}, ""},
		{plain + "; client_max_window_bits=16", DeflatePolicy{}, ""},
		{plain + "; client_max_window_bits=", DeflatePolicy{}, ""},
		{plain + "; client_max_window_bits=a", DeflatePolicy{}, ""},
		{plain + "; server_no_context_takeover=1", DeflatePolicy{}, ""},
		{plain + "; client_no_context_takeover=", DeflatePolicy{}, ""},
		{plain + "; client_no_context_takeover; client_no_context_takeover", DeflatePolicy{}, ""},
		{plain + "; unknown", DeflatePolicy{}, ""},
		{plain + ";", DeflatePolicy{}, ""},
		{plain + "; unknown, " + plain + "; also=unknown, " + plain, DeflatePolicy{}, plain},
	} {
		d, ok := NegotiateDeflate(appendList(nil, c.offers), c.policy)
		got := ""
		if ok {
			got = string(appendDeflate(nil, d))
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.offers, got, c.want)
		}
	}
}

func TestAppendList(t *testing.T) {
	for list, want := range map[string]string{
		"": "", " , ,": "", "a": "a", " a ,\tb,c ": "a|b|c", `a;b="x,y",c`: `a;b="x,y"|c`, `a="\",",b`: `a="\","|b`, `a="b,c`: `a="b,c`,
	} {
		if got := strings.Join(appendList(nil, list), "|"); got != want {
			t.Errorf("%q: got %q, want %q", list, got, want)
		}
	}
}
