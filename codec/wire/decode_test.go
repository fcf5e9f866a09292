package wire

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/bytedance/sonic"
)

func TestSonicIsNative(t *testing.T) {
	if sonic.APIKind != sonic.UseSonicJSON {
		t.Fatal("sonic fell back to encoding/json on this platform or Go version")
	}
}

func content(s string) []byte { return []byte(s) }

type decoded struct {
	text string
	want Request
}

var accepted = []decoded{
	{`{"type":"send","cid":"c-1","to":"2","content":"hi"}`,
		Request{Verb: VerbSend, CID: "c-1", To: "2", Content: content(`"hi"`)}},
	{` { "content" : { "img" : [ 1, "é" ] } , "content_type" : "image", "group_id":7, "type":"send" } `,
		Request{Verb: VerbSend, GroupID: "7", Content: content(`{ "img" : [ 1, "é" ] }`), ContentType: "image"}},
	{`{"type":"send","conv_id":"single_1:2","content":null,"content_type":"text"}`,
		Request{Verb: VerbSend, ConvID: "single_1:2", Content: content("null")}},
	{`{"type":"send","to":12345678901234567890123,"content":-1.50e+3}`,
		Request{Verb: VerbSend, To: "12345678901234567890123", Content: content("-1.50e+3")}},
	{`{"\u0074ype":"s\u0065nd","to":"\u0061b","content":"\u0061","cid":"\u4e2d"}`,
		Request{Verb: VerbSend, CID: "中", To: "ab", Content: content(`"\u0061"`)}},
	{`{"type":"chat","to":2,"content":"x","from":"1"}`,
		Request{Verb: VerbSend, To: "2", Content: content(`"x"`), Claimed: "1"}},
	{`{"type":"private","to_user_id":2,"from":1,"user_id":"1","content":"x"}`,
		Request{Verb: VerbSend, To: "2", Content: content(`"x"`), Claimed: "1"}},
	{`{"type":"private","to":"2","to_user_id":2,"content":"x"}`,
		Request{Verb: VerbSend, To: "2", Content: content(`"x"`)}},
	{`{"type":"group","group_id":"g","user_id":"1","content":"x"}`,
		Request{Verb: VerbSend, GroupID: "g", Content: content(`"x"`), Claimed: "1"}},
	{`{"type":"message","conv_id":"group_7","sender":"a@b.c","content":"x"}`,
		Request{Verb: VerbSend, ConvID: "group_7", Content: content(`"x"`), Claimed: "a@b.c"}},
	{`{"type":"send","to":"2","group_id":null,"cid":null,"content":"x","seq":"none","extra":{"type":1},"Type":"ping"}`,
		Request{Verb: VerbSend, To: "2", Content: content(`"x"`)}},
	{`{"type":"ack","conv_id":"group_7","seq":42}`,
		Request{Verb: VerbAck, ConvID: "group_7", Seq: 42}},
	{`{"type":"ack","ids":["123456789012345678", 9223372036854775807 ,1]}`,
		Request{Verb: VerbAck, IDs: []uint64{123456789012345678, MaxMessageID, 1}}},
	{`{"type":"ack","msg_id":"7"}`,
		Request{Verb: VerbAck, IDs: []uint64{7}}},
	{`{"type":"history","to":"2"}`,
		Request{Verb: VerbHistory, To: "2", Limit: HistoryLimit}},
	{`{"type":"history","conv_id":"service_s1","before":9007199254740991,"limit":100,"cid":"h"}`,
		Request{Verb: VerbHistory, CID: "h", ConvID: "service_s1", Before: MaxSeq, Limit: 100}},
	{`{"type":"sync"}`,
		Request{Verb: VerbSync, Limit: SyncLimit}},
	{`{"type":"sync","cursors":{}}`,
		Request{Verb: VerbSync, Limit: SyncLimit, HasCursors: true}},
	{`{"type":"sync","cid":"s","limit":500,"cursors":{ "single_1:2" : 0 , "group_\u0037":9007199254740991}}`,
		Request{Verb: VerbSync, CID: "s", Limit: 500, HasCursors: true,
			Cursors: []Cursor{{"single_1:2", 0}, {"group_7", MaxSeq}}}},
	{`{"type":"ping"}`, Request{Verb: VerbPing}},
	{`{"type":"ping","cid":"p p"}`, Request{Verb: VerbPing, CID: "p p"}},
	{`{"type":"auth","token":"a.b.c"}`, Request{Verb: VerbAuth, Token: "a.b.c"}},
}

// trim makes empty slices nil, so that DeepEqual compares what matters.
func trim(r Request) Request {
	if len(r.IDs) == 0 {
		r.IDs = nil
	}
	if len(r.Cursors) == 0 {
		r.Cursors = nil
	}
	if len(r.Mentions) == 0 {
		r.Mentions = nil
	}
	if len(r.Users) == 0 {
		r.Users = nil
	}
	return r
}

