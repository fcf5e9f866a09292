package wire

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type golden struct {
	got  []byte
	want string
}

var encoded = []golden{
	{AppendSent(nil, "c-17", 123456789012345678, "single_1:2", 42, 1764000000000),
		`{"type":"sent","cid":"c-17","id":"123456789012345678","conv_id":"single_1:2","seq":42,"time":1764000000000}`},
	{AppendSent(nil, "", 1, "group_7", 1, 2),
		`{"type":"sent","id":"1","conv_id":"group_7","seq":1,"time":2}`},
	{AppendChat(nil, &Chat{ID: 123456789012345678, ConvID: "single_1:2", Seq: 42, From: "1", To: "2", Content: []byte(`"hi"`), Time: 1764000000000}),
		`{"type":"chat","id":"123456789012345678","conv_id":"single_1:2","seq":42,"from":"1","to":"2","content":"hi","time":1764000000000}`},
	{AppendChat(nil, &Chat{ID: 5, ConvID: "group_7", Seq: 9, From: "1", GroupID: "7", Content: []byte(`{"img":"…"}`), ContentType: "image", Time: 3}),
		`{"type":"chat","id":"5","conv_id":"group_7","seq":9,"from":"1","group_id":"7","content":{"img":"…"},"content_type":"image","time":3}`},
	{AppendChat(nil, &Chat{ID: 5, ConvID: "service_s", Seq: 1, From: "1", SessionID: "s", Content: []byte(`null`), Time: 3}),
		`{"type":"chat","id":"5","conv_id":"service_s","seq":1,"from":"1","session_id":"s","content":null,"time":3}`},
	{AppendWelcome(nil, "连接成功", "2", "d1", 1764000000000, 60),
		`{"type":"system","event":"welcome","msg":"连接成功","user_id":"2","device":"d1","time":1764000000000,"heartbeat":60}`},
	{AppendShutdown(nil, 1500),
		`{"type":"system","event":"shutdown","retry_after_ms":1500}`},
	{AppendError(nil, "c-17", NewError(ReasonNotMember, "you are not a member of group 7")),
		`{"type":"error","cid":"c-17","code":403,"reason":"not_member","msg":"you are not a member of group 7"}`},
	{AppendError(nil, "", RetryError(ReasonBusy, "\"later\"\n", 250*time.Millisecond)),
		`{"type":"error","code":503,"reason":"busy","msg":"\"later\"\n","retry_after_ms":250}`},
	{AppendError(nil, "", RetryError(ReasonBusy, "x", time.Microsecond)),
		`{"type":"error","code":503,"reason":"busy","msg":"x","retry_after_ms":1}`},
	{AppendPong(nil, "p"), `{"type":"pong","cid":"p"}`},
	{AppendPong(nil, ""), `{"type":"pong"}`},
	{AppendOK(nil, "o\"k"), `{"type":"ok","cid":"o\"k"}`},
	{AppendOK(nil, ""), `{"type":"ok"}`},
	{AppendSynced(nil, "s", nil), `{"type":"synced","cid":"s","convs":{}}`},
	{AppendSynced(nil, "", []Synced{{ConvID: "single_1:2", Seq: 42}, {ConvID: "group_7", Seq: 9, HasMore: true}}),
		`{"type":"synced","convs":{"single_1:2":{"seq":42,"has_more":false},"group_7":{"seq":9,"has_more":true}}}`},
	{AppendHistoryTail(AppendHistoryHead(nil, "h", "group_7"), false),
		`{"type":"history","cid":"h","conv_id":"group_7","messages":[],"has_more":false}`},
	{AppendHistoryTail(append(AppendHistoryHead(nil, "", "group_7"), `{},{}`...), true),
		`{"type":"history","conv_id":"group_7","messages":[{},{}],"has_more":true}`},
	{AppendGroupNotice(nil, GroupKicked, "7", "3", "1", 5),
		`{"type":"group","event":"kicked","group_id":"7","user_id":"3","by":"1","time":5}`},
	{AppendGroupNotice(nil, GroupRequested, "7", "3", "3", 5),
		`{"type":"group","event":"requested","group_id":"7","user_id":"3","by":"3","time":5}`},
	{AppendGroupNotice(nil, GroupCreated, "7", "", "1", 5),
		`{"type":"group","event":"created","group_id":"7","by":"1","time":5}`},
}

