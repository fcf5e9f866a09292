package wire

import (
	"strings"
	"testing"
)

func TestValidID(t *testing.T) {
	for id, want := range map[string]bool{
		"1": true, "a.b_c@d-E": true, strings.Repeat("x", 64): true, "-": true, ".": true,
		"": false, strings.Repeat("x", 65): false, "a b": false, "a:b": false, "a/b": false, "ü": false, "a\x00": false, "\xff": false, "a+b": false,
	} {
		if ValidID(id) != want {
			t.Errorf("ValidID(%q) = %v", id, !want)
		}
	}
}

func TestValidCID(t *testing.T) {
	for cid, want := range map[string]bool{
		"c": true, "a b/{}\"": true, "中文": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "\t": false, "\x7f": false, "a\u0085": false, "中\u2028": false, "a\xff": false, "é\x00": false,
	} {
		if ValidCID(cid) != want {
			t.Errorf("ValidCID(%q) = %v", cid, !want)
		}
	}
}

func TestValidEmoji(t *testing.T) {
	family := "👨\u200d👩\u200d👧"
	scotland := "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
	for s, want := range map[string]bool{
		"👍": true, "👍🏽": true, "❤\ufe0f": true, "+1": true, ":ok:": true, "赞": true, family: true, scotland: true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, strings.Repeat("👍", 17): false, "\x00": false, "👍\x00": false, "a\n": false, "\u2028": false, "\u202e": false, "\xff": false, "👍\xf0\x9f": false, "\U000e0001": false,
	} {
		if ValidEmoji(s) != want {
			t.Errorf("ValidEmoji(%q) = %v", s, !want)
		}
	}
}

func TestParseConvID(t *testing.T) {
	long := strings.Repeat("x", 64)
	for s, want := range map[string]Conv{
		"single_1:2":                            {Kind: Single, A: "1", B: "2"},
		"single_10:9":                           {Kind: Single, A: "10", B: "9"},
		"single_" + long + ":y":                 {Kind: Single, A: long, B: "y"},
		"group_7":                               {Kind: Group, Group: "7"},
		"group_group_7":                         {Kind: Group, Group: "group_7"},
		"service_s-1":                           {Kind: Service, Session: "s-1"},
		"single_" + long + ":" + "z" + long[1:]: {Kind: Single, A: long, B: "z" + long[1:]},
	} {
		if got, ok := ParseConvID(s); !ok || got != want {
			t.Errorf("%s: %+v %v", s, got, ok)
		}
		if len(s) > MaxConvIDLen {
			t.Errorf("%s is longer than the limit", s)
		}
	}
	for _, s := range []string{
		"", "single_", "single_1", "single_1:", "single_:1", "single_2:1", "single_1:1", "single_1:2:3", "single_a b:c",
		"group_", "group_a:b", "group_x" + long, "service_", "Group_7", "group7", "single_1:" + "2" + long, " group_7",
	} {
		if got, ok := ParseConvID(s); ok {
			t.Errorf("%s parses as %+v", s, got)
		}
	}
}

func TestSingleID(t *testing.T) {
	for _, c := range [][3]string{{"1", "2", "single_1:2"}, {"2", "1", "single_1:2"}, {"9", "10", "single_10:9"}, {"b", "B", "single_B:b"}} {
		if got := SingleID(c[0], c[1]); got != c[2] {
			t.Errorf("SingleID(%s, %s) = %s", c[0], c[1], got)
		}
		if got := string(AppendSingleID([]byte("x"), c[0], c[1])); got != "x"+c[2] {
			t.Errorf("AppendSingleID: %s", got)
		}
		conv, _ := ParseConvID(c[2])
		if peer, ok := conv.Peer(c[0]); !ok || peer != c[1] {
			t.Errorf("Peer: %s %v", peer, ok)
		}
		if _, ok := conv.Peer("stranger"); ok {
			t.Error("a stranger has a peer")
		}
	}
	if c, ok := ParseConvID(GroupConvID("7")); !ok || c.Group != "7" || c.Kind.String() != "group" {
		t.Error("GroupConvID")
	}
	if c, ok := ParseConvID(ServiceConvID("7")); !ok || c.Session != "7" || c.Kind.String() != "service" {
		t.Error("ServiceConvID")
	}
	if c, ok := ParseConvID(StaffConvID("7")); !ok || c.Kind != Service || c.Session == "7" {
		t.Error("StaffConvID")
	}
	for id, want := range map[string]string{
		ServiceConvID("7"): "7", StaffConvID("7"): "7", ServiceConvID("staff"): "staff", "group_7": "", "single_1:2": "",
	} {
		if got := SessionOf(id); got != want {
			t.Errorf("%s is of session %q", id, got)
		}
	}
	if _, ok := (&Conv{Kind: Group}).Peer("1"); ok || Single.String() != "single" || Kind(9).String() != "unknown" {
		t.Error("Peer of a group, or String")
	}
}

func TestParseMessageID(t *testing.T) {
	for s, want := range map[string]uint64{
		"1": 1, "123456789012345678": 123456789012345678, "9223372036854775807": MaxMessageID,
		"": 0, "0": 0, "-1": 0, "+1": 0, "01": 0, "9223372036854775808": 0, "18446744073709551617": 0, "1a": 0, " 1": 0,
	} {
		id, ok := ParseMessageID(s)
		if ok != (want != 0) || (ok && id != want) {
			t.Errorf("%q: %d %v", s, id, ok)
		}
		if ok && string(AppendMessageID(nil, id)) != s {
			t.Errorf("%q comes back as %s", s, AppendMessageID(nil, id))
		}
	}
}