func TestDecodeAccepts(t *testing.T) {
	var r Request // one for all, so that nothing is left over from the last
	for _, c := range slices.Concat(accepted, acceptedRare) {
		if err := Decode([]byte(c.text), &r); err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := trim(r); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.text, got, c.want)
		}
	}
}

type refusal struct{ reason, text string }

var refused = []refusal{
	{ReasonBadJSON, ``},
	{ReasonBadJSON, `[]`},
	{ReasonBadJSON, `"ping"`},
	{ReasonBadJSON, `PING`},
	{ReasonBadJSON, `{"type":"ping"`},
	{ReasonBadJSON, `{"type":"ping"}x`},
	{ReasonBadJSON, `{"type":"ping","type":"ping"}`},
	{ReasonBadJSON, `{"type":"ping","typ\u0065":"ping"}`},
	{ReasonBadJSON, `{"type":"send","to":"2","content":{"a":1,"a":1}}`},
	{ReasonBadJSON, `{"type":"send","to":"2","content":` + nested("[", "", "]", MaxDepth) + `}`},
	{ReasonBadJSON, "{\"type\":\"send\",\"to\":\"2\",\"content\":\"a\nb\"}"},
	{ReasonBadJSON, "{\"type\":\"send\",\"to\":\"2\",\"content\":\"\xff\"}"},
	{ReasonBadRequest, `{}`},
	{ReasonBadRequest, `{"Type":"ping"}`},
	{ReasonBadRequest, `{"type":null}`},
	{ReasonBadRequest, `{"type":7}`},
	{ReasonBadRequest, `{"type":["ping"]}`},
	{ReasonUnknownType, `{"type":"fly"}`},
	{ReasonUnknownType, `{"type":"Send","to":"2","content":"x"}`},
	{ReasonBadRequest, `{"type":"ping","cid":""}`},
	{ReasonBadRequest, `{"type":"ping","cid":7}`},
	{ReasonBadRequest, `{"type":"ping","cid":"a\nb"}`},
	{ReasonBadRequest, `{"type":"ping","cid":"a\u0085b"}`},
	{ReasonBadRequest, `{"type":"ping","cid":"` + strings.Repeat("c", 65) + `"}`},
	{ReasonBadRequest, `{"type":"send","to":"2"}`},
	{ReasonBadRequest, `{"type":"send","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":"","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","group_id":"7","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","conv_id":"single_1:2","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","group_id":"7","conv_id":"group_7","content":"x"}`},
	{ReasonBadRequest, `{"type":"private","to":"2","to_user_id":"3","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":"a b","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":"a:b","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":"ü","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":"` + strings.Repeat("u", 65) + `","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":-1,"content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":1.5,"content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":1e3,"content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":true,"content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":["2"],"content":"x"}`},
	{ReasonBadRequest, `{"type":"send","conv_id":7,"content":"x"}`},
	{ReasonBadRequest, `{"type":"send","conv_id":"single_2:1","content":"x"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","content_type":3}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","content_type":"a\u0000"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","from":"no one"}`},
	{ReasonForbidden, `{"type":"send","to":"2","content":"x","from":"1","sender":"3"}`},
	{ReasonBadRequest, `{"type":"ack"}`},
	{ReasonBadRequest, `{"type":"ack","seq":1}`},
	{ReasonBadRequest, `{"type":"ack","conv_id":"group_7"}`},
	{ReasonBadRequest, `{"type":"ack","conv_id":"group_7","seq":0}`},
	{ReasonBadRequest, `{"type":"ack","conv_id":"group_7","seq":-1}`},
	{ReasonBadRequest, `{"type":"ack","conv_id":"group_7","seq":1.0}`},
	{ReasonBadRequest, `{"type":"ack","conv_id":"group_7","seq":"1"}`},
	{ReasonBadRequest, `{"type":"ack","conv_id":"group_7","seq":9007199254740992}`},
	{ReasonBadRequest, `{"type":"ack","conv_id":"grupo_7","seq":1}`},
	{ReasonBadRequest, `{"type":"ack","conv_id":"group_7","seq":1,"ids":["1"]}`},
	{ReasonBadRequest, `{"type":"ack","ids":[]}`},
	{ReasonBadRequest, `{"type":"ack","ids":"1"}`},
	{ReasonBadRequest, `{"type":"ack","ids":["x"]}`},
	{ReasonBadRequest, `{"type":"ack","ids":[0]}`},
	{ReasonBadRequest, `{"type":"ack","ids":["01"]}`},
	{ReasonBadRequest, `{"type":"ack","ids":[9223372036854775808]}`},
	{ReasonBadRequest, `{"type":"ack","ids":[[1]]}`},
	{ReasonBadRequest, `{"type":"ack","ids":[null]}`},
	{ReasonBadRequest, `{"type":"ack","ids":[1` + strings.Repeat(",1", MaxAckIDs) + `]}`},
	{ReasonBadRequest, `{"type":"history"}`},
	{ReasonBadRequest, `{"type":"history","to":"2","limit":0}`},
	{ReasonBadRequest, `{"type":"history","to":"2","limit":101}`},
	{ReasonBadRequest, `{"type":"history","to":"2","limit":-5}`},
	{ReasonBadRequest, `{"type":"history","to":"2","limit":99999999999999999999}`},
	{ReasonBadRequest, `{"type":"history","to":"2","before":0}`},
	{ReasonBadRequest, `{"type":"history","to":"2","before":9007199254740992}`},
	{ReasonBadRequest, `{"type":"sync","limit":501}`},
	{ReasonBadRequest, `{"type":"sync","cursors":[]}`},
	{ReasonBadRequest, `{"type":"sync","cursors":{"nobody":1}}`},
	{ReasonBadRequest, `{"type":"sync","cursors":{"group_7":-1}}`},
	{ReasonBadRequest, `{"type":"sync","cursors":{"group_7":"1"}}`},
	{ReasonBadRequest, `{"type":"sync","cursors":{"group_7":9007199254740992}}`},
	{ReasonBadRequest, `{"type":"sync","cursors":{"group_7":{}}}`},
	{ReasonBadRequest, `{"type":"auth"}`},
	{ReasonBadRequest, `{"type":"auth","token":""}`},
	{ReasonBadRequest, `{"type":"auth","token":7}`},
	{ReasonBadRequest, `{"type":"auth","token":"` + strings.Repeat("t", MaxTokenLen+1) + `"}`},
}

