package wire

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestAppendQuestion(t *testing.T) {
	for _, tc := range []struct {
		q    Question
		want string
	}{
		{
			Question{Type: "send", From: "alice", ConvID: "single_alice:bob", To: "bob", CID: `c"1`, Content: []byte(`{"a":[1.0]}`), Time: 7},
			`{"type":"send","from":"alice","kind":"single","conv_id":"single_alice:bob","to":"bob","cid":"c\"1","content":{"a":[1.0]},"time":7}`,
		},
		{
			Question{
				Type: "send", From: "a", ConvID: "group_7", Content: []byte(`"x"`), ContentType: "rich", TTL: 60, Time: 8,
				Extra: Extra(nil).Text("mentions", "all").ID("reply_to", 12),
			},
			`{"type":"send","from":"a","kind":"group","conv_id":"group_7","group_id":"7","content":"x","content_type":"rich","ttl_s":60,"mentions":"all","reply_to":"12","time":8}`,
		},
		{
			Question{Type: "edit", From: "a", ConvID: "service_s.staff", ID: 1 << 60, Content: []byte(`1`), Time: 9},
			`{"type":"edit","from":"a","kind":"service","conv_id":"service_s.staff","session_id":"s","id":"1152921504606846976","content":1,"time":9}`,
		},
	} {
		got := string(AppendQuestion([]byte("."), &tc.q))
		if got != "."+tc.want {
			t.Errorf("%s\nwant %s", got, tc.want)
		}
		if !json.Valid([]byte(got[1:])) {
			t.Errorf("not JSON: %s", got)
		}
	}
}

func TestDecodeVerdict(t *testing.T) {
	text, rich := "", "rich"
	long := strings.Repeat("字", 100)
	deny := func(msg string) Verdict { return Verdict{Refusal: NewError(ReasonDenied, msg)} }
	for answer, want := range map[string]Verdict{
		`{"action":"allow"}`: {},
		` {"action":"allow","content":"ignored","more":1} `: {},
		`{"action":"deny"}`:                                                                     deny("the message was not let through"),
		`{"action":"deny","reason":" no links "}`:                                               deny("no links"),
		`{"action":"deny","reason":"` + long + `"}`:                                             deny(strings.Repeat("字", maxDenial/3)),
		`{"action":"change","content":{"a": 1.0}}`:                                              {Content: []byte(`{"a": 1.0}`)},
		`{"action":"change","content": "x" ,"content_type":"rich"}`:                             {Content: []byte(`"x"`), ContentType: &rich},
		`{"action":"change","content":"` + strings.Repeat("x", 98) + `","content_type":"text"}`: {Content: []byte(`"` + strings.Repeat("x", 98) + `"`), ContentType: &text},
	} {
		got, err := DecodeVerdict([]byte(answer), 100)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v %v, want %+v", answer, got, err, want)
		}
	}
}

// What a client couldn't have sent the hook can't make of a message either.
func TestDecodeVerdictRefuses(t *testing.T) {
	for _, answer := range []string{
		``, `null`, `[]`, `"allow"`, `{}`, `{"action":"Allow"}`, `{"action":"maybe"}`, `{"action":7}`, `{"action":"allow"`, `{"action":"allow"}{}`,
		`{"action":"deny","action":"allow"}`,
		`{"action":"change"}`, `{"action":"change","content":null}`, `{"action":"change","content":"` + strings.Repeat("x", 99) + `"}`,
		`{"action":"change","content":1,"content_type":"` + strings.Repeat("x", 65) + `"}`, "{\"action\":\"change\",\"content\":\"\x01\"}",
		"{\"action\":\"change\",\"content\":\"\xff\"}", `{"action":"change","content":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`,
		`{"action":"change","content":1,"content_type":"a\u0000b"}`,
	} {
		if got, err := DecodeVerdict([]byte(answer), 100); err == nil {
			t.Errorf("%s: %+v", answer, got)
		}
	}
}

// A verdict keeps nothing of the answer it was read from.
func TestDecodeVerdictOwns(t *testing.T) {
	answer := []byte(`{"action":"change","content":"abc","content_type":"rich"}`)
	got, err := DecodeVerdict(answer, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range answer {
		answer[i] = '#'
	}
	if string(got.Content) != `"abc"` || *got.ContentType != "rich" {
		t.Errorf("%s %s", got.Content, *got.ContentType)
	}
}