func TestEncode(t *testing.T) {
	for _, c := range slices.Concat(encoded, encodedEvents) {
		if string(c.got) != c.want {
			t.Errorf("\n got %s\nwant %s", c.got, c.want)
		}
		if !sound(c.got) {
			t.Errorf("not sound JSON: %s", c.got)
		}
	}
}

func TestAppendString(t *testing.T) {
	for s, want := range map[string]string{
		"":                   `""`,
		"plain":              `"plain"`,
		`a"b\c`:              `"a\"b\\c"`,
		"\x00\b\n\r\t\x1f":   `"\u0000\u0008\n\r\t\u001f"`,
		"\x7f":               `"\u007f"`,
		"中\u2028x\u2029😀é":   `"中\u2028x\u2029😀é"`,
		"bad\xffmid\xe4\xb8": `"bad\ufffdmid\ufffd\ufffd"`,
		"\ufffd":             "\"\ufffd\"",
		"</script>":          `"</script>"`,
	} {
		if got := string(AppendString(nil, s)); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

// Whatever the string, encoding/json reads back what went in.
func TestAppendStringRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		if rapid.Bool().Draw(t, "valid") {
			s = rapid.String().Draw(t, "text")
		}
		lit := AppendString([]byte("x"), s)[1:]
		var back string
		if err := json.Unmarshal(lit, &back); err != nil || !sound(lit) {
			t.Fatalf("%q → %s: %v", s, lit, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); !strings.Contains(s, "\xff") && sound([]byte(s)) && back != want {
			t.Fatalf("%q came back as %q", s, back)
		}
		if string(lit) != string(AppendString(nil, back)) && !strings.ContainsRune(back, '\ufffd') {
			t.Fatalf("%q is encoded in two ways", back)
		}
	})
}

// AppendRequest and Decode are inverses.
func TestRequestRoundTrip(t *testing.T) {
	for _, c := range slices.Concat(accepted, acceptedRare) {
		want := c.want
		want.Claimed = "" // only older clients claim one
		line := AppendRequest(nil, &want)
		var r Request
		if err := Decode(line, &r); err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := trim(r); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", line, got, want)
		}
	}
}

// contents draws JSON values as clients write them: with white space, escapes,
// and numbers in odd forms.
func contents() *rapid.Generator[string] {
	leaf := rapid.OneOf(
		rapid.SampledFrom([]string{"null", "true", "0", "-0.0", "1E400", "123456789012345678901", `"\u4e2d\/\""`, `" "`, "{ }", "[\n]", "\"\u2028\""}),
		rapid.Map(rapid.String(), func(s string) string { return string(AppendString(nil, s)) }),
	)
	return rapid.Custom(func(t *rapid.T) string {
		items := rapid.SliceOfN(leaf, 1, 4).Draw(t, "items")
		switch rapid.IntRange(0, 2).Draw(t, "shape") {
		case 0:
			return items[0]
		case 1:
			return "[ " + strings.Join(items, "\t,") + "]"
		}
		return `{"a" :` + items[0] + ` , "b":[[` + strings.Join(items, ",") + "]]\r\n}"
	})
}

// Content passes through decode and encode byte for byte.
func TestContentByteForByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := contents().Draw(t, "content")
		pad := rapid.SampledFrom([]string{"", " ", "\n\t "}).Draw(t, "pad")
		var r Request
		if err := Decode([]byte(`{"type":"send","content":`+pad+want+pad+`,"to":"2"}`), &r); err != nil {
			t.Fatal(err)
		}
		if string(r.Content) != want {
			t.Fatalf("decoded %q, want %q", r.Content, want)
		}
		line := AppendChat(nil, &Chat{ID: 1, ConvID: "single_1:2", Seq: 1, From: "1", To: "2", Content: r.Content})
		var m struct{ Content json.RawMessage }
		if err := json.Unmarshal(line, &m); err != nil || string(m.Content) != want {
			t.Fatalf("%s: %v", line, err)
		}
	})
}