func TestDecodeRefuses(t *testing.T) {
	var r Request
	for _, c := range slices.Concat(refused, refusedRare) {
		err := Decode([]byte(c.text), &r)
		if err == nil {
			t.Errorf("%.100s: accepted", c.text)
			continue
		}
		if err.Reason != c.reason || err.Code != Status(c.reason) || err.Msg == "" {
			t.Errorf("%.100s: got %d %v, want %s", c.text, err.Code, err, c.reason)
		}
	}
}

// A refusal repeats the cid wherever it came before the fault.
func TestDecodeErrorKeepsCID(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"fly","cid":"c1"}`:                     "c1",
		`{"type":"send","cid":"c2","to":"2"}`:           "c2",
		`{"cid":"c3","type":"send","to":"2",`:           "c3",
		`{"cid":"c4","a":1,"a":2}`:                      "c4",
		`{"a":1,"a":2,"cid":"c5"}`:                      "",
		`{"cid":"c6\n","type":"ping"}`:                  "",
		`{"cid":7,"type":"ping"}`:                       "",
		`{"cid":"\u0063\u0037","type":"history"} extra`: "c7",
		`{"cid":"c8"`:                                   "c8",
		`{"cid":"c9`:                                    "",
		`[{"cid":"c10"}]`:                               "",
	} {
		var r Request
		if err := Decode([]byte(text), &r); err == nil || r.CID != want {
			t.Errorf("%s: cid %q, want %q (err %v)", text, r.CID, want, err)
		}
	}
}

func TestDecodeBody(t *testing.T) {
	var r Request
	if err := DecodeBody(VerbSend, []byte(`{"to":2,"content":[1, 2],"type":"ping","cid":"k"}`), &r); err != nil {
		t.Fatal(err)
	}
	if r.Verb != VerbSend || r.To != "2" || string(r.Content) != "[1, 2]" || r.CID != "k" {
		t.Fatalf("%+v", r)
	}
	for _, text := range []string{`{"to":2}`, `{`, `{"to":2,"content":1,"cid":""}`} {
		if err := DecodeBody(VerbSend, []byte(text), &r); err == nil || err.Code != 400 {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCheckFillsInLimits(t *testing.T) {
	r := Request{Verb: VerbHistory, To: "2"}
	if err := r.Check(); err != nil || r.Limit != HistoryLimit {
		t.Fatal(err, r.Limit)
	}
	for _, bad := range []Request{
		{},
		{Verb: VerbHistory, To: "2", Limit: 101},
		{Verb: VerbHistory, To: "2", Limit: -1},
		{Verb: VerbHistory, To: "2", Before: MaxSeq + 1},
		{Verb: VerbHistory},
		{Verb: VerbAck, ConvID: "group_7", Seq: MaxSeq + 1},
		{Verb: VerbSend, To: "2", CID: "\n", Content: []byte("1")},
	} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

func TestBarePing(t *testing.T) {
	if !IsBarePing([]byte("PING")) || IsBarePing([]byte("ping")) || IsBarePing([]byte("PING ")) || IsBarePing(nil) {
		t.Fatal("IsBarePing")
	}
}
